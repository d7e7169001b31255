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
    weight_doubtful: bool = False  # much less than last time: hands may have been on the support


@dataclass(frozen=True, slots=True)
class CountEnded:
    """An exercise beside the board is done, and the person said how many."""

    number: int
    attempt_number: int
    planned: Planned
    count: int
    outcome: AttemptOutcome


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The session is over; `answers` by question key."""

    ended_by: EndedBy
    trials: int
    answers: dict[str, bool | int]
    trained_s: float = 0.0  # holds, rests and exercises beside the board


@dataclass(frozen=True, slots=True)
class JournalEnded:
    """The journal was filled in, as far as the person liked; `guided` counts by routine."""

    counts: dict[str, int]
    choices: dict[str, str]
    guided: dict[str, int]


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """A check-in began."""


Outcome = Happening | TrialEnded | CountEnded | SessionStarted | SessionEnded | JournalEnded
