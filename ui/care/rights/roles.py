"""What each role may do. Whose results somebody sees is another question: `access`."""

from typing import Final

THERAPIST: Final = "therapist"
ASSISTANT: Final = "assistant"
ADMIN: Final = "admin"
AUDITOR: Final = "auditor"

_REMARKS: Final = ("add_seento", "add_note", "change_background")
# Everybody who may log in has an account of their own; what a role may do beyond that:
PERMISSIONS: Final[dict[str, tuple[str, ...]]] = {
    THERAPIST: ("view_patient", "add_prescription", "enrol_patient", "export_patient", *_REMARKS),
    ASSISTANT: ("view_patient", *_REMARKS),
    ADMIN: (
        *("view_patient", "add_prescription", "enrol_patient", "export_patient", *_REMARKS),
        *("manage_roster", "manage_people"),
    ),
    AUDITOR: ("view_audit",),
}
# Who may be given a patient.
CLINICAL: Final = tuple(role for role, may in PERMISSIONS.items() if "view_patient" in may)
MAY_STEER: Final = (THERAPIST, ASSISTANT, ADMIN)  # say something to a station, and look on
