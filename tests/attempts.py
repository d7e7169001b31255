"""Attempts at the shipped routines, and samples fed to them."""

from collections.abc import Iterable, Mapping

from station.sway.reading import Sample
from station.training.attempt import Attempt
from station.training.attempts import start_attempt
from station.training.programme import Planned
from station.training.routine import Side, shipped_routines
from tests.standing import WEIGHT_N, Board

PLATE_MM = (400.0, 400.0)


def planned_at(name: str, *, rung: int = 1, hold_s: float | None = None, side: Side | None = None) -> Planned:
    routine = shipped_routines()[name]
    step = routine.rung(rung)
    return Planned(
        routine=routine,
        rung_number=rung,
        rung=step,
        side=side,
        attempts=1,
        hold_s=step.hold_s if hold_s is None else hold_s,
        rest_s=20,
    )


def attempt_at(
    name: str = "supported-standing",
    *,
    rung: int = 1,
    hold_s: float | None = None,
    side: Side | None = None,
    weighed: bool = False,
    own_reach_mm: Mapping[str, float] | None = None,
) -> Attempt:
    return start_attempt(
        planned_at(name, rung=rung, hold_s=hold_s, side=side),
        plate_mm=PLATE_MM,
        body_weight_n=WEIGHT_N if weighed else None,
        own_reach_mm=own_reach_mm,
    )


def feed(attempt: Attempt, samples: Iterable[Sample]) -> list[str]:
    return [happening.kind for sample in samples for happening in attempt.step(sample)]


def holding(attempt: Attempt, board: Board) -> Attempt:
    """Bring an attempt to its hold."""
    feed(attempt, board.stand(6.6))
    assert attempt.phase == "hold"
    assert attempt.held_s > 0
    return attempt
