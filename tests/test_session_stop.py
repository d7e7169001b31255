"""A stop from the check-in holds for the day, whatever the clock does."""

from datetime import date

import pytest

from station.session.stop import Stop

STOP = Stop(words=("No training today.",), day="2026-05-10", boot="a", mono_s=1000.0)
HOUR = 3600.0


@pytest.mark.parametrize(
    ("day", "boot", "mono_s", "holds"),
    [
        (date(2026, 5, 10), "a", 1000 + HOUR, True),
        (date(2026, 5, 10), "b", 5.0, True),
        (date(2026, 5, 11), "b", 5.0, False),
        (date(2026, 5, 11), "a", 1000 + 13 * HOUR, False),
        (date(2027, 1, 1), "a", 1000 + HOUR, True),  # the clock was set right an hour later
        (date(1970, 1, 1), "b", 5.0, True),  # the clock was lost: nobody knows that a day has passed
    ],
)
def test_it_holds(day: date, boot: str, mono_s: float, holds: bool) -> None:
    assert STOP.holds(day=day, boot=boot, mono_s=mono_s) is holds
