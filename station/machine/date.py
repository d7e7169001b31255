"""Whether the date may be true, whatever the kernel says of its clock. Pure: times in, a doubt out.

A clock that a network has set may be wrong too: a time server that lies, a date typed by hand. What is dated
wrongly lands in another week of the patient's course, so one that cannot be is called unset (decision 032).
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from station import RELEASED

BEFORE_RELEASE: Final = "the date lies before this version of the station was made"
BEFORE_RECORDS: Final = "the date lies before what this station has kept already"
WENT_BACK: Final = "the date went back while the station ran"
JUMPED: Final = "the date jumped ahead while the station ran"
# A clock may be put right by so much at any time, and two clocks of one household differ by less.
LEEWAY: Final = timedelta(minutes=10)
# A date that went on evenly and set for so long is believed again: whatever was kept before may be wrong too.
SETTLES_S: Final = 3600.0


class DateWatch:
    """Takes one look after the other; `newest` is the newest date that was believed before."""

    def __init__(self, newest: datetime | None = None, *, released: datetime = RELEASED) -> None:
        self.newest = newest
        self.doubt = ""
        self._released = released
        self._last: tuple[datetime, float] | None = None  # date and seconds of the last look at a set clock
        self._even_s = 0.0  # so long the clock was set and went on evenly

    def look(self, now: datetime, mono_s: float, *, synced: bool) -> str:
        """Return what is wrong with the date, "" when nothing is; `mono_s` counts on whatever the date does.

        A clock that was never set says nothing that could be wrong: only that it lies before the release or
        the records is told, since everybody sees it.
        """
        if not synced:
            self._last, self._even_s = None, 0.0
            self.doubt = self._too_early(now)
            return self.doubt
        moved = self._moved(now, mono_s)
        if moved:
            self.doubt, self._even_s = moved, 0.0
        elif self._last is not None:
            self._even_s += mono_s - self._last[1]
        self._last = (now, mono_s)
        early = self._too_early(now)
        if early == BEFORE_RELEASE:  # never believed, however long it goes on
            self.doubt = early
        elif self._even_s >= SETTLES_S:
            self.doubt, self.newest = "", now
        elif early:
            self.doubt = self.doubt or early
        elif self.doubt in {BEFORE_RELEASE, BEFORE_RECORDS}:
            self.doubt = ""
        if not self.doubt and (self.newest is None or now > self.newest):
            self.newest = now
        return self.doubt

    def _moved(self, now: datetime, mono_s: float) -> str:
        """Return how a date that was set before has moved; the step that sets a clock is none."""
        if self._last is None:
            return ""
        off = (now - self._last[0]) - timedelta(seconds=mono_s - self._last[1])
        if abs(off) <= LEEWAY:
            return ""
        return JUMPED if off > timedelta(0) else WENT_BACK

    def _too_early(self, now: datetime) -> str:
        if now < self._released:
            return BEFORE_RELEASE
        if self.newest is not None and now < self.newest - LEEWAY:
            return BEFORE_RECORDS
        return ""


def read_date(text: str) -> datetime | None:
    """Return a date (RFC 3339) that was kept, None for what is none."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
