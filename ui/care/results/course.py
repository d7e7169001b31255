"""What a patient's course is drawn from: a row of each session and trial, read without its body.

There may be thousands, and a page has a fifth of a second: neither models nor bodies are made of them.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import F, QuerySet

from ui.care.models import Session, Trial
from ui.care.models.results import COURSE, conditions_of


class TrialRow(NamedTuple):
    """One trial, in the order of `COURSE`; `support_percent` is the mean weight on the hands."""

    pk: UUID
    number: int
    routine: str
    rung: int
    side: str
    support_kind: str
    vision: str
    surface: str
    started: datetime
    clock: str
    outcome: str
    hold_s: float
    target_hold_s: float
    velocity_mm_s: float | None
    alg: str
    sim: bool
    support_percent: float | None

    @property
    def conditions(self) -> tuple[Any, ...]:
        """What must be the same before two trials may be compared, as of `Trial`."""
        return conditions_of(self)


class SessionRow(NamedTuple):
    """One session; the answers are 0 to 10, None where none was given."""

    pk: UUID
    started: datetime
    trial_count: int | None
    sim: bool
    pain: int | None
    pain_after: int | None
    effort: int | None


_TOLD_OF_SESSIONS: Final = {
    "pain_after": F("body__answers__pain_after"),
    "effort": F("body__answers__effort"),
}


def trial_rows(trials: QuerySet[Trial]) -> list[TrialRow]:
    """Return a row for each, in their order."""
    return [TrialRow._make(row) for row in trials.values_list(*COURSE)]


def session_rows(sessions: QuerySet[Session]) -> list[SessionRow]:
    """Return a row for each, in their order."""
    rows = sessions.annotate(**_TOLD_OF_SESSIONS).values_list(*SessionRow._fields)
    return [SessionRow._make(row) for row in rows]
