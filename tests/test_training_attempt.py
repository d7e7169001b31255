"""One attempt: what counts, what pauses, what ends it."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.sway.reading import Fault, Sample
from station.training.attempt import Attempt
from station.training.attempts import start_attempt
from station.training.programme import Planned
from station.training.routine import Routine, shipped_routines
from tests.standing import WEIGHT_N, Board

PLATE_MM = (400.0, 400.0)


def attempt_at(name: str = "supported-standing", *, hold_s: float = 20.0, weighed: bool = False) -> Attempt:
    routine: Routine = shipped_routines()[name]
    planned = Planned(
        routine=routine,
        rung_number=1,
        rung=routine.rung(1),
        side="left" if routine.sided else None,
        attempts=1,
        hold_s=hold_s,
        rest_s=20,
    )
    return start_attempt(planned, plate_mm=PLATE_MM, body_weight_n=WEIGHT_N if weighed else None)


def feed(attempt: Attempt, samples: Iterable[Sample]) -> list[str]:
    return [happening.kind for sample in samples for happening in attempt.step(sample)]


def holding(attempt: Attempt, board: Board) -> Attempt:
    """Bring an attempt to its hold."""
    feed(attempt, board.stand(10))
    assert attempt.phase == "hold"
    attempt_held(attempt)
    return attempt


def attempt_held(attempt: Attempt) -> None:
    assert attempt.held_s > 0


def test_a_quiet_hold_is_weighed_counted_down_held_and_done() -> None:
    attempt = attempt_at()
    kinds = feed(attempt, Board().stand(30))
    assert kinds == ["step_on", "weighed", "hold_started", "hold_done"]
    assert attempt.body_weight_n == pytest.approx(WEIGHT_N)
    assert attempt.held_s == pytest.approx(20, abs=0.011)
    assert attempt.outcome == "done"
    assert attempt.in_target_percent == pytest.approx(100)


def test_weight_is_not_taken_from_somebody_who_moves() -> None:
    attempt, board = attempt_at(), Board()
    feed(attempt, board.stand(1))
    for _ in range(10):
        feed(attempt, board.stand(0.5, load_n=560))
        feed(attempt, board.stand(0.5, load_n=640))
    assert attempt.phase == "weigh"
    assert attempt.body_weight_n is None


@pytest.mark.parametrize("load_n", [160.0, 2600.0])
def test_what_no_body_weighs_is_not_taken_as_body_weight(load_n: float) -> None:
    attempt = attempt_at()
    feed(attempt, Board().stand(15, load_n=load_n))
    assert attempt.body_weight_n is None


def test_who_cannot_stand_still_to_be_weighed_trains_with_hand_support_unknown() -> None:
    attempt, board = attempt_at(), Board()
    kinds: list[str] = []
    for _ in range(80):
        kinds += feed(attempt, board.stand(0.5, load_n=560))
        kinds += feed(attempt, board.stand(0.5, load_n=640))
    assert "not_weighed" in kinds
    assert kinds[-1] == "hold_done"
    assert attempt.support_mean_percent is None


def test_pauses_cannot_make_an_attempt_endless() -> None:
    attempt, board = attempt_at(), Board()
    holding(attempt, board)
    for _ in range(200):
        feed(attempt, board.stand(0.5, load_n=0.4 * WEIGHT_N))
        feed(attempt, board.stand(0.02))
    assert attempt.outcome == "lost"


def test_stepping_off_in_the_hold_is_told_after_0_3_s_and_ends_the_attempt_after_1_s() -> None:
    attempt, board = attempt_at(), Board()
    holding(attempt, board)
    assert feed(attempt, board.empty(0.29)) == []
    assert feed(attempt, board.empty(0.05)) == ["step_off"]
    assert attempt.outcome is None
    assert feed(attempt, board.empty(0.8)) == ["hold_lost"]
    assert attempt.outcome == "lost"


def test_a_brief_step_off_pauses_and_does_not_count() -> None:
    attempt, board = attempt_at(), Board()
    holding(attempt, board)
    held_s = attempt.held_s
    feed(attempt, board.empty(0.5))
    assert attempt.paused_by == "step_off"
    assert attempt.held_s == held_s
    assert "hold_resumed" in feed(attempt, board.stand(1))
    assert held_s < attempt.held_s <= held_s + 1


def test_hands_that_carry_too_much_pause_the_count_until_they_carry_less() -> None:
    attempt, board = attempt_at(), Board()
    holding(attempt, board)
    held_s = attempt.held_s
    heavy = feed(
        attempt, board.stand(5, load_n=0.55 * WEIGHT_N)
    )  # the rung allows 40 %, the hands carry 45 %
    assert heavy == ["support_over"]
    assert attempt.held_s == held_s
    assert attempt.outcome is None
    assert feed(attempt, board.stand(30, load_n=0.7 * WEIGHT_N))[-1] == "hold_done"
    assert attempt.support_max_percent == pytest.approx(30, abs=0.1)


def test_a_board_fault_of_half_a_second_ends_the_attempt_as_a_fault() -> None:
    attempt, board = attempt_at(), Board()
    holding(attempt, board)
    assert feed(attempt, board.broken(0.4)) == ["fault"]
    assert feed(attempt, board.broken(0.2)) == ["hold_fault"]
    assert attempt.outcome == "fault"


def test_a_shorter_board_fault_pauses_only() -> None:
    attempt, board = attempt_at(), Board()
    holding(attempt, board)
    feed(attempt, board.broken(0.3))
    assert feed(attempt, board.stand(30)) == ["hold_resumed", "hold_done"]


def test_no_hold_starts_on_a_broken_board() -> None:
    attempt, board = attempt_at(weighed=True), Board()
    feed(attempt, board.stand(2))
    assert feed(attempt, board.broken(10)) == []
    assert attempt.phase == "step_on"


def test_the_cop_near_the_edge_pauses() -> None:
    attempt, board = attempt_at(), Board()
    holding(attempt, board)
    assert feed(attempt, board.stand(0.5, x_mm=185)) == ["edge"]


def test_the_balance_board_ends_at_its_rim_not_at_the_plate() -> None:
    attempt, board = attempt_at("balance-board"), Board()
    holding(attempt, board)
    assert feed(attempt, board.stand(0.5, x_mm=120, y_mm=100)) == ["edge"]


def test_the_other_foot_coming_down_ends_a_single_leg_hold() -> None:
    attempt, board = attempt_at("single-leg", hold_s=20), Board()
    holding(attempt, board)
    held_s = attempt.held_s
    assert feed(attempt, board.stand(1.5, x_mm=90)) == ["touch_down", "hold_lost"]
    assert attempt.held_s - held_s < 0.3


def test_swaying_outside_the_target_counts_but_not_as_in_target() -> None:
    attempt, board = attempt_at(), Board()
    holding(attempt, board)
    feed(attempt, board.stand(30, x_mm=35))
    assert attempt.outcome == "done"
    assert attempt.in_target_percent is not None
    assert attempt.in_target_percent < 50


def test_stop_ends_it_at_once_without_a_loss() -> None:
    attempt, board = attempt_at(), Board()
    holding(attempt, board)
    assert [h.kind for h in attempt.stop(board.t_ns)] == ["hold_stopped"]
    assert attempt.outcome == "stopped"


def test_the_countdown_says_3_2_1() -> None:
    attempt, board = attempt_at(weighed=True), Board()
    feed(attempt, board.stand(0.6))
    said = []
    for sample in board.stand(3.2):
        attempt.step(sample)
        said.append(attempt.countdown_s())
    shown = [n for n in dict.fromkeys(said) if n is not None]
    assert shown == [3, 2, 1]


moments = st.lists(
    st.tuples(
        st.floats(0.05, 3),
        st.floats(0, 900),
        st.floats(-220, 220),
        st.sampled_from([Fault.NONE, Fault.NONE, Fault.NONE, Fault.SILENT]),
    ),
    max_size=12,
)


@given(moments)
def test_time_never_counts_while_a_condition_fails(
    moments: list[tuple[float, float, float, Fault]],
) -> None:
    attempt, board = attempt_at(), Board()
    feed(attempt, board.stand(10))
    for seconds, load_n, x_mm, fault in moments:
        stand = board.stand(seconds, load_n=load_n, x_mm=x_mm)
        for sample in stand if fault is Fault.NONE else board.broken(seconds, fault):
            before_s = attempt.held_s
            attempt.step(sample)
            if attempt.held_s > before_s:
                assert sample.fault is Fault.NONE
                assert sample.load_n >= 0.6 * WEIGHT_N - 1e-6
                assert sample.x_mm is not None
                assert abs(sample.x_mm) <= 180
    assert attempt.held_s <= attempt.hold_s + 0.011
    counted_s = sum(end - start for start, end in attempt.spans_ns) / 1e9
    assert counted_s == pytest.approx(attempt.held_s, abs=0.02 * len(attempt.spans_ns))
