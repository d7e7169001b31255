"""What the care side keeps. Names of people stand in `Patient` and nowhere else."""

from ui.care.models.access import Account, Assignment, Forgotten, RecorderPulse, Team
from ui.care.models.answers import DecisionAnswer, ProgrammeTemplate
from ui.care.models.any_of import AnyOf
from ui.care.models.audit import Audit, AuditEnd
from ui.care.models.message import Message, RawTrace, Refused
from ui.care.models.papers import Renewal, Retained
from ui.care.models.people import Patient, Station
from ui.care.models.programme import Prescription
from ui.care.models.remarks import Background, Note, SeenTo
from ui.care.models.results import Event, Journal, Session, Trial
from ui.care.models.tokens import ApiToken, TokenUse
from ui.care.models.updates import OfferedRelease, UpdateAsk, UpdateStep
from ui.care.models.wall import WallChoice, WallPlace

__all__ = [
    "Account",
    "AnyOf",
    "ApiToken",
    "Assignment",
    "Audit",
    "AuditEnd",
    "Background",
    "DecisionAnswer",
    "Event",
    "Forgotten",
    "Journal",
    "Message",
    "Note",
    "OfferedRelease",
    "Patient",
    "Prescription",
    "ProgrammeTemplate",
    "RawTrace",
    "RecorderPulse",
    "Refused",
    "Renewal",
    "Retained",
    "SeenTo",
    "Session",
    "Station",
    "Team",
    "TokenUse",
    "Trial",
    "UpdateAsk",
    "UpdateStep",
    "WallChoice",
    "WallPlace",
]
