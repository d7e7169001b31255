"""The weeks behind and own bests: what is kept is what is shown, and a bad week looks like one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from station.session.past import MOST_BESTS, MOST_WEEKS, own_bests, weeks_behind
from station.session.protocol import MAX_PACKET_BYTES, encode
from station.training.result import SupportResult, TrialResult
from station.training.routine import shipped_routines
from station.training.snapshot import BestView, PastView
from ui.patient.staged import snapshot

THURSDAY = 3
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROUTINES = shipped_routines()
TRIAL = TrialResult(
    trial="t",
    session="s",
    number=1,
    routine="supported-standing",
    rung=1,
    side=None,
    stance="both",
    support_kind="two-hands",
    vision="open",
    surface="firm",
    attempt=1,
    started="",
    outcome="lost",
    hold_s=9.0,
    target_hold_s=20.0,
    body_weight_n=640.0,
    measures={},
    quality={},
    support=SupportResult(mean_percent=None, max_percent=None, limit_percent=40.0),
    in_target_percent=None,
    faults=(),
    cal="nominal",
    alg="cop-1",
    sim=True,
)


def kept(*changes: dict[str, Any]) -> list[bytes]:
    """Results of one day after the other."""
    return [
        msgspec.json.encode(
            msgspec.structs.replace(TRIAL, started=(NOON + timedelta(days=n)).isoformat(), **change)
        )
        for n, change in enumerate(changes)
    ]


def test_without_any_training_there_is_a_week_without_any_missed_day() -> None:
    (week,) = weeks_behind({}, THURSDAY)
    assert week.days == (None, None, None, False, None, None, None)


def test_days_trained_days_missed_days_to_come_and_days_before_the_first_are_told_apart() -> None:
    before, this = weeks_behind({0: 11.0, 3: 10.6, 8: 17.4}, THURSDAY)
    assert this.days == (True, False, False, True, None, None, None)
    assert before.days == (None, None, True, False, False, False, False)
    assert (before.minutes, this.minutes) == (17.4, 21.6)


def test_a_week_without_training_is_shown_as_one() -> None:
    weeks = weeks_behind({0: 10.0, 15: 10.0}, THURSDAY)
    assert weeks[1].days == (False,) * 7
    assert weeks[1].minutes == 0


def test_no_more_than_four_weeks_are_told() -> None:
    assert len(weeks_behind(dict.fromkeys(range(200), 5.0), THURSDAY)) == MOST_WEEKS


def bests(*changes: dict[str, Any], sim: bool = True) -> tuple[BestView, ...]:
    return own_bests(kept(*changes), ROUTINES, sim=sim)


STANDING: dict[str, Any] = {"routine": "supported-standing", "rung": 1, "sim": True}


def test_the_longest_hold_is_told_with_its_day() -> None:
    (best,) = bests({**STANDING, "hold_s": 12.0}, {**STANDING, "hold_s": 19.5}, {**STANDING, "hold_s": 19.0})
    assert (best.held_s, best.day) == (19.5, "2026-03-03")


def test_a_short_hold_on_a_harder_rung_is_more_than_a_long_one_on_an_easier() -> None:
    (best,) = bests({**STANDING, "hold_s": 20.0}, {**STANDING, "rung": 2, "hold_s": 4.0})
    assert (best.exercise.rung, best.held_s) == (2, 4.0)


def test_each_side_has_its_own_best_and_the_one_trained_last_comes_first() -> None:
    left, right = ({**STANDING, "routine": "single-leg", "side": side} for side in ("left", "right"))
    found = bests({**left, "hold_s": 5.0}, {**right, "hold_s": 3.0}, {**left, "hold_s": 4.0})
    assert [(b.exercise.side, b.held_s) for b in found] == [("left", 5.0), ("right", 3.0)]


def test_what_is_counted_is_compared_by_its_count() -> None:
    raises = {**STANDING, "routine": "calf-raises", "kind": "repetitions", "hold_s": 0.0}
    (best,) = bests({**raises, "count": 12}, {**raises, "count": 15}, {**raises, "count": 9})
    assert (best.count, best.exercise.title) == (15, ROUTINES["calf-raises"].title)


@pytest.mark.parametrize(
    "change",
    [
        {"sim": False},
        {"hold_s": 0.4},
        {"routine": "quiet-standing"},
        {"routine": "gone-from-this-station"},
        {"kind": "reach"},
    ],
)
def test_what_is_no_best_is_not_told(change: dict[str, Any]) -> None:
    assert bests({**STANDING, "hold_s": 9.0, **change}) == ()


def test_what_a_screen_is_told_of_the_past_is_small() -> None:
    names = [name for name, routine in ROUTINES.items() if routine.feedback]
    found = bests(*({**STANDING, "routine": name, "hold_s": 9.0} for name in names))
    assert len(found) == MOST_BESTS
    past = PastView(weeks=weeks_behind(dict.fromkeys(range(60), 9.9), THURSDAY), bests=found)
    assert len(encode(snapshot("history", past=past, plan=()))) < MAX_PACKET_BYTES // 16
