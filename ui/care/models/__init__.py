"""What the care side keeps. Names of people stand in `Patient` and nowhere else."""

from ui.care.models.audit import Audit
from ui.care.models.message import Message, RawTrace, Refused
from ui.care.models.people import Patient, Station
from ui.care.models.programme import Prescription
from ui.care.models.results import Event, Journal, Session, Trial
from ui.care.models.tokens import ApiToken, TokenUse

__all__ = [
    "ApiToken",
    "Audit",
    "Event",
    "Journal",
    "Message",
    "Patient",
    "Prescription",
    "RawTrace",
    "Refused",
    "Session",
    "Station",
    "TokenUse",
    "Trial",
]
