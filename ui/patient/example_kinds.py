"""Hand-made views of every kind of exercise, on the plate and beside it."""

from math import cos, pi, sin
from typing import Any

import msgspec

from station.training.snapshot import ExerciseView, LiveView
from ui.patient.staged import LIVE, TRAIL, exercise, holding, snapshot
from ui.patient.view import CopPoint, View

START_MM = (2.0, -6.0)


def _around(number: int, side_mm: float, back_mm: float) -> tuple[tuple[float, float], ...]:
    """Return targets around the start: to the sides and forward at one distance, nearer behind."""
    places = []
    for k in range(number):
        angle = 2 * pi * k / number
        mm = back_mm if sin(angle) < -0.1 else side_mm
        places.append((START_MM[0] + mm * cos(angle), START_MM[1] + mm * sin(angle)))
    return tuple(places)


def targets_live(number: int, side_mm: float, back_mm: float, index: int, **changes: Any) -> LiveView:
    """Return somebody on the way to target `index` (from 0); the ones before it were reached."""
    places = _around(number, side_mm, back_mm)
    facts: dict[str, Any] = {
        "target_x_mm": places[index][0],
        "target_y_mm": places[index][1],
        "target_radius_mm": 15.0,
        "targets_mm": places,
        "target_index": index,
        "count": index,
        "goal": number,
        "start_mm": START_MM,
        "target_share": 0.0,
        "reached": tuple(range(index)),
        "in_target": False,
        "support_percent": 7.0,
    }
    return msgspec.structs.replace(LIVE, **{**facts, **changes})


def reach_live(index: int, reach_mm: tuple[float | None, ...]) -> LiveView:
    """Return somebody who leans in direction `index`."""
    places = _around(8, 120.0, 120.0)
    return msgspec.structs.replace(
        targets_live(8, 120.0, 120.0, index, reached=(), target_share=None),
        targets_mm=places,
        count=sum(mm is not None for mm in reach_mm),
        reach_mm=(*reach_mm, *(None,) * (8 - len(reach_mm))),
        support_percent=3.0,
    )


def counted_live(count: int, goal: int, *, up: bool) -> LiveView:
    """Return somebody in the middle of raises."""
    return msgspec.structs.replace(
        LIVE, count=count, goal=goal, up=up, start_mm=(2.0, 0.0), support_percent=30.0 if up else 46.0
    )


def _setup(shown: ExerciseView, **changes: Any) -> View:
    return View(snapshot("setup", exercise=shown, exercise_number=2, **changes))


def _guided(shown: ExerciseView, **changes: Any) -> View:
    return View(snapshot("guided", exercise=shown, exercise_number=2, **changes))


def _leaning(shown: ExerciseView, live: LiveView, **changes: Any) -> View:
    trail = TRAIL
    if live.x_mm is not None and live.y_mm is not None:
        dx, dy = live.x_mm - TRAIL[-1].x_mm, live.y_mm - TRAIL[-1].y_mm
        trail = tuple(CopPoint(x + dx, y + dy) for x, y in TRAIL)
    view = holding(exercise=shown, exercise_number=2, live=live, **changes)
    return View(view.snapshot, trail=trail)


def kind_screens() -> dict[str, View]:
    """Return the views by name: set-up and hold of every kind, and the exercises beside the board."""
    return {**_setups(), **_holds(), **_beside()}


