"""No training today: how long a stop from the check-in holds, on a clock that may be wrong."""

from collections.abc import Callable
from datetime import date
from typing import Final

import msgspec

from station.session.moment import Moment
from station.session.store import Note, Store

AT_LEAST_S: Final = 12 * 3600.0  # within one boot, whatever the date is set to meanwhile
STOP_NOTE: Final = "stop"


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


class Stops:
    """What keeps a person from training on this station, kept over restarts and losses of power.

    A stop holds whoever comes on that day; where several share the station, the person it was told by.
    """

    def __init__(self, store: Store, *, now: Callable[[], Moment], subj: str | None, clinic: bool) -> None:
        self._store = store
        self._now = now
        self._stop_key = f"{STOP_NOTE} {subj}" if clinic else STOP_NOTE
        self._stop = self._known_stop()

    def words(self) -> tuple[str, ...]:
        """Return what a person reads who may not train now; empty when training may begin."""
        now, stop = self._now(), self._stop
        day = date.fromisoformat(now.day)
        if stop is None or not stop.holds(day=day, boot=now.boot, mono_s=now.mono_s):
            return ()
        return stop.words

    def stop(self, words: tuple[str, ...]) -> Note:
        """Let nobody train today, from this moment; return what is to be kept of it."""
        now = self._now()
        self._stop = Stop(words=words, day=now.day, boot=now.boot, mono_s=now.mono_s)
        return self._stop_key, msgspec.json.encode(self._stop)

    def _known_stop(self) -> Stop | None:
        value = self._store.note(self._stop_key)
        return None if value is None else msgspec.json.decode(value, type=Stop)
