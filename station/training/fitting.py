"""Whether a prescription may stand on this device: accepted whole, or refused with field, value and limit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from station.errors import PrescriptionError
from station.training.prescription import (
    Exercise,
    Limits,
    Prescription,
    is_expired,
    longest_minutes,
    parse_time,
    rungs_allowed,
)
from station.training.routine import OFF_PLATE, Routine


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a prescription is held against; `subj` is None before a patient is assigned.

    In a `clinic` several people share the station, and `subj` is the one whose prescription it is about.
    """

    station: str
    subj: str | None
    limits: Limits
    routines: Mapping[str, Routine]
    clinic: bool = False

    @property
    def whose(self) -> str | None:
        """Return the person whose prescriptions count here; None at home, where the newest one does."""
        return self.subj if self.clinic else None

    def hardest(self, routine: str) -> int:
        """Return the hardest rung of a routine here; of one that the limits do not name, the first."""
        return self.limits.hardest_rung.get(routine, 1)


def check_prescription(rx: Prescription, bounds: Bounds, *, applied_version: int, now: datetime) -> None:
    """Accept a new prescription or say why not; it is never changed to fit.

    Raises PrescriptionError with the reason: replay or older version, expired, or one of `check_fits`.
    """
    check_fits(rx, bounds)
    if rx.version <= applied_version:
        raise PrescriptionError(f"version {rx.version} is not newer than version {applied_version}, in force")
    if not rx.held and is_expired(rx, now):
        raise PrescriptionError(f"it expired at {rx.expires}")


def check_fits(rx: Prescription, bounds: Bounds) -> None:
    """Accept a prescription for this station, its patient and its limits as they are now.

    Raises PrescriptionError with the reason: other station, other patient, no number where several share the
    station, impossible dates, unknown routine or rung, beyond the limits of the device. Of one that holds all
    training only station, patient and number count: nothing else of it is acted on.
    """
    if rx.station != bounds.station:
        raise PrescriptionError(f"it is for station {rx.station}; this is {bounds.station}")
    if bounds.subj is not None and rx.subj != bounds.subj:
        raise PrescriptionError(f"it is for patient {rx.subj}; this station belongs to {bounds.subj}")
    if bounds.clinic and rx.number is None:
        raise PrescriptionError(
            "number: it has none; several people share this station, and each needs a number of 4 digits"
        )
    if rx.held:
        return
    _check_dates(rx, bounds.limits)
    _check_week(rx, bounds.limits)
    for number, exercise in enumerate(rx.exercises, start=1):
        _check_exercise(exercise, f"exercise {number}", bounds)
    _check_minutes(rx, bounds)


def _check_dates(rx: Prescription, limits: Limits) -> None:
    issued, expires = parse_time(rx.issued, where="issued"), parse_time(rx.expires, where="expires")
    if expires <= issued:
        raise PrescriptionError(f"it expires ({rx.expires}) before it is issued ({rx.issued})")
    days = (expires - issued) / timedelta(days=1)
    if days > limits.longest_validity_days:
        raise PrescriptionError(
            f"expires: it would hold for {days:.0f} days; this device's limit is "
            f"{limits.longest_validity_days:g}"
        )
    # The day an operation is dated by may be ahead of the day in UTC.
    if rx.surgery_date is not None and (rx.surgery_date - issued.date()).days > 1:
        raise PrescriptionError(f"surgery_date: {rx.surgery_date} comes after it is issued ({rx.issued})")


def _check_week(rx: Prescription, limits: Limits) -> None:
    _at_most("pain_limit", rx.pain_limit, limits.highest_pain_limit)
    _at_most("sessions_a_day", rx.sessions_a_day, limits.most_sessions_a_day)
    _at_most("minutes_a_day", rx.minutes_a_day, limits.most_minutes_a_day)
    _at_least("least_gap_h", rx.least_gap_h, limits.shortest_gap_h)
    _at_least("rest_days_a_week", rx.rest_days_a_week, limits.fewest_rest_days)


