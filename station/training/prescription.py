"""A prescription: the complete programme of one person, and the limits set on the device."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Final, Literal

import msgspec

from station.errors import PrescriptionError
from station.training.routine import Percent, Routine, Seconds, Side

Device = Literal["walker", "cane", "crutches", "none"]
Surgery = Literal["fusion", "microdiscectomy", "laminectomy", "other"]

TimeText = Annotated[str, msgspec.Meta(max_length=64)]  # RFC 3339
DaysAWeek = Annotated[int, msgspec.Meta(ge=1, le=7)]
RestDays = Annotated[int, msgspec.Meta(ge=0, le=6)]
SessionsADay = Annotated[int, msgspec.Meta(ge=1, le=12)]
MinutesADay = Annotated[float, msgspec.Meta(gt=0, le=240)]
PatientNumber = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}$")]
Hours = Annotated[float, msgspec.Meta(ge=0, le=24)]

# As a device comes: eyes close in quiet standing on firm ground only, and no board tips. Whoever installs it,
# and sees where it stands, allows more.
HARDEST_RUNG: Final[Mapping[str, int]] = {
    "supported-standing": 8,
    "weight-shift": 8,
    "limits-of-stability": 1,
    "single-leg": 7,
    "tandem": 8,
    "heel-to-toe-walking": 6,
    "balance-board": 6,
    "quiet-standing": 2,
    "calf-raises": 2,
    "straight-leg-raises": 2,
    "heel-slides": 2,
    "gentle-core": 2,
    "walk": 5,
}


class Exercise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the programme; `hold_s` and `support_limit_percent` None mean the rung's own.

    `alone_up_to` is the hardest rung the station may reach by itself; None: it only proposes. Done on
    `days_a_week` days of seven at most.
    """

    routine: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    rung: Annotated[int, msgspec.Meta(ge=1, le=100)]
    side: Side | None = None
    attempts: Annotated[int, msgspec.Meta(ge=1, le=10)] = 2
    hold_s: Seconds | None = None
    rest_s: Annotated[float, msgspec.Meta(ge=5, le=600)] = 20.0
    days_a_week: DaysAWeek = 7
    alone_up_to: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    support_limit_percent: Percent | None = None


class Prescription(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Desired state: complete, versioned, for one station and one pseudonym.

    What a document does not say has the value given here, so that an older one stays readable. `on_hold` is
    written only where it is true: a station that does not know it then refuses that document alone.
    """

    version: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    station: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    subj: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    issued: TimeText
    expires: TimeText
    exercises: Annotated[tuple[Exercise, ...], msgspec.Meta(min_length=1, max_length=20)]
    device: Device = "walker"
    pain_limit: Annotated[int, msgspec.Meta(ge=0, le=10)] = 5
    body_weight_n: Annotated[float, msgspec.Meta(ge=200, le=2500)] | None = None
    note: Annotated[str, msgspec.Meta(max_length=300)] = ""
    surgery: Surgery | None = None
    surgery_date: date | None = None
    weaker_leg: Side | None = None
    somebody_near: bool = False  # the check-in asks whether somebody is
    number: PatientNumber | None = None  # what the patient types on a station that several share
    sessions_a_day: SessionsADay = 2
    minutes_a_day: MinutesADay = 30.0
    least_gap_h: Hours = 2.0  # between two sessions
    rest_days_a_week: RestDays = 1
    on_hold: bool | msgspec.UnsetType = msgspec.UNSET  # nothing is trained until a version without it

    @property
    def held(self) -> bool:
        """Return whether the care team has stopped all training."""
        return self.on_hold is True


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hard limits set at installation, which no message can raise; a routine not named allows rung 1 only."""

    hardest_rung: dict[str, Annotated[int, msgspec.Meta(ge=0, le=100)]] = msgspec.field(
        default_factory=lambda: dict(HARDEST_RUNG)
    )
    longest_hold_s: Seconds = 60.0
    most_minutes: Annotated[float, msgspec.Meta(gt=0, le=240)] = 30.0  # a session
    most_attempts: Annotated[int, msgspec.Meta(ge=1, le=10)] = 10  # at one exercise
    most_sessions_a_day: SessionsADay = 3
    most_minutes_a_day: MinutesADay = 60.0
    shortest_gap_h: Hours = 1.0
    fewest_rest_days: RestDays = 0
    highest_pain_limit: Annotated[int, msgspec.Meta(ge=0, le=10)] = 7
    longest_validity_days: Annotated[float, msgspec.Meta(gt=0, le=36500)] = 366.0


def parse_time(text: str, *, where: str) -> datetime:
    """Return an RFC 3339 time in UTC. Raises PrescriptionError naming the field."""
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is not None:
            return time.astimezone(UTC)
    except (ValueError, OverflowError):  # the last hours of year 9999, west of Greenwich
        pass
    message = f"{where} is {text!r}; it must be a date and time with a zone, like 2026-05-01T08:00:00Z"
    raise PrescriptionError(message)


def hold_of(exercise: Exercise, routine: Routine) -> float:
    """Return the hold of this exercise in seconds."""
    return exercise.hold_s if exercise.hold_s is not None else routine.rung(exercise.rung).hold_s


def rungs_allowed(exercise: Exercise) -> range:
    """Return the rungs that a prescription lets this exercise have without being asked again."""
    return range(exercise.rung, max(exercise.rung, exercise.alone_up_to or 0) + 1)


def planned_minutes(rx: Prescription, routines: Mapping[str, Routine]) -> float:
    """Return how long exercises and rests of one session take together as prescribed, in minutes."""
    return sum(exercise_minutes(e, routines[e.routine], rung=e.rung) for e in rx.exercises)


def longest_minutes(rx: Prescription, routines: Mapping[str, Routine]) -> float:
    """Return how long a session may become, in minutes, with every step the station may take by itself."""
    return sum(
        max(exercise_minutes(e, routines[e.routine], rung=rung) for rung in rungs_allowed(e))
        for e in rx.exercises
    )


def exercise_minutes(exercise: Exercise, routine: Routine, *, rung: int) -> float:
    """Return how long attempts and rests of one exercise take on this rung, in minutes."""
    # An exercise off the plate has no hold to prescribe; what it takes is the rung's.
    takes_s = exercise.hold_s if exercise.hold_s is not None else routine.rung(rung).takes_s
    return exercise.attempts * (takes_s + exercise.rest_s) / 60


def is_expired(rx: Prescription, now: datetime) -> bool:
    """Return whether the prescription no longer holds at `now`."""
    return parse_time(rx.expires, where="expires") <= now.astimezone(UTC)
