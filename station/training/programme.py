"""What is trained today: the exercises of the prescription in force, or the safe fall-back."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from station.training.prescription import Device, Exercise, Limits, Prescription
from station.training.routine import OFF_PLATE, Routine, Rung, Side, Stance
from station.training.snapshot import ExerciseView

DAYS: Final = 7  # of a week


@dataclass(frozen=True, slots=True)
class Planned:
    """One exercise with everything the course needs to run it."""

    routine: Routine
    rung_number: int
    rung: Rung
    side: Side | None
    attempts: int
    hold_s: float
    rest_s: float

    @property
    def name(self) -> tuple[str, Side | None]:
        """Return the routine and the side."""
        return self.routine.routine, self.side

    @property
    def off_plate(self) -> bool:
        """Return whether it is done beside the board and counted by the person."""
        return self.routine.kind in OFF_PLATE

    @property
    def goal(self) -> tuple[str, int]:
        """Return what is counted of an exercise beside the board, and how many it asks for."""
        if self.rung.steps is not None:
            return "steps", self.rung.steps
        if self.rung.repetitions is not None:
            return "repetitions", self.rung.repetitions
        return "minutes", round(self.rung.minutes or 0)

    @property
    def stance(self) -> Stance:
        """Return how to stand: the rung's own stance, or the routine's."""
        return self.rung.stance or self.routine.stance

    def view(self, *, done: bool) -> ExerciseView:
        """Return the exercise as a screen shows it."""
        return ExerciseView(
            routine=self.routine.routine,
            title=self.routine.title,
            rung=self.rung_number,
            stance=self.stance,
            side=self.side,
            support=self.rung.support,
            vision=self.rung.vision,
            surface=self.rung.surface,
            hold_s=self.hold_s,
            support_limit_percent=self.rung.support_limit_percent,
            attempts=self.attempts,
            cues=self.rung.cues or self.routine.cues,
            why=self.rung.why,
            rim_mm=self.routine.rim_mm,
            done=done,
            kind=self.routine.kind,
            targets=self.rung.targets,
            repetitions=self.rung.repetitions,
            steps=self.rung.steps,
            minutes=self.rung.minutes,
            feedback=self.routine.feedback,
            picture=self.routine.picture,
        )


@dataclass(frozen=True, slots=True)
class Programme:
    """What the course runs; `note` is shown at the first check-in after a change.

    `easier` is the same with every exercise one rung easier, for a day after one that was too much.
    The rest is the prescription's own: what limits a day and a week, and what the check-in asks for.
    """

    planned: tuple[Planned, ...]
    rx_version: int | None = None
    pain_limit: int = 5
    body_weight_n: float | None = None
    device: Device = "walker"
    note: str = ""
    sessions_a_day: int = 2
    minutes_a_day: float = 30.0
    least_gap_h: float = 2.0
    rest_days_a_week: int = 1
    most_days_a_week: int = 6  # on which at least one exercise may be done
    somebody_near: bool = False  # must be, while this is trained
    weaker_leg: Side | None = None
    easier: tuple[Planned, ...] = ()

    def of_a_day(self, *, overdone: bool) -> tuple[Planned, ...]:
        """Return today's exercises; `overdone`: the last training was too much."""
        return self.easier if overdone and self.easier else self.planned


def exercise_at(exercise: Exercise, rung_number: int, routines: Mapping[str, Routine]) -> Exercise:
    """Return an exercise on another rung than the prescribed one.

    The prescribed hold and hand support stay; on an easier rung neither is harder than the rung's own.
    """
    if rung_number >= exercise.rung:
        return msgspec.structs.replace(exercise, rung=rung_number)
    own = routines[exercise.routine].rung(rung_number)
    hold_s, support = exercise.hold_s, exercise.support_limit_percent
    return msgspec.structs.replace(
        exercise,
        rung=rung_number,
        hold_s=None if hold_s is None else min(hold_s, own.hold_s),
        support_limit_percent=None if support is None else max(support, own.support_limit_percent),
    )


