"""The outbox: what must still be sent, in the station's database; and the small things it remembers."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import uuid_utils

from station.session.database import Database

Note = tuple[str, bytes]


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What the envelope says of the moment a message was made; kept with it, however late it is sent."""

    t: str
    mono_ms: int
    boot: str
    clock: str
    subj: str | None
    rx_version: int | None
    cal: str
    alg: str
    sim: bool
    hist: bool = False


class Outgoing(NamedTuple):
    """One row of the outbox."""

    seq: int
    id: str
    type: str
    header: Header
    body: bytes


class Backlog(NamedTuple):
    """How much waits to be sent, and the head of what has waited longest."""

    depth: int
    oldest: Header | None


def new_id() -> str:
    """Return a new time-ordered id (uuid7)."""
    return str(uuid_utils.uuid7())


class Outbox(Database):
    """The part of the database that waits to be sent: a row leaves it once the care side has committed it."""

    def _post(self, kind: str, body: bytes, header: Header) -> None:
        self._db.execute(
            "INSERT INTO outbox (id, type, header, body) VALUES (?, ?, ?, ?)",
            (new_id(), kind, msgspec.json.encode(header), body),
        )

    def post(self, kind: str, body: msgspec.Struct, header: Header, *, notes: Sequence[Note] = ()) -> None:
        """Put one message into the outbox, and with it small things to remember: all or nothing."""
        with self._transaction():
            self._remember(notes)
            self._post(kind, msgspec.json.encode(body), header)

    def post_trace_again(self, trial: str, header: Header) -> bool:
        """Put the trace of a trial into the outbox once more, in the name of whoever made it.

        Return whether there is one.
        """
        row = self._db.execute(
            "SELECT trial.raw, session.subj FROM trial JOIN session ON session.id = trial.session"
            " WHERE trial.id = ? AND LENGTH(trial.raw) > 0",
            (trial,),
        ).fetchone()
        if row is None:
            return False
        with self._transaction():
            self._post("raw", row[0], msgspec.structs.replace(header, subj=row[1], hist=True))
        return True

    def withdraw_traces(self) -> int:
        """Take the raw traces out of the outbox, which stay with their trials; return how many there were."""
        with self._transaction():
            return self._db.execute("DELETE FROM outbox WHERE type = 'raw'").rowcount

    def outbox(self, kind: str, *, after: int, limit: int) -> list[Outgoing]:
        """Return up to `limit` rows of this type whose seq is above `after`, oldest first."""
        rows = self._db.execute(
            "SELECT seq, id, type, header, body FROM outbox WHERE type = ? AND seq > ? ORDER BY seq LIMIT ?",
            (kind, after, limit),
        )
        return [
            Outgoing(seq, id_, type_, msgspec.json.decode(header, type=Header), body)
            for seq, id_, type_, header, body in rows
        ]

    def acknowledged(self, ids: tuple[str, ...]) -> int:
        """Remove the rows that the care side has committed; return how many there were."""
        with self._transaction():
            return sum(self._db.execute("DELETE FROM outbox WHERE id = ?", (id_,)).rowcount for id_ in ids)

    def outbox_version(self) -> int:
        """Return a number that changes when another process has written; costs next to nothing."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        return int(version)

    def backlog(self) -> Backlog:
        """Return how much waits to be sent."""
        (depth,) = self._db.execute("SELECT COUNT(*) FROM outbox").fetchone()
        oldest = self._db.execute("SELECT header FROM outbox ORDER BY seq LIMIT 1").fetchone()
        return Backlog(depth, msgspec.json.decode(oldest[0], type=Header) if oldest else None)

    # -- small things --------------------------------------------------------------------------------------

    def note(self, key: str) -> bytes | None:
        """Return a small thing the station remembers (the last tare, the day of a red flag)."""
        row = self._db.execute("SELECT value FROM note WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def remember(self, key: str, value: bytes) -> None:
        """Remember a small thing."""
        with self._transaction():
            self._remember([(key, value)])

    def _remember(self, notes: Sequence[Note]) -> None:
        self._db.executemany("INSERT OR REPLACE INTO note (key, value) VALUES (?, ?)", notes)
