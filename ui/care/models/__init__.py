"""What the care side keeps. Names of people stand in `Patient` and nowhere else."""

from ui.care.models.access import Account, Assignment, Forgotten, RecorderPulse, Team
from ui.care.models.audit import Audit, AuditEnd
from ui.care.models.message import Message, RawTrace, Refused
from ui.care.models.people import Patient, Station
from ui.care.models.programme import Prescription
from ui.care.models.results import Event, Journal, Session, Trial
from ui.care.models.wall import WallChoice, WallPlace

__all__ = [
    "Account",
    "Assignment",
    "Audit",
    "AuditEnd",
    "Event",
    "Forgotten",
    "Journal",
    "Message",
    "Patient",
    "Prescription",
    "RawTrace",
    "RecorderPulse",
    "Refused",
    "Session",
    "Station",
    "Team",
    "Trial",
    "WallChoice",
    "WallPlace",
]
