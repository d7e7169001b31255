"""What each role may do."""

from typing import Final

_REMARKS: Final = ("add_seento", "add_note", "change_background")
# Everybody who may log in may look; what a role may do beyond that:
PERMISSIONS: Final[dict[str, tuple[str, ...]]] = {
    "therapist": ("add_prescription", *_REMARKS),
    "assistant": _REMARKS,
    "admin": ("add_prescription", *_REMARKS),
    "auditor": ("view_audit",),
}
MAY_STEER: Final = ("therapist", "assistant", "admin")  # say something to a station, and look on
