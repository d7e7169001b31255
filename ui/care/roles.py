"""What each role may do. Whose results somebody sees is another question: `access`."""

from typing import Final

THERAPIST: Final = "therapist"
ASSISTANT: Final = "assistant"
ADMIN: Final = "admin"
AUDITOR: Final = "auditor"

# Everybody who may log in has an account of their own; what a role may do beyond that:
PERMISSIONS: Final[dict[str, tuple[str, ...]]] = {
    THERAPIST: ("view_patient", "add_prescription", "enrol_patient", "export_patient"),
    ASSISTANT: ("view_patient",),
    ADMIN: (
        *("view_patient", "add_prescription", "enrol_patient", "export_patient"),
        *("manage_roster", "manage_people"),
    ),
    AUDITOR: ("view_audit",),
}
# Who may be given a patient.
CLINICAL: Final = tuple(role for role, may in PERMISSIONS.items() if "view_patient" in may)
MAY_STEER: Final = (THERAPIST, ASSISTANT, ADMIN)  # say something to a station, and look on
