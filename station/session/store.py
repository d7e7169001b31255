"""The station's database: sessions, trials, prescriptions, over the outbox of what must still be sent."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from station.session.outbox import Backlog, Header, Note, Outgoing, new_id
from station.session.room import Room
from station.training.decision import Decision
from station.training.result import SessionResult, TrialResult

__all__ = [
    "Backlog",
    "Decided",
    "Finished",
    "Header",
    "Note",
    "Outgoing",
    "Owner",
    "Store",
    "Unfinished",
    "new_id",
]
OF_PERSON: Final = "(? IS NULL OR subj = ?)"  # everybody's, or those of one person
NEXT: Final = "(SELECT COALESCE(MAX(number), 0) + 1 FROM session)"  # the number of a new session


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


class Store(Room):
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

    def keep_trial(
        self,
        result: TrialResult,
        raw: bytes,
        header: Header,
        *,
        sent: bytes | None = None,
        lost: bool = False,
    ) -> None:
        """Keep a trial with its raw trace and put both into the outbox, all or nothing.

        An exercise beside the board has no trace: `raw` is empty. `sent` is the trace as it is sent by itself
        where that is another one, empty where none is. `lost`: there was a trace, and no room for it.
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
            if raw and sent != b"":
                self._post("raw", raw if sent is None else sent, header)
            if lost:
                self.trace_lost(header)

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
