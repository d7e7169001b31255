"""Which machine an exercise is done with."""

from collections.abc import Mapping

from station.training.attempt import Attempt
from station.training.leaning import Leaning
from station.training.programme import Planned
from station.training.repetitions import Repetitions
from station.training.targets import Targets
from station.training.task import Hold, Task


def start_attempt(
    planned: Planned,
    *,
    plate_mm: tuple[float, float],
    body_weight_n: float | None,
    own_reach_mm: Mapping[str, float] | None = None,
) -> Attempt:
    """Return a new attempt at this exercise.

    `own_reach_mm` is the person's own limits of stability, by the directions of `station.sway.reach`; without
    it the targets lie nearer. Raises ValueError for an exercise off the plate, which no samples can follow.
    """
    task = _task_of(planned, own_reach_mm)
    return Attempt(planned, task, plate_mm=plate_mm, body_weight_n=body_weight_n)


def _task_of(planned: Planned, own_reach_mm: Mapping[str, float] | None) -> Task:
    rung, radius_mm = planned.rung, planned.routine.target.radius_mm
    match planned.routine.kind:
        case "hold":
            return Hold(planned.hold_s, radius_mm)
        case "targets":
            return Targets(
                rung.targets or 4,
                rung.in_target_s or 1.0,
                radius_mm,
                reach_percent=rung.reach_percent or 40.0,
                own_reach_mm=own_reach_mm,
            )
        case "reach":
            return Leaning(radius_mm)
        case "repetitions":
            return Repetitions(rung.repetitions or 1, radius_mm)
        case kind:
            message = f"{planned.routine.routine} is of kind '{kind}': it is done off the plate"
            raise ValueError(message)
