"""A person of our making in the middle of a session: what hand-made views begin with."""

from math import cos, sin
from typing import Any, Final

import msgspec

from station.training.routine import Side, shipped_routines
from station.training.snapshot import ExerciseView, LiveView, Phase, Snapshot
from ui.patient.view import CopPoint, View

SESSION: Final = "01900000-0000-7000-8000-000000000001"
PLATE_MM: Final = (400.0, 400.0)
TRAIL: Final = tuple(CopPoint(6 + 9 * sin(k / 9), 4 + 12 * cos(k / 13)) for k in range(36))
LIVE: Final = LiveView(
    load_n=610.0,
    x_mm=TRAIL[-1].x_mm,
    y_mm=TRAIL[-1].y_mm,
    support_percent=18.0,
    target_x_mm=2.0,
    target_y_mm=0.0,
    target_radius_mm=30.0,
    in_target=True,
)


def exercise(
    name: str, rung: int, *, side: Side | None = None, done: bool = False, **changes: Any
) -> ExerciseView:
    """Return one exercise of the shipped routines as a screen shows it."""
    routine = shipped_routines()[name]
    step = routine.rung(rung)
    view = ExerciseView(
        routine=name,
        title=routine.title,
        rung=rung,
        stance=step.stance or routine.stance,
        side=side,
        support=step.support,
        vision=step.vision,
        surface=step.surface,
        hold_s=step.hold_s,
        support_limit_percent=step.support_limit_percent,
        attempts=2,
        cues=step.cues or routine.cues,
        why=step.why,
        rim_mm=routine.rim_mm,
        done=done,
        kind=routine.kind,
        targets=step.targets,
        repetitions=step.repetitions,
        steps=step.steps,
        minutes=step.minutes,
        feedback=routine.feedback,
        picture=routine.picture,
    )
    return msgspec.structs.replace(view, **changes)


def snapshot(phase: Phase, **changes: Any) -> Snapshot:
    """Return a snapshot of a simulated station in this phase."""
    plan = (
        exercise("supported-standing", 2),
        exercise("single-leg", 2, side="left"),
        exercise("balance-board", 1),
    )
    facts: dict[str, Any] = {
        "phase": phase,
        "t_ns": 1,
        "sim": True,
        "plate_mm": PLATE_MM,
        "live": LiveView(),
        "session": None if phase in ("welcome", "history", "goodnight") else SESSION,
        "plan": plan,
        "exercise": plan[0],
        "exercise_number": 1,
        "attempt": 1,
    }
    return Snapshot(**{**facts, **changes})


def holding(**changes: Any) -> View:
    """Return a view of a hold under way."""
    facts: dict[str, Any] = {"live": LIVE, "held_s": 7.2, "counting": True}
    return View(snapshot("hold", **{**facts, **changes}), trail=TRAIL)
