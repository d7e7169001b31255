"""A version of a programme as lists of many people read it: how far it is, and what it says of days."""

from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from ui.care.models import Prescription
from ui.care.models.programme import State

SETTLED: Final = frozenset({State.APPLIED, State.REJECTED, State.REPLACED})


class _Exercise(msgspec.Struct):
    days_a_week: int = 7


class Plan(msgspec.Struct):
    """What a programme says of days; the rest of it is not read here, since there may be a thousand."""

    exercises: list[_Exercise]
    expires: str | None = None
    on_hold: bool | None = False
    rest_days_a_week: int = 1

    @property
    def days(self) -> int:
        """On how many days of seven it wants training: its busiest exercise, less rest days."""
        busiest = max((exercise.days_a_week for exercise in self.exercises), default=7)
        return min(busiest, 7 - self.rest_days_a_week)


class Version(NamedTuple):
    """One version of a programme."""

    pk: int
    version: int
    state: str
    reason: str
    created: datetime
    answered: datetime | None
    plan: Plan

    @classmethod
    def of(cls, rx: Prescription) -> "Version":
        """Return what is asked of a prescription here."""
        plan = msgspec.convert(rx.document, Plan)
        return cls(rx.pk, rx.version, rx.state, rx.reason, rx.created, rx.answered, plan)

    @property
    def state_words(self) -> str:
        """How far it has come."""
        return str(State(self.state).label)

    @property
    def settled(self) -> bool:
        """Whether no further answer of the station is awaited."""
        return self.state in SETTLED


def days_planned(document: dict[str, Any]) -> int:
    """Return on how many days of seven a programme wants training."""
    return msgspec.convert(document, Plan).days
