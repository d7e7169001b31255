"""Too much, too soon: sessions and minutes a day, the gap between them, and days of rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.training.caps import Allowance, too_much
from station.training.programme import Programme

CAPS = Programme(planned=())  # two sessions, thirty minutes, two hours, one day of rest
HOUR_S = 3600.0


def test_who_has_not_trained_may_begin() -> None:
    assert too_much(Allowance(), CAPS) == ()


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (Allowance(sessions_today=2, since_last_s=5 * HOUR_S), "2 times today"),
        (Allowance(sessions_today=1, minutes_today=30.4, since_last_s=5 * HOUR_S), "30 minutes today"),
        (Allowance(sessions_today=1, since_last_s=HOUR_S), "a short while ago"),
        (Allowance(days_ago=frozenset(range(1, 7)), since_last_s=20 * HOUR_S), "a day to rest"),
    ],
)
def test_each_cap_says_why_and_when_training_may_go_on(done: Allowance, said: str) -> None:
    _enough, why, when = too_much(done, CAPS)
    assert said in why
    assert when.startswith("You can train again")


@pytest.mark.parametrize(
    ("since_s", "said"),
    [
        (0, "about 2 hours"),
        (1.2 * HOUR_S, "about 48 minutes"),
        (HOUR_S, "about one hour"),
        (7199, "2 minutes"),
    ],
)
def test_the_gap_says_how_long_it_still_is_and_never_less(since_s: float, said: str) -> None:
    assert said in too_much(Allowance(sessions_today=1, since_last_s=since_s), CAPS)[-1]


def test_a_second_session_on_the_day_before_a_day_of_rest_is_allowed() -> None:
    done = Allowance(sessions_today=1, since_last_s=3 * HOUR_S, days_ago=frozenset({1, 2, 3, 4, 5}))
    assert too_much(done, CAPS) == ()


def test_tomorrow_is_not_promised_when_it_is_a_day_of_rest() -> None:
    done = Allowance(sessions_today=2, days_ago=frozenset({1, 2, 3, 4, 5}))
    assert too_much(done, CAPS)[-1] == "You can train again in 2 days."


@given(
    st.integers(0, 3),
    st.floats(0, 60),
    st.none() | st.floats(0, 1e6),
    st.frozensets(st.integers(1, 6)),
)
def test_what_is_refused_is_refused_with_three_sentences(
    sessions: int, minutes: float, since_s: float | None, days: frozenset[int]
) -> None:
    words = too_much(Allowance(sessions, minutes, since_s, days), CAPS)
    assert len(words) in (0, 3)
    over = sessions >= 2 or minutes >= 30 or (since_s is not None and since_s < 7200)
    assert bool(words) >= over
