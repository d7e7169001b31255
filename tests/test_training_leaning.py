"""Limits of stability: the furthest steady reach in eight directions, and nothing made up."""

from math import cos, pi, sin

import pytest

from station.training.leaning import own_reach_mm
from tests.attempts import attempt_at, feed, holding
from tests.standing import Board


def lean(board: Board, number: int, far_mm: float) -> list[object]:
    angle = number * pi / 4
    there = board.stand(1, x_mm=far_mm * cos(angle), y_mm=far_mm * sin(angle))
    return [*there, *board.stand(0.5)]


def test_leaning_each_way_gives_the_reach_of_each_way() -> None:
    attempt, board = attempt_at("limits-of-stability"), Board()
    holding(attempt, board)
    for number in range(8):
        assert attempt.target_index == number
        feed(attempt, lean(board, number, 40 + 5 * number))  # type: ignore[arg-type]
    assert attempt.outcome == "done"
    assert attempt.count == 8
    assert attempt.tally["reach_right_mm"] == pytest.approx(40)
    assert attempt.tally["reach_left_forward_mm"] == pytest.approx(55)
    assert attempt.tally["reach_right_back_mm"] == pytest.approx(75)
    own_mm = own_reach_mm({**attempt.tally, "path_mm": 3.0})
    assert own_mm["left-forward"] == pytest.approx(55)
    assert len(own_mm) == 8


def test_a_way_nobody_leans_is_passed_over_and_has_no_number() -> None:
    attempt, board = attempt_at("limits-of-stability"), Board()
    holding(attempt, board)
    for number in range(7):
        feed(attempt, lean(board, number, 50))  # type: ignore[arg-type]
    feed(attempt, board.stand(13))
    assert attempt.outcome == "done"
    assert "reach_right_back_mm" not in attempt.tally


def test_who_only_stands_there_has_not_leaned() -> None:
    attempt, board = attempt_at("limits-of-stability"), Board()
    holding(attempt, board)
    feed(attempt, board.stand(120))
    assert attempt.outcome == "lost"
    assert attempt.tally == {}


def test_the_furthest_lean_so_far_is_told_by_direction_and_none_where_nobody_leaned() -> None:
    attempt, board = attempt_at("limits-of-stability"), Board()
    holding(attempt, board)
    assert attempt.progress.reach_mm == (None,) * 8
    feed(attempt, lean(board, 0, 60))  # type: ignore[arg-type]
    assert attempt.progress.reach_mm[0] == pytest.approx(60)
    assert attempt.progress.reach_mm[1:] == (None,) * 7
