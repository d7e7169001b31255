"""Moments on a clock that may be wrong: a cap is never lifted by setting it."""

from datetime import UTC, datetime, timedelta

import pytest

from station.session.moment import Moment

HOUR_S = 3600.0
THEN = datetime(2026, 5, 1, 10, tzinfo=UTC)


def moment(wall: datetime, mono_s: float, *, boot: str = "a", synced: bool = True) -> Moment:
    day = wall.date().isoformat()
    return Moment(t=wall.isoformat(), day=day, boot=boot, mono_s=mono_s, synced=synced)


ENDED = moment(THEN, 1000)


def test_today_is_today_and_yesterday_is_yesterday() -> None:
    assert ENDED.days_ago(moment(THEN + timedelta(hours=3), 1000 + 3 * HOUR_S)) == 0
    assert ENDED.days_ago(moment(THEN + timedelta(hours=22), 1000 + 22 * HOUR_S)) == 1
    assert ENDED.days_ago(moment(THEN + timedelta(days=3), 5, boot="b")) == 3


@pytest.mark.parametrize("days", [-400, -1, 1, 2, 400])
def test_a_clock_set_within_a_boot_makes_nothing_older(days: int) -> None:
    now = moment(THEN + timedelta(days=days), 1000 + HOUR_S)
    assert ENDED.days_ago(now) == 0
    assert ENDED.at_least_s(now) == HOUR_S


def test_a_clock_that_went_back_over_a_boot_holds_a_day_of_uptime_and_no_longer() -> None:
    back = THEN - timedelta(days=30)
    assert ENDED.days_ago(moment(back, HOUR_S, boot="b", synced=False)) == 0
    assert ENDED.days_ago(moment(back, 25 * HOUR_S, boot="b", synced=False)) == 1
    assert ENDED.at_least_s(moment(back, HOUR_S, boot="b", synced=False)) == HOUR_S


def test_over_a_boot_with_an_unset_clock_nobody_knows_how_long_ago() -> None:
    assert ENDED.age_s(moment(THEN + timedelta(minutes=5), 20, boot="b", synced=False)) is None
    assert ENDED.age_s(moment(THEN + timedelta(minutes=5), 20, boot="b")) == 300
