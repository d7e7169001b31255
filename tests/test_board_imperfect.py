"""The simulated board that has to be calibrated: off by a little, the same for the same seed."""

import pytest

from station.board.imperfect import OFF_MM, SPAN, ImperfectBoard
from station.board.load import EMPTY, Plate, StillLoad

PLATE = Plate(400.0, 400.0)
LOAD = StillLoad(PLATE.corners_n(400.0, 50.0, -20.0))


@pytest.mark.parametrize("seed", range(8))
def test_load_and_cop_are_off_by_a_little_and_never_by_nothing(seed: int) -> None:
    fl, fr, rl, rr = forces_n = ImperfectBoard(LOAD, PLATE, seed=seed).forces_n(0)
    load_n = sum(forces_n)
    x_mm = (fr + rr - fl - rl) / load_n * 200
    y_mm = (fl + fr - rl - rr) / load_n * 200
    assert 0 < load_n / 400 - 1 < 2 * SPAN
    assert 0.1 < abs(x_mm - 50) + abs(y_mm + 20) < 2 * (OFF_MM + 200 * SPAN)


def test_the_same_seed_is_the_same_board() -> None:
    assert ImperfectBoard(LOAD, PLATE, seed=1).forces_n(0) == ImperfectBoard(LOAD, PLATE, seed=1).forces_n(0)
    assert ImperfectBoard(LOAD, PLATE, seed=1).forces_n(0) != ImperfectBoard(LOAD, PLATE, seed=2).forces_n(0)


def test_an_empty_board_is_empty() -> None:
    assert ImperfectBoard(StillLoad(), PLATE, seed=1).forces_n(0) == EMPTY
