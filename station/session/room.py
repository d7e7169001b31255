"""Room on a full disk: the oldest raw traces go, first those that the care side has; nothing else ever."""

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import msgspec

from station.errors import DiskFullError, StoreError
from station.session.backup import Backups
from station.session.event import EventBody
from station.session.outbox import Header, Outbox
from station.session.reserve import give_up_reserve

DROPPED_NOTE: Final = "dropped_traces"
DROPPED_KIND: Final = "traces_dropped"
AT_ONCE: Final = 8  # traces: one drop makes room for several trials, and is told once


class Dropped(msgspec.Struct, frozen=True, kw_only=True):
    """How many traces this station has dropped: those the care side had, and those it never got."""

    delivered: int = 0
    undelivered: int = 0


class Room(Outbox):
    """The part of the database that gives way."""

    def dropped(self) -> Dropped:
        """Return how many traces were dropped so far."""
        note = self.note(DROPPED_NOTE)
        return Dropped() if not note else msgspec.json.decode(note, type=Dropped)

    def trace_lost(self, header: Header) -> None:
        """Count a trace that the disk did not take at all, and tell the care team; in an open transaction."""
        self._count(Dropped(undelivered=1), header)

    def make_room(self, header: Header) -> bool:
        """Let the older backups go, or else drop a few traces with their rows; return whether there was any.

        A trace the care side has is counted; of one it never got it is also told, with this head. Raises
        StoreError when even that cannot be written.
        """
        give_up_reserve(self._path.parent)
        older_went = Backups(self._path).give_way()
        with suppress(StoreError):
            self._settle()
        self.mind_disk()
        if older_went:
            return True
        with self._transaction():
            waiting = self._waiting()
            kept = self._db.execute("SELECT id FROM trial WHERE LENGTH(raw) > 0 ORDER BY id").fetchall()
            delivered = [trial for (trial,) in kept if trial not in waiting][:AT_ONCE]
            traces = delivered or [trial for (trial,) in kept][:AT_ONCE]
            for trial in traces:
                self._db.execute("UPDATE trial SET raw = x'' WHERE id = ?", (trial,))
                self._db.executemany("DELETE FROM outbox WHERE id = ?", waiting.get(trial, ()))
            if delivered:
                self._count(Dropped(delivered=len(delivered)), header)
            elif traces:
                self._count(Dropped(undelivered=len(traces)), header)
        with suppress(StoreError):
            self._settle()
        return bool(traces)

    def _waiting(self) -> dict[str, list[tuple[str]]]:
        """Return the trials whose traces wait to be sent, each with the ids of their rows."""
        rows = self._db.execute(
            "SELECT json_extract(CAST(body AS TEXT), '$.trial'), id FROM outbox WHERE type = 'raw'"
        )
        waiting: defaultdict[str, list[tuple[str]]] = defaultdict(list)
        for trial, id_ in rows:
            waiting[trial].append((id_,))
        return waiting

    def _count(self, more: Dropped, header: Header) -> None:
        known = self.dropped()
        total = Dropped(
            delivered=known.delivered + more.delivered, undelivered=known.undelivered + more.undelivered
        )
        self._remember([(DROPPED_NOTE, msgspec.json.encode(total))])
        if more.undelivered:
            body = EventBody(kind=DROPPED_KIND, session=None, detail={"traces": more.undelivered})
            self._post("event", msgspec.json.encode(body), header)


def with_room(write: Callable[[], None], make_room: Callable[[], bool]) -> None:
    """Make a write, and room for it as often as the disk is full and there is something to give up."""
    while True:
        try:
            return write()
        except DiskFullError:
            if not make_room():
                raise
