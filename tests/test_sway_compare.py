"""Like with like, and a change only beyond the measurement error."""

import pytest

from station.sway.catalogue import CATALOGUE
from station.sway.compare import Conditions, baseline, change, mdc95, reliability, romberg_ratio, unlike

QUIET = Conditions("both", "firm", "open", "none", 60)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (QUIET._replace(stance="one-leg"), "stance"),
        (QUIET._replace(surface="foam"), "surface"),
        (QUIET._replace(vision="closed"), "vision"),
        (QUIET._replace(support="two-hands"), "support"),
        (QUIET._replace(duration_s=30), "duration"),
    ],
)
def test_unlike_trials_are_not_compared(other: Conditions, why: str) -> None:
    assert why in (unlike(QUIET, other) or "")


def test_like_trials_are_compared() -> None:
    assert unlike(QUIET, QUIET._replace(duration_s=57)) is None


def test_the_published_minimal_detectable_changes_come_out() -> None:
    assert mdc95("velocity_mm_s", 30) == pytest.approx(0.63, abs=0.02)
    assert mdc95("velocity_mm_s", 60) == pytest.approx(0.49, abs=0.02)


def test_three_trials_detect_a_smaller_change_than_one() -> None:
    one, three = mdc95("velocity_mm_s", 60), mdc95("velocity_mm_s", 60, trials=3)
    assert one is not None
    assert three is not None
    assert three < one


def test_below_the_error_nothing_has_changed() -> None:
    assert change("velocity_mm_s", [10], [14], duration_s=60).verdict == "within_error"
    assert change("velocity_mm_s", [10], [15.5], duration_s=60).verdict == "changed"
    assert change("velocity_mm_s", [10] * 3, [14] * 3, duration_s=60).verdict == "changed"


def test_a_measure_without_a_known_error_never_changes() -> None:
    assert change("pea95_mm2", [100], [900], duration_s=60).verdict == "unknown"


def test_a_trial_shorter_than_the_table_never_changes() -> None:
    assert change("velocity_mm_s", [10], [40], duration_s=5).verdict == "unknown"


def test_every_row_of_the_table_is_a_measure() -> None:
    assert set(reliability()) <= set(CATALOGUE)


def test_a_baseline_needs_three_trials_and_is_their_median() -> None:
    assert baseline([9, 20]) is None
    assert baseline([9, 20, 10, 500]) == 10


def test_romberg_is_closed_over_open() -> None:
    assert romberg_ratio(15, 10) == 1.5
    with pytest.raises(ValueError, match="above 0"):
        romberg_ratio(15, 0)
