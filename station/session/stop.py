"""No training today: how long a stop from the check-in holds, on a clock that may be wrong."""

from datetime import date
from typing import Final

import msgspec

AT_LEAST_S: Final = 12 * 3600.0  # within one boot, whatever the date is set to meanwhile


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """A stop, with the advice that was given; `day` is the local date, `mono_s` CLOCK_MONOTONIC of `boot`."""

    words: tuple[str, ...]
    day: str
    boot: str
    mono_s: float

    def holds(self, *, day: date, boot: str, mono_s: float) -> bool:
        """Return whether the stop still holds.

        Until the next day; for at least twelve hours of the same boot, so that a clock being set right lifts
        nothing; and as long as the date is before that of the stop, which only a wrong clock can be.
        """
        if boot == self.boot and 0 <= mono_s - self.mono_s < AT_LEAST_S:
            return True
        return day.isoformat() <= self.day
