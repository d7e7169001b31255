"""A tip a day: the same all day, another tomorrow, never about a dose."""

import re
from datetime import date, timedelta

from station.training.tips import TIPS, tip_of


def test_a_day_has_one_tip_and_the_next_day_another() -> None:
    day = date(2026, 5, 1)
    assert tip_of(day) == tip_of(day)
    assert tip_of(day) != tip_of(day + timedelta(days=1))


def test_every_tip_comes_round() -> None:
    days = (date(2026, 5, 1) + timedelta(days=n) for n in range(len(TIPS)))
    assert {tip_of(day) for day in days} == set(TIPS)


def test_no_tip_is_about_a_dose() -> None:
    for tip in TIPS:
        assert not re.search(r"\b(mg|ml|tablets?|pills?|ibuprofen|paracetamol|dose)\b", tip), tip
