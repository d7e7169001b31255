"""Weight shift: targets around the start, by the person's own limits."""

import pytest

from station.sway.reach import DIRECTIONS
from station.training.attempt import Attempt
from tests.attempts import attempt_at, feed, holding
from tests.standing import Board

OWN_MM = dict.fromkeys(DIRECTIONS, 100.0)


def to_the_target(attempt: Attempt, board: Board, seconds: float) -> list[str]:
    assert attempt.target_mm is not None
    x_mm, y_mm = attempt.target_mm
    return feed(attempt, board.stand(seconds, x_mm=x_mm, y_mm=y_mm))


def test_every_target_reached_is_told_and_the_last_one_ends_it() -> None:
    attempt, board = attempt_at("weight-shift"), Board()
    holding(attempt, board)
    assert (attempt.count, attempt.goal, attempt.target_index) == (0, 4, 0)
    for number in range(1, 4):
        assert to_the_target(attempt, board, 1.05) == ["target_reached"]
        assert attempt.count == number
        assert attempt.target_index == number
    assert to_the_target(attempt, board, 1.05) == ["target_reached", "hold_done"]
    assert attempt.outcome == "done"
    assert attempt.tally == {"targets_reached": 4}


def test_targets_lie_at_the_share_of_the_persons_own_limits_around_where_they_stood() -> None:
    attempt, board = attempt_at("weight-shift", rung=8, own_reach_mm=OWN_MM), Board()
    feed(attempt, board.stand(7, x_mm=10, y_mm=-20))
    assert len(attempt.targets_mm) == 8
    for x_mm, y_mm in attempt.targets_mm:
        assert ((x_mm - 10) ** 2 + (y_mm + 20) ** 2) ** 0.5 == pytest.approx(80)


def test_without_own_limits_the_targets_are_near_and_nearest_behind() -> None:
    attempt, board = attempt_at("weight-shift"), Board()
    holding(attempt, board)
    right, forward, left, back = attempt.targets_mm
    assert right == pytest.approx((30, 0))
    assert forward == pytest.approx((0, 30))
    assert left == pytest.approx((-30, 0), abs=1e-9)
    assert back == pytest.approx((0, -15.2))


def test_a_target_left_for_a_moment_is_not_begun_again() -> None:
    attempt, board = attempt_at("weight-shift", rung=5), Board()
    holding(attempt, board)
    to_the_target(attempt, board, 2)
    feed(attempt, board.stand(0.3))
    assert to_the_target(attempt, board, 1.1) == ["target_reached"]


def test_a_target_left_for_longer_is_begun_again() -> None:
    attempt, board = attempt_at("weight-shift", rung=5), Board()
    holding(attempt, board)
    to_the_target(attempt, board, 2)
    feed(attempt, board.stand(0.7))
    assert to_the_target(attempt, board, 1.1) == []


def test_a_target_nobody_gets_to_is_passed_over_and_the_attempt_is_not_done() -> None:
    attempt, board = attempt_at("weight-shift"), Board()
    holding(attempt, board)
    kinds = feed(attempt, board.stand(60))
    assert kinds == ["target_missed"] * 4 + ["hold_lost"]
    assert attempt.tally == {"targets_reached": 0}


def test_after_a_pause_the_target_that_came_comes_again() -> None:
    attempt, board = attempt_at("weight-shift"), Board()
    holding(attempt, board)
    to_the_target(attempt, board, 1.05)
    attempt.pause(board.t_ns)
    attempt.resume(board.t_ns)
    feed(attempt, board.stand(4))
    assert (attempt.count, attempt.target_index) == (1, 1)


def test_the_share_of_the_time_in_the_target_and_which_were_reached_are_told() -> None:
    attempt, board = attempt_at("weight-shift", rung=5), Board()
    holding(attempt, board)
    shares: list[float | None] = []
    reached: list[tuple[int, ...]] = []
    for seconds in (1.5, 1.55, None, 3.05):
        if seconds is None:
            feed(attempt, board.stand(18.1))  # nowhere near the second one
        else:
            to_the_target(attempt, board, seconds)
        shares.append(attempt.progress.target_share)
        reached.append(attempt.progress.reached)
    assert shares[0] == pytest.approx(0.5, abs=0.02)
    assert shares[1] == pytest.approx(0, abs=0.02)
    assert reached == [(), (0,), (0,), (0, 2)]
