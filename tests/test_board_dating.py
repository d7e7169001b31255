"""Dates of conversions, from the intervals in which they were seen to become ready."""

import random
import statistics
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.board.dating import Dating

POLL_NS = 1_000_000
PERIOD_NS = 11_600_000


def polled(t_ns: int, phase_ns: int) -> tuple[int, int]:
    """The two polls around a time."""
    before_ns = (t_ns - phase_ns) // POLL_NS * POLL_NS + phase_ns + POLL_NS
    return before_ns - POLL_NS, before_ns


def test_dates_are_ten_times_finer_than_the_polls() -> None:
    draw = random.Random(1)
    dating = Dating()
    off_ns = []
    for count in range(1, 1000):
        t_ns = count * PERIOD_NS
        dated = dating.date(*polled(t_ns, draw.randrange(POLL_NS)))
        if count > 200:
            off_ns.append(dated.t_ns - t_ns)
    assert statistics.pstdev(off_ns) < POLL_NS / 10
    assert abs(statistics.fmean(off_ns)) < POLL_NS / 20


def test_the_period_is_measured() -> None:
    dating = Dating()
    draw = random.Random(2)
    for count in range(300):
        dating.date(*polled(count * PERIOD_NS, draw.randrange(POLL_NS)))
    assert dating.sps == pytest.approx(1e9 / PERIOD_NS, abs=0.1)


def test_conversions_that_were_never_seen_are_counted() -> None:
    dating = Dating()
    for count in range(100):
        dating.date(*polled(count * PERIOD_NS, 0))
    assert dating.date(*polled(103 * PERIOD_NS, 0), watched=False).missed == 3
    assert dating.date(*polled(104 * PERIOD_NS, 0)).missed == 0


def test_what_a_doubtful_word_shows_is_counted_and_not_learned_from() -> None:
    dating = Dating()
    for count in range(100):
        dating.date(*polled(count * PERIOD_NS, 0))
    known = dating.period_ns
    assert dating.missed(*polled(103 * PERIOD_NS, 0)) == 3
    assert dating.missed(*polled(103 * PERIOD_NS + PERIOD_NS // 2, 0)) == 0  # another phase: it was reset
    assert dating.period_ns == known
    assert dating.date(*polled(100 * PERIOD_NS, 0)).missed == 0


def test_a_chip_that_goes_on_at_another_phase_is_noticed() -> None:
    dating = Dating()
    for count in range(100):
        assert not dating.date(*polled(count * PERIOD_NS, 0)).jumped
    assert dating.date(*polled(100 * PERIOD_NS + PERIOD_NS // 2, 0)).jumped


def test_a_long_gap_starts_a_new_line() -> None:
    dating = Dating()
    for count in range(100):
        dating.date(*polled(count * PERIOD_NS, 0))
    later_ns = 100 * PERIOD_NS + 7_000_000_000 + 5_000_000
    dated = dating.date(*polled(later_ns, 0))
    assert (dated.missed, dated.jumped) == (0, False)
    assert abs(dated.t_ns - later_ns) <= POLL_NS


@given(st.lists(st.tuples(st.integers(1, 40_000_000), st.integers(1, 30_000_000)), min_size=1, max_size=200))
def test_whatever_the_polls_dates_rise_and_never_leave_their_interval(steps: list[tuple[int, int]]) -> None:
    dating = Dating()
    before_ns = 0
    dates = []
    for pause_ns, width_ns in steps:
        after_ns = before_ns + pause_ns
        before_ns = after_ns + width_ns
        dates.append(dating.date(after_ns, before_ns).t_ns)
        assert after_ns <= dates[-1] <= before_ns
    assert all(earlier < later for earlier, later in pairwise(dates))


def test_no_period_is_claimed_before_it_is_known() -> None:
    assert Dating().sps is None