def rung_of(exercise: Exercise, routine: Routine) -> Rung:
    """Return the rung of an exercise with what its prescription changes of it."""
    rung = routine.rung(exercise.rung)
    if exercise.hold_s is not None:
        rung = msgspec.structs.replace(rung, hold_s=exercise.hold_s)
    if exercise.support_limit_percent is not None:
        rung = msgspec.structs.replace(rung, support_limit_percent=exercise.support_limit_percent)
    return rung


def _plan(exercise: Exercise, routines: Mapping[str, Routine]) -> Planned:
    routine = routines[exercise.routine]
    rung = rung_of(exercise, routine)
    return Planned(
        routine=routine,
        rung_number=exercise.rung,
        rung=rung,
        side=exercise.side,
        attempts=exercise.attempts,
        hold_s=rung.hold_s,
        rest_s=exercise.rest_s,
    )


def programme_of(
    rx: Prescription,
    routines: Mapping[str, Routine],
    *,
    rungs: Sequence[int] | None = None,
    resting: Collection[int] = (),
    news: str = "",
) -> Programme:
    """Return the programme of a prescription that `check_prescription` accepted.

    `rungs` are those in force, None the prescribed ones; `resting` are the places (from 0) of exercises that
    are not due today; `news` is what the patient is told instead of the therapist's note.
    """
    numbers = rungs if rungs is not None else [exercise.rung for exercise in rx.exercises]
    exercises = [
        exercise_at(exercise, number, routines)
        for place, (exercise, number) in enumerate(zip(rx.exercises, numbers, strict=True))
        if place not in resting
    ]
    return Programme(
        planned=tuple(_plan(exercise, routines) for exercise in exercises),
        easier=tuple(_plan(_easier(exercise, routines), routines) for exercise in exercises),
        rx_version=rx.version,
        pain_limit=rx.pain_limit,
        body_weight_n=rx.body_weight_n,
        device=rx.device,
        note=news or rx.note,
        sessions_a_day=rx.sessions_a_day,
        minutes_a_day=rx.minutes_a_day,
        least_gap_h=rx.least_gap_h,
        rest_days_a_week=rx.rest_days_a_week,
        most_days_a_week=min(DAYS - rx.rest_days_a_week, max(one.days_a_week for one in rx.exercises)),
        somebody_near=rx.somebody_near,
        weaker_leg=rx.weaker_leg,
    )


def held_programme(rx: Prescription) -> Programme:
    """Return what is trained while the care team holds all training: nothing; a session under way ends."""
    return Programme(planned=(), rx_version=rx.version, device=rx.device, note=rx.note)


def fallback_programme(
    routines: Mapping[str, Routine], *, limits: Limits | None = None, last_safe_rung: int = 1
) -> Programme:
    """Return what is trained without a prescription in force: supported standing at the last safe rung.

    Where the limits do not allow that rung, or its hold, any more, an easier one.
    """
    limits = limits or Limits()
    routine = routines["supported-standing"]
    number = min(last_safe_rung, len(routine.rungs), limits.hardest_rung.get(routine.routine, 1))
    while number > 1 and routine.rung(number).hold_s > limits.longest_hold_s:
        number -= 1
    number = max(1, number)
    hold_s = min(routine.rung(number).hold_s, limits.longest_hold_s)
    exercise = Exercise(routine=routine.routine, rung=number, attempts=1, hold_s=hold_s)
    easier = _easier(exercise, routines)
    return Programme(planned=(_plan(exercise, routines),), easier=(_plan(easier, routines),))


def _easier(exercise: Exercise, routines: Mapping[str, Routine]) -> Exercise:
    if exercise.rung == 1 or routines[exercise.routine].assessment:
        return exercise
    return exercise_at(exercise, exercise.rung - 1, routines)


def still_to_do(planned_today: Sequence[Planned], done: Sequence[tuple[str, Side | None]]) -> list[Planned]:
    """Return what is asked for beyond the routines and sides already done today, in its order."""
    already = Counter(done)
    to_come = []
    for planned in planned_today:
        if already[planned.name]:
            already[planned.name] -= 1
        else:
            to_come.append(planned)
    return to_come
