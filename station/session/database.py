"""One SQLite file, opened so that nothing committed is lost, with its format brought up to date."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from station.errors import StoreError
from station.session.schema import VERSION, bring_up_to_date

BUSY_S: Final = 0.2  # the screen stands still while a write waits for another process's


class Database:
    """One SQLite file: WAL, every commit on the disk before it returns."""

    def __init__(self, path: Path) -> None:
        """Open or make the database. Raises StoreError naming the file and what is wrong."""
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # It holds answers about a person's health: nobody else reads it, nor the files beside it.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"database {path}: {error}") from error
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA foreign_keys = ON")
            self._prepare()
        except (StoreError, sqlite3.Error) as error:
            self._db.close()
            if isinstance(error, StoreError):
                raise
            raise StoreError(f"database {path}: {error}") from error

    def _prepare(self) -> None:
        with self._transaction():
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version > VERSION:
                raise StoreError(
                    f"database {self._path}: written by a newer station (format {version}); install that one"
                )
            bring_up_to_date(self._db, version)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise StoreError(f"database {self._path}: {error}") from error
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise StoreError(f"database {self._path}: {error}") from error
            raise

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
