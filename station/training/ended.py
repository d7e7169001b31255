"""The ends of trials and sessions, as the course tells them to whoever keeps the results."""

from dataclasses import dataclass
from typing import Literal

from station.training.attempt import Attempt
from station.training.outcome import AttemptOutcome, Happening
from station.training.programme import Planned

EndedBy = Literal["finished", "stopped", "red_flag", "pain", "away"]


@dataclass(frozen=True, slots=True)
class TrialEnded:
    """An attempt that got as far as its hold is over; its times are those of the samples."""

    number: int
    attempt_number: int
    planned: Planned
    attempt: Attempt
    outcome: AttemptOutcome


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The session is over; `answers` by question key."""

    ended_by: EndedBy
    trials: int
    answers: dict[str, bool | int]


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """A check-in began."""


Outcome = Happening | TrialEnded | SessionStarted | SessionEnded
