"""The computer as the session watches it: looked at slowly, remembered over restarts, told in health."""

import math
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final, Protocol

import msgspec

from station.errors import StoreError
from station.machine.date import DateWatch, read_date
from station.machine.troubles import Clock, TroubleWatch
from station.session.care_side import Notes
from station.session.clock import WallClock, boot_id
from station.training.health import MachineHealth, Trouble

EVERY_NS: Final = 5_000_000_000
# The newest date is kept so seldom: each is a write to the card.
KEEP_DATE_S: Final = 3600.0
TROUBLES_NOTE: Final = "machine_troubles"
NEWEST_NOTE: Final = "newest_date"
DOUBT_NOTE: Final = "date_doubt"


class Remembering(Notes, Protocol):
    """Where small things are remembered."""

    def remember(self, key: str, value: bytes) -> None:
        """Remember a small thing. Raises StoreError."""
        ...


class MachineWatch:
    """Looks every five seconds. `read` reads the computer, `wall` is the clock as the kernel has it."""

    def __init__(
        self,
        notes: Remembering,
        read: Callable[[], MachineHealth],
        wall: WallClock,
        *,
        log: Callable[[str], None],
        mono_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._notes = notes
        self._read = read
        self._wall = wall
        self._log = log
        self._mono_s = mono_s
        self._watch = TroubleWatch(known_troubles(notes))
        self._date = DateWatch(_newest(notes))
        self._boot = boot_id()
        self._next_ns = -1
        self._kept_date_s = -math.inf
        self._weak_ns: int | None = None  # the last instant at which the power was too weak
        self.machine = MachineHealth()
        self._look_at_date()

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """Return what is and was wrong, the newest first."""
        return self._watch.troubles

    def synced(self) -> bool:
        """Return whether the date may be believed: the kernel says so, and it can be true."""
        return self._wall.state() == "synced" and not self._look_at_date()

    def turn(self, now_ns: int) -> bool:
        """Look when it is time; return whether something has changed that clients are to be told."""
        if now_ns < self._next_ns:
            return False
        self._next_ns = now_ns + EVERY_NS
        return self.look(now_ns)

    def look(self, now_ns: int) -> bool:
        """Look now."""
        self.machine = self._read()
        known = {trouble.kind: trouble for trouble in self.troubles}
        doubt = self._look_at_date()
        clock: Clock = "synced" if self._wall.state() == "synced" and not doubt else "unsynced"
        changed = self._watch.look(self.machine, self._wall.text(), clock=clock, date=doubt)
        if any(each.kind == "undervoltage" and each != known.get(each.kind) for each in self.troubles) or any(
            each.kind == "undervoltage" for each in self._watch.open
        ):
            self._weak_ns = now_ns
        if changed:
            self._tell(known)
            self._remember(TROUBLES_NOTE, msgspec.json.encode(self.troubles))
        return changed

    def doubts(self, since_ns: int, now_ns: int) -> dict[str, bool]:
        """Return what makes data of this span doubtful, for its quality; looks once more first."""
        self.look(now_ns)
        weak = self._weak_ns is not None and self._weak_ns >= since_ns
        return {"undervoltage": True} if weak else {}

    def _look_at_date(self) -> str:
        before = self._date.doubt
        synced = self._wall.state() == "synced"
        doubt = self._date.look(self._wall.now(), self._mono_s(), synced=synced)
        if doubt != before:
            self._remember(DOUBT_NOTE, msgspec.json.encode(_Doubt(boot=self._boot, why=doubt)))
        newest = self._date.newest
        if newest is not None and self._mono_s() - self._kept_date_s >= KEEP_DATE_S:
            self._kept_date_s = self._mono_s()
            self._remember(NEWEST_NOTE, newest.isoformat().encode())
        return doubt

    def _tell(self, known: dict[str, Trouble]) -> None:
        for trouble in self.troubles:
            if trouble != known.get(trouble.kind) and trouble.until is None:
                self._log(f"computer: {trouble.kind}{trouble.detail and f', {trouble.detail}'}")

    def _remember(self, key: str, value: bytes) -> None:
        with suppress(StoreError, sqlite3.Error):  # it holds here all the same
            self._notes.remember(key, value)


class _Doubt(msgspec.Struct, frozen=True):
    boot: str
    why: str


def known_troubles(notes: Notes) -> Sequence[Trouble]:
    """Return the troubles that were kept."""
    with suppress(StoreError, sqlite3.Error, msgspec.DecodeError):
        note = notes.note(TROUBLES_NOTE)
        return () if note is None else msgspec.json.decode(note, type=tuple[Trouble, ...])
    return ()


def date_is_doubted(notes: Notes, boot: str) -> bool:
    """Return whether the session of this boot has found the date to be impossible."""
    with suppress(StoreError, sqlite3.Error, msgspec.DecodeError):
        note = notes.note(DOUBT_NOTE)
        if note is not None:
            doubt = msgspec.json.decode(note, type=_Doubt)
            return doubt.boot == boot and bool(doubt.why)
    return False


def _newest(notes: Notes) -> datetime | None:
    with suppress(StoreError, sqlite3.Error, UnicodeDecodeError):
        note = notes.note(NEWEST_NOTE)
        return None if note is None else read_date(note.decode())
    return None
