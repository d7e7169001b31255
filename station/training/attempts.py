"""Which machine an exercise is done with."""

from collections.abc import Mapping

from station.training.attempt import Attempt
from station.training.programme import Planned
from station.training.task import Hold


def start_attempt(
    planned: Planned,
    *,
    plate_mm: tuple[float, float],
    body_weight_n: float | None,
    own_reach_mm: Mapping[str, float] | None = None,  # noqa: ARG001
) -> Attempt:
    """Return a new attempt at this exercise.

    `own_reach_mm` is the person's own limits of stability, by the directions of `station.sway.reach`.
    """
    task = Hold(planned.hold_s, planned.routine.target.radius_mm)
    return Attempt(planned, task, plate_mm=plate_mm, body_weight_n=body_weight_n)
