"""A prescription: the complete programme of one person, bounded by limits set on the device."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

import msgspec

from station.errors import PrescriptionError
from station.training.routine import Routine, Seconds, Side

Device = Literal["walker", "cane", "crutches", "none"]

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
    """One line of the programme; `hold_s` None means the rung's own."""

    routine: str
    rung: Annotated[int, msgspec.Meta(ge=1, le=100)]
    side: Side | None = None
    attempts: Annotated[int, msgspec.Meta(ge=1, le=10)] = 2
    hold_s: Seconds | None = None
    rest_s: Annotated[float, msgspec.Meta(ge=5, le=600)] = 20.0


class Prescription(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Desired state: complete, versioned, for one station and one pseudonym."""

    version: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    station: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    subj: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    issued: str  # RFC 3339
    expires: str  # RFC 3339
    exercises: Annotated[tuple[Exercise, ...], msgspec.Meta(min_length=1, max_length=20)]
    device: Device = "walker"
    pain_limit: Annotated[int, msgspec.Meta(ge=0, le=10)] = 5
    body_weight_n: Annotated[float, msgspec.Meta(ge=200, le=2500)] | None = None
    note: Annotated[str, msgspec.Meta(max_length=300)] = ""


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hard limits set at installation, which no message can raise; a routine not named allows rung 1 only."""

    hardest_rung: dict[str, Annotated[int, msgspec.Meta(ge=0, le=100)]] = msgspec.field(
        default_factory=lambda: dict(HARDEST_RUNG)
    )
    longest_hold_s: Seconds = 60.0
    most_minutes: Annotated[float, msgspec.Meta(gt=0, le=240)] = 30.0


def parse_time(text: str, *, where: str) -> datetime:
    """Return an RFC 3339 time with its zone. Raises PrescriptionError naming the field."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        message = f"{where} is {text!r}; it must be a date and time with a zone, like 2026-05-01T08:00:00Z"
        raise PrescriptionError(message)
    return time


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a prescription is held against; `subj` is None before a patient is assigned."""

    station: str
    subj: str | None
    limits: Limits
    routines: Mapping[str, Routine]


def check_prescription(rx: Prescription, bounds: Bounds, *, applied_version: int, now: datetime) -> None:
    """Accept a new prescription or say why not; it is never changed to fit.

    Raises PrescriptionError with the reason: replay or older version, expired, or one of `check_fits`.
    """
    check_fits(rx, bounds)
    if rx.version <= applied_version:
        raise PrescriptionError(f"version {rx.version} is not newer than version {applied_version}, in force")
    if is_expired(rx, now):
        raise PrescriptionError(f"it expired at {rx.expires}")


def check_fits(rx: Prescription, bounds: Bounds) -> None:
    """Accept a prescription for this station, its patient and its limits as they are now.

    Raises PrescriptionError with the reason: other station, other patient, impossible dates, unknown routine
    or rung, beyond the limits of the device.
    """
    if rx.station != bounds.station:
        raise PrescriptionError(f"it is for station {rx.station}; this is {bounds.station}")
    if bounds.subj is not None and rx.subj != bounds.subj:
        raise PrescriptionError(f"it is for patient {rx.subj}; this station belongs to {bounds.subj}")
    if parse_time(rx.expires, where="expires") <= parse_time(rx.issued, where="issued"):
        raise PrescriptionError(f"it expires ({rx.expires}) before it is issued ({rx.issued})")
    for number, exercise in enumerate(rx.exercises, start=1):
        _check_exercise(exercise, number, bounds)
    minutes = planned_minutes(rx, bounds.routines)
    if minutes > bounds.limits.most_minutes:
        raise PrescriptionError(
            f"it plans {minutes:.0f} minutes a session; this device allows {bounds.limits.most_minutes:.0f}"
        )


def _check_exercise(exercise: Exercise, number: int, bounds: Bounds) -> None:
    where = f"exercise {number}"
    routine = bounds.routines.get(exercise.routine)
    if routine is None:
        known = ", ".join(sorted(bounds.routines))
        raise PrescriptionError(f"{where}: unknown routine '{exercise.routine}'; this station has {known}")
    if exercise.rung > len(routine.rungs):
        raise PrescriptionError(
            f"{where}: {exercise.routine} has rungs 1 to {len(routine.rungs)}, not {exercise.rung}"
        )
    hardest = bounds.limits.hardest_rung.get(exercise.routine, 1)
    if exercise.rung > hardest:
        raise PrescriptionError(
            f"{where}: rung {exercise.rung} of {exercise.routine} is beyond this device's limit of {hardest}"
        )
    if routine.sided and exercise.side is None:
        raise PrescriptionError(f"{where}: {exercise.routine} needs a side, left or right")
    if not routine.sided and exercise.side is not None:
        raise PrescriptionError(f"{where}: {exercise.routine} has no sides, and {exercise.side} is given")
    hold_s = hold_of(exercise, routine)
    if hold_s > bounds.limits.longest_hold_s:
        raise PrescriptionError(
            f"{where}: a hold of {hold_s:g} s is beyond this device's limit of "
            f"{bounds.limits.longest_hold_s:g} s"
        )


def hold_of(exercise: Exercise, routine: Routine) -> float:
    """Return the hold of this exercise in seconds."""
    return exercise.hold_s if exercise.hold_s is not None else routine.rung(exercise.rung).hold_s


def planned_minutes(rx: Prescription, routines: Mapping[str, Routine]) -> float:
    """Return how long exercises and rests of one session take together, in minutes."""
    seconds = sum(e.attempts * (_takes_s(e, routines[e.routine]) + e.rest_s) for e in rx.exercises)
    return seconds / 60


def _takes_s(exercise: Exercise, routine: Routine) -> float:
    return hold_of(exercise, routine) or routine.rung(exercise.rung).takes_s


def fallback_exercises(last_safe_rung: int = 1) -> tuple[Exercise, ...]:
    """Return what is trained without a valid prescription: supported standing at the last safe rung."""
    return (Exercise(routine="supported-standing", rung=last_safe_rung, attempts=1),)


def is_expired(rx: Prescription, now: datetime) -> bool:
    """Return whether the prescription no longer holds at `now`."""
    return parse_time(rx.expires, where="expires") <= now.astimezone(UTC)