def _check_exercise(exercise: Exercise, where: str, bounds: Bounds) -> None:
    routine = bounds.routines.get(exercise.routine)
    if routine is None:
        known = ", ".join(sorted(bounds.routines))
        raise PrescriptionError(f"{where}: unknown routine '{exercise.routine}'; this station has {known}")
    _check_rung(exercise, routine, where, bounds)
    if routine.sided and exercise.side is None:
        raise PrescriptionError(f"{where}: {exercise.routine} needs a side, left or right")
    if not routine.sided and exercise.side is not None:
        raise PrescriptionError(f"{where}: {exercise.routine} has no sides, and {exercise.side} is given")
    _at_most(f"{where}: attempts", exercise.attempts, bounds.limits.most_attempts)
    _check_hold(exercise, routine, where, bounds.limits)
    _check_support(exercise, routine, where, bounds)


def _check_rung(exercise: Exercise, routine: Routine, where: str, bounds: Bounds) -> None:
    """Hold the prescribed rung, and the one the station may reach by itself, against ladder and limits."""
    hardest = bounds.hardest(exercise.routine)
    for name, rung in (("rung", exercise.rung), ("alone_up_to", exercise.alone_up_to)):
        if rung is None:
            continue
        if rung > len(routine.rungs):
            raise PrescriptionError(
                f"{where}: {name}: {exercise.routine} has rungs 1 to {len(routine.rungs)}, not {rung}"
            )
        if rung > hardest:
            raise PrescriptionError(
                f"{where}: {name}: rung {rung} of {exercise.routine} is beyond this device's limit of "
                f"{hardest}"
            )
    if exercise.alone_up_to is None:
        return
    if routine.assessment:
        raise PrescriptionError(
            f"{where}: alone_up_to: {exercise.routine} is an assessment, which never gets harder by itself"
        )
    if exercise.alone_up_to < exercise.rung:
        raise PrescriptionError(
            f"{where}: alone_up_to: rung {exercise.alone_up_to} is easier than the prescribed rung "
            f"{exercise.rung}"
        )


def _check_hold(exercise: Exercise, routine: Routine, where: str, limits: Limits) -> None:
    if exercise.hold_s is not None and routine.kind != "hold":
        raise PrescriptionError(f"{where}: hold_s: {exercise.routine} is not held; leave it out")
    own = (routine.rung(rung).hold_s for rung in rungs_allowed(exercise))
    hold_s = exercise.hold_s if exercise.hold_s is not None else max(own)
    if hold_s > limits.longest_hold_s:
        raise PrescriptionError(
            f"{where}: a hold of {hold_s:g} s is beyond this device's limit of {limits.longest_hold_s:g} s"
        )


def _check_support(exercise: Exercise, routine: Routine, where: str, bounds: Bounds) -> None:
    """Refuse a limit where no hand is measured, or one below that of every rung allowed here."""
    given = exercise.support_limit_percent
    if given is None:
        return
    if routine.kind in OFF_PLATE:
        raise PrescriptionError(
            f"{where}: support_limit_percent: {exercise.routine} is done off the plate, "
            "where no hand is measured"
        )
    allowed = routine.rungs[: bounds.hardest(exercise.routine)]
    least = min(rung.support_limit_percent for rung in allowed)
    if given < least:
        raise PrescriptionError(
            f"{where}: support_limit_percent: {given:g} % is less than the {least:g} % of the hardest rung "
            "this device allows"
        )


def _check_minutes(rx: Prescription, bounds: Bounds) -> None:
    minutes = longest_minutes(rx, bounds.routines)
    if minutes > bounds.limits.most_minutes:
        raise PrescriptionError(
            f"it plans {minutes:.0f} minutes a session; this device allows {bounds.limits.most_minutes:g}"
        )
    if minutes > rx.minutes_a_day:
        raise PrescriptionError(
            f"minutes_a_day: it plans {minutes:.0f} minutes a session and allows {rx.minutes_a_day:g} a day"
        )


def _at_most(field: str, value: float, limit: float) -> None:
    if value > limit:
        raise PrescriptionError(f"{field}: {value:g} is above this device's limit of {limit:g}")


def _at_least(field: str, value: float, limit: float) -> None:
    if value < limit:
        raise PrescriptionError(f"{field}: {value:g} is below this device's limit of {limit:g}")
