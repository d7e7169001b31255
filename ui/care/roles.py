"""What each role may do."""

from typing import Final

# Everybody who may log in may look; what a role may do beyond that:
PERMISSIONS: Final[dict[str, tuple[str, ...]]] = {
    "therapist": ("add_prescription",),
    "assistant": (),
    "admin": ("add_prescription",),
    "auditor": ("view_audit",),
}
MAY_STEER: Final = ("therapist", "assistant", "admin")  # say something to a station, and look on