def _setups() -> dict[str, View]:
    return {
        "90-setup-together": _setup(exercise("supported-standing", 8)),
        "90b-setup-semi-tandem": _setup(exercise("tandem", 2, side="left")),
        "90c-setup-tandem-left": _setup(exercise("tandem", 8, side="left")),
        "90d-setup-tandem-right": _setup(exercise("tandem", 9, side="right")),
        "90e-setup-calf-raise": _setup(exercise("calf-raises", 1)),
        "90f-setup-rocker-side": _setup(exercise("balance-board", 7)),
        "90g-setup-rocker-forward": _setup(exercise("balance-board", 8)),
        "90h-setup-wobble": _setup(exercise("balance-board", 9)),
        "90i-setup-weight-shift": _setup(exercise("weight-shift", 1)),
        "90j-setup-weight-shift-8": _setup(exercise("weight-shift", 6)),
        "90k-setup-reach": _setup(exercise("limits-of-stability", 1), device="cane"),
        "90l-setup-still": _setup(exercise("quiet-standing", 4)),
        "90m-step-on-tandem": View(snapshot("step_on", exercise=exercise("tandem", 8, side="left"))),
        "90n-step-on-semi-tandem": View(snapshot("step_on", exercise=exercise("tandem", 2, side="right"))),
    }


def _holds() -> dict[str, View]:
    near, far = exercise("weight-shift", 1), exercise("weight-shift", 8)
    leaning, raises = exercise("limits-of-stability", 1), exercise("calf-raises", 1)
    still, closed = exercise("quiet-standing", 1), exercise("quiet-standing", 2)
    to_second = targets_live(4, 30.0, 15.2, 1)
    in_third = targets_live(8, 96.0, 52.0, 2, x_mm=6.0, y_mm=86.0, in_target=True, target_share=0.6)
    missed = targets_live(8, 45.0, 22.8, 6, reached=(0, 1, 3, 4), count=4, x_mm=-4.0, y_mm=-12.0)
    fourth = msgspec.structs.replace(reach_live(3, (86.0, 71.5, 94.0, 38.0)), x_mm=-28.0, y_mm=26.0)
    light = msgspec.structs.replace(LIVE, support_percent=3.0)
    one_step = msgspec.structs.replace(LIVE, target_radius_mm=25.0, support_percent=3.0)
    return {
        "91-hold-targets": _leaning(near, to_second),
        "91b-hold-targets-kept": _leaning(far, in_third),
        "91c-hold-targets-missed": _leaning(exercise("weight-shift", 7), missed),
        "91d-hold-reach": _leaning(leaning, fourth),
        "91e-hold-reach-first": _leaning(leaning, msgspec.structs.replace(reach_live(0, ()), y_mm=-2.0)),
        "92-hold-raises-up": holding(exercise=raises, live=counted_live(7, 15, up=True)),
        "92b-hold-raises-down": holding(
            exercise=raises,
            live=counted_live(14, 15, up=False),
            counting=False,
            paused_by="support_over",
        ),
        "93-hold-still": holding(exercise=still),
        "93b-hold-still-closed": holding(exercise=closed, counting=False, paused_by="support_over"),
        "94-hold-together": holding(exercise=exercise("supported-standing", 8), live=light),
        "94b-hold-semi-tandem": holding(exercise=exercise("tandem", 2, side="left"), live=one_step, held_s=2),
        "94c-hold-tandem": holding(exercise=exercise("tandem", 8, side="right"), live=one_step),
        "94d-hold-tandem-over": holding(
            exercise=exercise("tandem", 8, side="left"),
            live=one_step,
            counting=False,
            paused_by="out_of_line",
        ),
        "95-plan-kinds": View(
            snapshot("plan", plan=(near, raises, exercise("tandem", 8, side="left"), exercise("walk", 2)))
        ),
    }


def _beside() -> dict[str, View]:
    unknown = msgspec.structs.replace(exercise("gentle-core", 1), picture="hanging-upside-down")
    return {
        "96-guided-walk": _guided(exercise("walk", 2)),
        "96b-guided-walk-cane": _guided(exercise("walk", 5), device="cane"),
        "96c-guided-leg-raise": _guided(exercise("straight-leg-raises", 1, side="left")),
        "96d-guided-heel-slide": _guided(exercise("heel-slides", 2, side="right")),
        "96e-guided-core": _guided(exercise("gentle-core", 1)),
        "96f-guided-unknown": _guided(unknown),
    }
