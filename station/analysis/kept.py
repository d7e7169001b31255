"""What a station has kept, for export: its database, opened for reading only beside a running station."""

import sqlite3
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

import msgspec

from station.errors import StoreError
from station.link.messages import RawTrace
from station.session.schema import VERSION
from station.training.result import SessionResult, TrialResult

T = TypeVar("T")


class KeptSession(NamedTuple):
    """One session; `result` is None while it has not ended."""

    id: str
    started: str  # RFC 3339, UTC
    result: SessionResult | None


class KeptTrial(NamedTuple):
    """One trial; `raw` is None when its trace is not there any more."""

    result: TrialResult
    raw: RawTrace | None


class Archive:
    """A station's database, read."""

    def __init__(self, file: Path) -> None:
        """Open the database. Raises StoreError naming the file and what is wrong."""
        self._file = file
        if not file.is_file():
            raise StoreError(
                f"{file}: there is no database; name the station's configuration (--config), or train first"
            )
        try:
            self._db = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=10)
        except sqlite3.Error as error:
            raise self._explained(error) from error
        try:
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
        except sqlite3.Error as error:
            self.close()
            raise self._explained(error) from error
        if version > VERSION:
            self.close()
            raise StoreError(f"{file}: written by a newer station (format {version}); install that one")

    def _explained(self, error: Exception) -> StoreError:
        return StoreError(f"database {self._file}: {error}")

    def sessions(self, beginning: str = "") -> list[KeptSession]:
        """Return the sessions whose id begins so, oldest first. Raises StoreError."""
        rows = self._rows("SELECT id, started, result FROM session ORDER BY started, id")
        return [
            KeptSession(id_, started, self._decode(result, SessionResult) if result else None)
            for id_, started, result in rows
            if id_.startswith(beginning)
        ]

    def trials(self, session: str) -> list[KeptTrial]:
        """Return the trials of a session in order. Raises StoreError."""
        rows = self._rows("SELECT result, raw FROM trial WHERE session = ? ORDER BY id", session)
        return [
            KeptTrial(self._decode(result, TrialResult), self._decode(raw, RawTrace) if raw else None)
            for result, raw in rows
        ]

    def _rows(self, query: str, *values: str) -> list[tuple[str, ...]]:
        try:
            with closing(self._db.execute(query, values)) as found:
                return found.fetchall()
        except sqlite3.Error as error:
            raise self._explained(error) from error

    def _decode(self, data: str | bytes, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(data, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._explained(error) from error

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
