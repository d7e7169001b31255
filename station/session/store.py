"""The station's database: sessions, trials, prescriptions, and the outbox of what must still be sent."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
import uuid_utils

from station.session.database import Database
from station.training.decision import Decision
from station.training.result import SessionResult, TrialResult

Note = tuple[str, bytes]

OF_PERSON: Final = "(? IS NULL OR subj = ?)"  # everybody's, or those of one person
NEXT: Final = "(SELECT COALESCE(MAX(number), 0) + 1 FROM session)"  # the number of a new session


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


class Unfinished(NamedTuple):
    """A session without an end."""

    id: str
    started: str
    rx_version: int | None
    answers: dict[str, bool | int]
    subj: str | None = None


class Owner(NamedTuple):
    """Whose a session is, and under which version of a prescription it began."""

    subj: str | None
    rx_version: int | None


class Finished(NamedTuple):
    """A session with its end; `decided` once progression has looked at it."""

    number: int
    decided: bool
    result: SessionResult
    trials: tuple[TrialResult, ...]


class Decided(NamedTuple):
    """A decision, and the event that tells the care team of it."""

    decision: Decision
    event: msgspec.Struct


class Backlog(NamedTuple):
    """How much waits to be sent, and since when (RFC 3339)."""

    depth: int
    oldest: str | None


def new_id() -> str:
    """Return a new time-ordered id (uuid7)."""
    return str(uuid_utils.uuid7())


class Store(Database):
    """What a station keeps, in one file."""

    # -- sessions and trials -------------------------------------------------------------------------------

    def begin_session(
        self, session: str, *, started: str, rx_version: int | None, subj: str | None = None
    ) -> None:
        """Keep that a session has begun."""
        with self._transaction():
            self._db.execute(
                f"INSERT INTO session (id, started, rx_version, subj, number) VALUES (?, ?, ?, ?, {NEXT})",  # noqa: S608
                (session, started, rx_version, subj),
            )

    def end_session(self, result: SessionResult, header: Header, *, notes: Sequence[Note] = ()) -> None:
        """Keep the session's result, put it into the outbox, remember small things: all or nothing."""
        body = msgspec.json.encode(result)
        with self._transaction():
            self._db.execute(
                "UPDATE session SET result = ?, rx = (SELECT MAX(number) FROM prescription AS rx"
                " WHERE version = ? AND (rx.subj IS NULL OR session.subj IS NULL OR rx.subj = session.subj))"
                " WHERE id = ?",
                (body, result.rx_version, result.session),
            )
            self._remember(notes)
            self._post("result/session", body, header)

    def keep_trial(self, result: TrialResult, raw: bytes, header: Header) -> None:
        """Keep a trial with its raw trace and put both into the outbox, all or nothing.

        An exercise beside the board has no trace: `raw` is empty.
        """
        body = msgspec.json.encode(result)
        with self._transaction():
            self._db.execute(
                f"INSERT OR IGNORE INTO session (id, started, number) VALUES (?, ?, {NEXT})",  # noqa: S608
                (result.session, result.started),
            )
            self._db.execute(
                "INSERT INTO trial (id, session, result, raw) VALUES (?, ?, ?, ?)",
                (result.trial, result.session, body, raw),
            )
            self._post("result/trial", body, header)
            if raw:
                self._post("raw", raw, header)

    def keep_answers(self, session: str, answers: dict[str, bool | int]) -> None:
        """Keep what was answered so far."""
        with self._transaction():
            self._db.execute(
                "UPDATE session SET answers = ? WHERE id = ?", (msgspec.json.encode(answers), session)
            )

    def unfinished_sessions(self) -> list[Unfinished]:
        """Return the sessions that were broken off."""
        rows = self._db.execute(
            "SELECT id, started, rx_version, answers, subj FROM session WHERE result IS NULL"
        )
        return [
            Unfinished(id_, started, version, msgspec.json.decode(answers, type=dict[str, bool | int]), subj)
            for id_, started, version, answers, subj in rows
        ]

    def owner_of(self, session: str) -> Owner | None:
        """Return whose a session is; None for one that is not kept here."""
        row = self._db.execute("SELECT subj, rx_version FROM session WHERE id = ?", (session,)).fetchone()
        return None if row is None else Owner(*row)

    def trials_of(self, session: str) -> list[TrialResult]:
        """Return the trials of a session in order."""
        rows = self._db.execute("SELECT result FROM trial WHERE session = ? ORDER BY id", (session,))
        return [msgspec.json.decode(body, type=TrialResult) for (body,) in rows]

    def results_of(self, subj: str | None) -> list[bytes]:
        """Return the results of a person's trials (JSON), in order."""
        rows = self._db.execute(
            "SELECT trial.result FROM trial JOIN session ON session.id = trial.session"
            " WHERE session.subj IS ? ORDER BY trial.id",
            (subj,),
        )
        return [body for (body,) in rows]

    def finished_sessions(self, *, rx: int | None = None, subj: str | None = None) -> list[Finished]:
        """Return the sessions under one prescription, or else of one person, with their trials, in order."""
        where, value = ("rx", rx) if rx is not None else ("subj", subj)
        rows = self._db.execute(
            f"SELECT number, decided, result, id FROM session WHERE {where} IS ? AND result IS NOT NULL"  # noqa: S608
            " ORDER BY number",
            (value,),
        ).fetchall()
        return [
            Finished(
                number,
                bool(decided),
                msgspec.json.decode(body, type=SessionResult),
                tuple(self.trials_of(session)),
            )
            for number, decided, body, session in rows
        ]

    # -- decisions -----------------------------------------------------------------------------------------

    def keep_decisions(self, rx: int, session: str, decided: Sequence[Decided], header: Header) -> None:
        """Keep what a session decided, and tell the care team, all or nothing; nothing the second time."""
        with self._transaction():
            fresh = self._db.execute(
                "UPDATE session SET decided = 1 WHERE id = ? AND decided = 0", (session,)
            ).rowcount
            for decision, event in decided if fresh else ():
                self._db.execute(
                    "INSERT INTO decision (rx, session, body) VALUES (?, ?, ?)",
                    (rx, session, msgspec.json.encode(decision)),
                )
                self._post("event", msgspec.json.encode(event), header)

    def decisions(self, rx: int) -> list[Decision]:
        """Return what was decided under one prescription, in order."""
        rows = self._db.execute("SELECT body FROM decision WHERE rx = ? ORDER BY number", (rx,))
        return [msgspec.json.decode(body, type=Decision) for (body,) in rows]

    # -- prescriptions -------------------------------------------------------------------------------------

    def keep_prescription(
        self, version: int, document: bytes, *, received: str, subj: str | None = None
    ) -> None:
        """Keep an accepted prescription, not yet applied."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO prescription (version, document, received, subj) VALUES (?, ?, ?, ?)",
                (version, document, received, subj),
            )

    def signed_again(self, version: int, document: bytes, *, subj: str) -> None:
        """Keep an accepted prescription as it was signed with another key; what it says is the same."""
        with self._transaction():
            self._db.execute(
                "UPDATE prescription SET document = ? WHERE version = ? AND subj = ?",
                (document, version, subj),
            )

    def prescription_applied(self, version: int, *, applied: str, subj: str | None = None) -> None:
        """Keep when a prescription, of this person where one is named, came into force."""
        with self._transaction():
            self._db.execute(
                f"UPDATE prescription SET applied = ? WHERE version = ? AND {OF_PERSON}",  # noqa: S608
                (applied, version, subj, subj),
            )

    def newest_prescription_number(self, subj: str | None = None) -> int | None:
        """Return the number, counted from 1, under which the newest accepted prescription is kept here.

        With `subj` the newest one of this person.
        """
        (number,) = self._db.execute(
            f"SELECT MAX(number) FROM prescription WHERE {OF_PERSON}",  # noqa: S608
            (subj, subj),
        ).fetchone()
        return None if number is None else int(number)

    def newest_prescription(self, subj: str | None = None) -> tuple[int, bytes] | None:
        """Return version and document of the newest accepted prescription; with `subj` of this person's."""
        row: tuple[int, bytes] | None = self._db.execute(
            f"SELECT version, document FROM prescription WHERE {OF_PERSON} ORDER BY number DESC LIMIT 1",  # noqa: S608
            (subj, subj),
        ).fetchone()
        return row

    def prescribed(self) -> list[str]:
        """Return the pseudonyms of everybody a prescription is kept for."""
        rows = self._db.execute("SELECT DISTINCT subj FROM prescription WHERE subj IS NOT NULL ORDER BY subj")
        return [subj for (subj,) in rows]

    def applied_version(self) -> int | None:
        """Return the version of the newest prescription that came into force."""
        row = self._db.execute(
            "SELECT version FROM prescription WHERE applied IS NOT NULL ORDER BY number DESC LIMIT 1"
        ).fetchone()
        return None if row is None else int(row[0])

    # -- outbox --------------------------------------------------------------------------------------------

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
        return Backlog(depth, msgspec.json.decode(oldest[0], type=Header).t if oldest else None)

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
