"""Load that is gone at once is told from somebody who steps down."""

import pytest

from station.training.fall import SuddenLoss
from tests.standing import WEIGHT_N, Board


def left_within(seconds: float, *, shot: bool = False) -> bool:
    """Return whether somebody whose load goes evenly within this time is taken for one who fell."""
    board, sudden = Board(), SuddenLoss()
    samples = [*board.stand(2)]
    if shot:
        samples += board.move(0.15, lambda t_s: (0, 600 * t_s))
    for step in range(round(seconds * 100)):
        samples += board.stand(0.01, load_n=WEIGHT_N * (1 - step / seconds / 100), y_mm=90 if shot else 0)
    for sample in [*samples, *board.empty(1)]:
        sudden.step(sample, gone=sample.load_n < 0.2 * WEIGHT_N)
    return sudden.gone_ns is not None


@pytest.mark.parametrize("seconds", [0.02, 0.1, 0.3])
def test_a_load_that_is_gone_at_once_may_be_a_fall(seconds: float) -> None:
    assert left_within(seconds)


@pytest.mark.parametrize("seconds", [0.6, 1.0, 3.0])
def test_who_steps_down_did_not_fall(seconds: float) -> None:
    assert not left_within(seconds)


def test_after_the_cop_shot_away_half_a_second_is_at_once() -> None:
    assert left_within(0.6, shot=True)
    assert not left_within(1.0, shot=True)


def test_who_is_back_has_not_fallen() -> None:
    board, sudden = Board(), SuddenLoss()
    for sample in [*board.stand(1), *board.empty(0.5)]:
        sudden.step(sample, gone=sample.load_n < 100)
    assert sudden.gone_ns is not None
    for sample in board.stand(0.1):
        sudden.step(sample, gone=False)
    assert sudden.gone_ns is None
