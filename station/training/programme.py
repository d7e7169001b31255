"""What is trained today: the exercises of the prescription in force, or the safe fall-back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from station.training.prescription import Device, Exercise, Prescription, fallback_exercises, hold_of
from station.training.routine import OFF_PLATE, Routine, Rung, Side, Stance
from station.training.snapshot import ExerciseView


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
    """What the course runs; `note` is the therapist's, shown at the first check-in after a change."""

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
    somebody_near: bool = False  # must be, while this is trained


def _plan(exercise: Exercise, routines: Mapping[str, Routine]) -> Planned:
    routine = routines[exercise.routine]
    return Planned(
        routine=routine,
        rung_number=exercise.rung,
        rung=routine.rung(exercise.rung),
        side=exercise.side,
        attempts=exercise.attempts,
        hold_s=hold_of(exercise, routine),
        rest_s=exercise.rest_s,
    )


def programme_of(rx: Prescription, routines: Mapping[str, Routine]) -> Programme:
    """Return the programme of a prescription that `check_prescription` accepted."""
    return Programme(
        planned=tuple(_plan(exercise, routines) for exercise in rx.exercises),
        rx_version=rx.version,
        pain_limit=rx.pain_limit,
        body_weight_n=rx.body_weight_n,
        device=rx.device,
        note=rx.note,
    )


def fallback_programme(routines: Mapping[str, Routine]) -> Programme:
    """Return what is trained without a prescription in force."""
    return Programme(planned=tuple(_plan(exercise, routines) for exercise in fallback_exercises()))


def still_to_do(programme: Programme, done: Sequence[tuple[str, Side | None]]) -> list[Planned]:
    """Return what a programme asks for beyond the routines and sides already done today, in its order."""
    already = Counter(done)
    to_come = []
    for planned in programme.planned:
        if already[planned.name]:
            already[planned.name] -= 1
        else:
            to_come.append(planned)
    return to_come
