"""Limits of stability: only a reach that was kept counts."""

import math

import pytest

from station.sway.reach import DIRECTIONS, Reach
from tests.standing import Board


def test_a_steady_lean_in_each_direction_is_measured() -> None:
    board, reach = Board(), Reach(5, -3)
    for number, direction in enumerate(DIRECTIONS):
        angle = number * math.pi / 4
        for sample in board.stand(1, x_mm=5 + 60 * math.cos(angle), y_mm=-3 + 60 * math.sin(angle)):
            reach.step(sample)
        assert reach.furthest_mm[direction] == pytest.approx(60)


def test_a_quick_swing_is_no_reach() -> None:
    board, reach = Board(), Reach(0, 0)
    for sample in board.stand(0.4, x_mm=90):
        reach.step(sample)
    for sample in board.stand(1, x_mm=40):
        reach.step(sample)
    assert reach.furthest_mm["right"] == pytest.approx(40)


def test_a_board_fault_breaks_a_reach() -> None:
    board, reach = Board(), Reach(0, 0)
    for samples in (board.stand(0.3, x_mm=50), board.broken(0.1), board.stand(0.3, x_mm=50)):
        for sample in samples:
            reach.step(sample)
    assert reach.furthest_mm == {}
