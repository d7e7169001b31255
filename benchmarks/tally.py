"""What a station has, held against what the care side has: nothing may be missing, nothing there twice."""

import os
import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from station.errors import StationError

Rows = Sequence[tuple[Any, ...]]


class Tally(NamedTuple):
    """`lost` are trials of the station that the care side has not, `doubled` messages it has twice."""

    results: int
    lost: int
    doubled: int
    raw_lost: int
    refused: int
    left_in_outbox: int

    @property
    def wrong(self) -> int:
        """What should be zero."""
        return self.lost + self.doubled + self.raw_lost + self.refused + self.left_in_outbox


class Database:
    """Rows of a SQLite file, which is only read, or of a PostgreSQL URL."""

    def __init__(self, where: Path | str) -> None:
        self._where = where

    def rows(self, query: str) -> Rows:
        """Return the rows of a query."""
        if isinstance(self._where, str):
            with psycopg.connect(self._where) as connection:
                return connection.execute(query).fetchall()  # type: ignore[arg-type, unused-ignore]
        with closing(sqlite3.connect(f"file:{self._where}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(query).fetchall()

    def number(self, query: str) -> int:
        """Return the one number of a query."""
        return int(self.rows(query)[0][0])

    def ids(self, query: str) -> set[str]:
        """Return the ids of a query in one form, whatever the database keeps them as."""
        return {str(uuid.UUID(str(id_))) for (id_,) in self.rows(query)}

    def waiting(self) -> int:
        """Return how many rows wait in the outbox of a station."""
        return self.number("SELECT COUNT(*) FROM outbox")


def tally(station: Database, care: Database) -> Tally:
    """Count, when both are at rest."""
    ours = station.ids("SELECT id FROM trial")
    traced = station.ids("SELECT id FROM trial WHERE LENGTH(raw) > 0")
    theirs = care.ids("SELECT id FROM care_trial")
    traces = care.ids("SELECT trial FROM care_rawtrace")
    messages = care.number("SELECT COUNT(*) FROM care_message WHERE type IN ('result/trial', 'raw')")
    return Tally(
        results=len(ours),
        lost=len(ours - theirs),
        doubled=messages - len(theirs) - len(traces),
        raw_lost=len(traced - traces),
        refused=care.number("SELECT COUNT(*) FROM care_refused"),
        left_in_outbox=station.waiting(),
    )


@contextmanager
def fresh_database(url: str, *, like: str = "template1") -> Iterator[str]:
    """Give the URL of a new database on the server of a PostgreSQL URL, empty or a copy; it goes afterwards.

    Raises StationError where the server cannot be reached or its user may make none.
    """
    name = f"balance_benchmark_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    try:
        with psycopg.connect(url, autocommit=True) as server:
            made = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            server.execute(made.format(sql.Identifier(name), sql.Identifier(like)))
            try:
                yield urlsplit(url)._replace(path=f"/{name}").geturl()
            finally:
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    except psycopg.Error as error:
        raise StationError(f"DATABASE_URL: {' '.join(str(error).split())}") from error
