"""No training: for a day after a stop at the check-in, or until the care team lets it go on."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Final

import msgspec

from station.errors import StoreError
from station.session.moment import Moment
from station.session.store import Note, Store
from station.training.prescription import Prescription, parse_time
from station.training.words import HELD_WORDS, TEAM_HOLD_WORDS

AT_LEAST_S: Final = 12 * 3600.0  # within one boot, whatever the date is set to meanwhile
STOP_NOTE: Final = "stop"
HOLD_NOTE: Final = "hold"
TIME_NOTE: Final = "latest_time"  # that is known to have come
LONG_AGO: Final = "1970-01-01T00:00:00+00:00"


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


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A possible fall that nobody answered, and that the care team has not answered yet.

    `since` is a time (RFC 3339) known to have come by then, `rx` the number of the newest prescription here.
    """

    since: str
    rx: int

    def answered_by(self, rx: Prescription, number: int) -> bool:
        """Return whether this prescription came after it, and was written after it."""
        written = parse_time(rx.issued, where="issued")
        return number > self.rx and written > parse_time(self.since, where="since")


class Stops:
    """What keeps a person from training on this station, kept over restarts and losses of power.

    A stop holds whoever comes on that day, or in a clinic whoever told it; a hold belongs to a pseudonym.
    """

    def __init__(
        self, store: Store, *, now: Callable[[], Moment], write: Callable[[Callable[[], None]], None],
        subj: str | None, clinic: bool = False,
    ) -> None:  # fmt: skip
        self._store = store
        self._now = now
        self._write = write
        self._whose = subj if clinic else None
        self._stop_key = f"{STOP_NOTE} {subj}" if clinic else STOP_NOTE
        self._hold_key = HOLD_NOTE if subj is None else f"{HOLD_NOTE} {subj}"
        self._rx = store.newest_prescription_number(self._whose) or 0
        self._stop = self._known_stop()
        self._hold = self._known_hold()
        self._team_words: tuple[str, ...] = ()  # while the newest prescription holds all training

    def words(self) -> tuple[str, ...]:
        """Return what a person reads who may not train now; empty when training may begin."""
        if self._hold is not None:
            return HELD_WORDS
        now, stop = self._now(), self._stop
        day = date.fromisoformat(now.day)
        if stop is None or not stop.holds(day=day, boot=now.boot, mono_s=now.mono_s):
            return self._team_words
        return stop.words

    def stop(self, words: tuple[str, ...]) -> Note:
        """Let nobody train today, from this moment; return what is to be kept of it."""
        now = self._now()
        self._stop = Stop(words=words, day=now.day, boot=now.boot, mono_s=now.mono_s)
        return self._stop_key, msgspec.json.encode(self._stop)

    def hold(self) -> Note:
        """Let this person not train until the care team has answered; return what is to be kept of it."""
        self._hold = Hold(since=self._since(), rx=self._rx)
        return self._hold_key, msgspec.json.encode(self._hold)

    @property
    def held(self) -> bool:
        """Return whether the care team's answer is waited for."""
        return self._hold is not None

    def prescribed(self, rx: Prescription) -> None:
        """Know the newest prescription accepted here: it may answer a fall, or be the team's own hold."""
        note = (rx.note,) if rx.note else ()
        self._team_words = (*TEAM_HOLD_WORDS, *note) if rx.held else ()
        self._rx = self._store.newest_prescription_number(self._whose) or 0
        if self._hold is not None and self._hold.answered_by(rx, self._rx):
            self._hold = None
            self._write(lambda: self._store.remember(self._hold_key, b""))

    def _since(self) -> str:
        now = self._now()
        if now.synced:
            return now.t
        # A clock that nobody has set may be years ahead, and no prescription would ever be newer.
        with suppress(StoreError, sqlite3.Error):
            return (self._store.note(TIME_NOTE) or LONG_AGO.encode()).decode()
        return LONG_AGO

    def _known_stop(self) -> Stop | None:
        value = self._store.note(self._stop_key)
        return None if value is None else msgspec.json.decode(value, type=Stop)

    def _known_hold(self) -> Hold | None:
        value = self._store.note(self._hold_key)
        if not value:
            return None
        try:
            return msgspec.json.decode(value, type=Hold)
        except msgspec.DecodeError:
            return Hold(since=self._since(), rx=self._rx)  # there was one, and it is not known to be answered
