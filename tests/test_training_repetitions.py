"""Calf raises are counted when the person is down again, and sway is none."""

from math import pi, sin

import pytest

from tests.attempts import attempt_at, feed, holding
from tests.standing import Board


@pytest.mark.parametrize("height_mm", [35.0, 60.0, 100.0])
def test_raises_of_any_height_are_counted_one_by_one(height_mm: float) -> None:
    attempt, board = attempt_at("calf-raises"), Board()
    holding(attempt, board)
    kinds = feed(attempt, board.move(30, lambda t_s: (0, height_mm * max(0.0, sin(pi * t_s)))))
    assert kinds == ["repetition"] * 15 + ["hold_done"]
    assert attempt.tally == {"repetitions": 15}


def test_a_raise_counts_when_the_heels_are_down_not_before() -> None:
    attempt, board = attempt_at("calf-raises"), Board()
    holding(attempt, board)
    assert feed(attempt, board.stand(2, y_mm=60)) == []
    assert (attempt.count, attempt.goal) == (0, 15)
    assert feed(attempt, board.stand(0.3)) == ["repetition"]
    assert attempt.count == 1


def test_sway_is_no_raise() -> None:
    attempt, board = attempt_at("calf-raises"), Board()
    holding(attempt, board)
    feed(attempt, board.move(60, lambda t_s: (0, 15 * sin(2 * pi * 0.3 * t_s))))
    assert attempt.count == 0


def test_wobbling_on_the_toes_is_one_raise() -> None:
    attempt, board = attempt_at("calf-raises"), Board()
    holding(attempt, board)
    feed(attempt, board.move(5, lambda t_s: (0, 60 + 15 * sin(2 * pi * t_s))))
    feed(attempt, board.stand(1))
    assert attempt.count == 1


def test_who_shifts_their_feet_a_little_is_still_counted() -> None:
    attempt, board = attempt_at("calf-raises"), Board()
    holding(attempt, board)
    for shift_mm in range(0, 30, 3):
        at_mm = float(shift_mm)
        feed(attempt, board.stand(1.5, y_mm=at_mm))
        feed(attempt, board.stand(0.8, y_mm=at_mm + 60))
    feed(attempt, board.stand(1, y_mm=27))
    assert attempt.count == 10


def test_raises_before_a_pause_are_kept() -> None:
    attempt, board = attempt_at("calf-raises"), Board()
    holding(attempt, board)
    feed(attempt, board.move(4, lambda t_s: (0, 60 * max(0.0, sin(pi * t_s)))))
    attempt.pause(board.t_ns)
    attempt.resume(board.t_ns)
    feed(attempt, board.stand(4))
    feed(attempt, board.move(26, lambda t_s: (0, 60 * max(0.0, sin(pi * t_s)))))
    assert attempt.outcome == "done"
    assert attempt.tally == {"repetitions": 15}


def test_it_is_told_whether_the_person_is_up_on_the_toes() -> None:
    attempt, board = attempt_at("calf-raises"), Board()
    holding(attempt, board)
    seen = [attempt.progress.up]
    for y_mm in (60.0, 0.0):
        feed(attempt, board.stand(0.5, y_mm=y_mm))
        seen.append(attempt.progress.up)
    assert seen == [False, True, False]
