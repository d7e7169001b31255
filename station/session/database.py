"""One SQLite file, opened so that nothing committed is lost, with its format brought up to date."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

import msgspec

from station.errors import DamagedError, DiskFullError, StoreError
from station.session import reserve
from station.session.ledger import NOTE, Ledger, Mark, written
from station.session.marker import check_whole
from station.session.restore import make_sound
from station.session.schema import VERSION, bring_up_to_date
from station.session.soundness import is_damage, mark_of

LOG_PAGES: Final = 100
BUSY_S: Final = 0.2  # the screen stands still while a write waits for another process's
OPEN_BUSY_S: Final = 3.0  # session and uplink start together, and a slow card takes its time for a commit


class Database:
    """One SQLite file: WAL, every commit on the disk before it returns."""

    def __init__(self, path: Path) -> None:
        """Open or make the database. Raises StoreError naming the file and what is wrong."""
        self._path = path
        check_whole(path.parent)
        self._ledger: Ledger | None = None  # what prepares the database is not in it
        self._open()
        self._ledger = Ledger(path.parent)

    def _open(self) -> None:
        path = self._path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # It holds answers about a person's health: nobody else reads it, nor the files beside it.
            opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            self._inode = os.fstat(opened).st_ino
            os.close(opened)
            self._db = sqlite3.connect(path, timeout=OPEN_BUSY_S, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"database {path}: {error}") from error
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA foreign_keys = ON")
            # A short log: on a full disk it has to go into the database's file, which grows by it.
            self._db.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
            try:
                self._prepare()
            except DiskFullError:
                if not reserve.give_up_reserve(path.parent):
                    raise
                self._prepare()
            self.mind_disk()
            self._db.execute(f"PRAGMA busy_timeout = {1000 * BUSY_S:.0f}")
        except (StoreError, sqlite3.Error) as error:
            self._db.close()
            if isinstance(error, StoreError):
                raise
            raise self._explained(error) from error

    def was_replaced(self) -> bool:
        """Return whether the file was restored meanwhile: this one is then another, which nobody reads."""
        with suppress(OSError):
            return self._path.stat().st_ino != self._inode
        return False

    def mend(self, log: Callable[[str], None]) -> None:
        """Restore a damaged file while it is in use; what could not be written is then written again."""
        self._db.close()
        try:
            make_sound(self._path, log=log, thorough=True)
        finally:
            ledger, self._ledger = self._ledger, None
            self._open()
            self._ledger = ledger

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
            raise self._explained(error) from error
        said: list[str] = []
        try:
            self._db.set_trace_callback(said.append if self._ledger else None)
            yield
            self._db.set_trace_callback(None)
            self._enter(said)
            self._db.execute("COMMIT")
        except BaseException as error:
            self._db.set_trace_callback(None)
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise self._explained(error) from error
            raise

    def _enter(self, said: list[str]) -> None:
        """Put what this transaction writes into the ledger; its number is in the database with it."""
        statements = written(said)
        if self._ledger is None or not statements:
            return
        known = mark_of(self._db)
        mark = Mark(known.record + 1, known.file)
        with suppress(OSError):  # a result is kept without it: the gap in its numbers says so
            self._ledger.append(mark, statements)
        self._db.execute(
            "INSERT OR REPLACE INTO note (key, value) VALUES (?, ?)", (NOTE, msgspec.json.encode(mark))
        )

    def _explained(self, error: sqlite3.Error) -> StoreError:
        if is_damage(error):
            return DamagedError(f"database {self._path}: {error}")
        is_full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        return (DiskFullError if is_full else StoreError)(f"database {self._path}: {error}")

    def mind_disk(self) -> None:
        """Keep the database from growing into the last of the disk, and the reserve in being."""
        folder = self._path.parent
        with suppress(OSError, sqlite3.Error):
            spare_bytes = max(0, reserve.free_bytes(folder) - reserve.MARGIN_BYTES)
            (pages,) = self._db.execute("PRAGMA page_count").fetchone()
            (page_bytes,) = self._db.execute("PRAGMA page_size").fetchone()
            self._db.execute(
                f"PRAGMA max_page_count = {max(1, pages + spare_bytes // page_bytes)}"
            ).fetchone()
        reserve.keep_reserve(folder)

    def _settle(self) -> None:
        """Bring what was written into the database's file; the log beside it begins anew in its own room."""
        try:
            self._db.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
        except sqlite3.Error as error:
            raise self._explained(error) from error

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
