"""The database's own rolling backups: taken while nobody trains, each looked through before it counts."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

import msgspec

from station.errors import DamagedError, StoreError
from station.session import reserve
from station.session.ledger import NOTE, Ledger, Mark, sync_folder
from station.session.soundness import damage_within, is_damage, mark_of

FOLDER: Final = "backups"  # beside the database
SUFFIX: Final = ".sqlite3"
DRAFT: Final = "draft"
KEPT: Final = 3
PAGES: Final = 256  # copied at a time, so that a write waits for a megabyte at most
PAUSE_S: Final = 0.002


class Backups:
    """The backups of one database. Taken by one process only; another connection than the session's."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._folder = database.parent / FOLDER
        self._ledger = Ledger(database.parent)

    def files(self) -> list[Path]:
        """Return the backups, newest first."""
        return sorted(self._folder.glob(f"*{SUFFIX}"), reverse=True)

    def newest_s(self) -> float | None:
        """Return when the newest one was made (Unix time), None where there is none."""
        with suppress(OSError, IndexError):
            return self.files()[0].stat().st_mtime
        return None

    def has_room(self) -> bool:
        """Return whether the disk takes another one without coming near its end."""
        with suppress(OSError):
            least = self._database.stat().st_size + 2 * (reserve.MARGIN_BYTES + reserve.RESERVE_BYTES)
            return reserve.free_bytes(self._database.parent) > least
        return False

    def take(self) -> Path:
        """Make a backup, look it through, and let the oldest go.

        Raises DamagedError when what was copied is not sound, StoreError when it cannot be made now.
        """
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            sync_folder(self._folder.parent)
            draft = self._folder / DRAFT
            _forget(draft)
            mark = self._copy(draft)
            path = self._folder / f"{mark.record:012d}{SUFFIX}"
            draft.replace(path)
            sync_folder(self._folder)
            self._let_go()
        except sqlite3.Error as error:
            if is_damage(error):
                raise DamagedError(f"database {self._database}: {error}") from error
            raise StoreError(f"backup of {self._database}: {error}") from error
        except OSError as error:
            if isinstance(error, StoreError):
                raise
            raise StoreError(f"backup of {self._database}: {error.strerror}") from error
        return path

    def _copy(self, draft: Path) -> Mark:
        os.close(os.open(draft, os.O_RDWR | os.O_CREAT, 0o600))
        with closing(sqlite3.connect(self._database, isolation_level=None)) as source:
            mark = _turn_the_page(source)
            with closing(sqlite3.connect(draft, isolation_level=None)) as target:
                source.backup(target, pages=PAGES, sleep=PAUSE_S)
                damage = damage_within(target, check="integrity_check")
                if damage is not None:
                    raise DamagedError(f"database {self._database}: {damage}")
                target.execute("PRAGMA journal_mode = DELETE").fetchone()  # one file, no log beside it
                mark = Mark(mark_of(target).record, mark.file)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        return mark

    def _let_go(self) -> None:
        """Keep the newest few, and of the ledger what follows on the oldest of them."""
        for old in self.files()[KEPT:]:
            old.unlink(missing_ok=True)
        if len(self.files()) == KEPT:
            with closing(sqlite3.connect(self.files()[-1])) as oldest:
                self._ledger.drop_before(mark_of(oldest).file)

    def give_way(self) -> bool:
        """Let all but the newest go, on a full disk; return whether there were any."""
        old = self.files()[1:]
        for path in old:
            with suppress(OSError):
                path.unlink()
        return bool(old)

    def drop_all(self) -> None:
        """Let every backup and the ledger go. Raises OSError."""
        for path in [*self.files(), *self._ledger.files()]:
            path.unlink(missing_ok=True)
        _forget(self._folder / DRAFT)
        if self._folder.exists():
            sync_folder(self._folder)
        sync_folder(self._folder.parent)

    def sound(self) -> Iterator[Path]:
        """Yield the backups that are sound, newest first."""
        for path in self.files():
            with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as backup:
                if damage_within(backup, check="integrity_check") is None:
                    yield path


def _turn_the_page(source: sqlite3.Connection) -> Mark:
    """Let the ledger go on in a new file, so that an old one can go; return how far it had come."""
    source.execute("PRAGMA synchronous = FULL")
    source.execute("PRAGMA busy_timeout = 2000")
    source.execute("BEGIN IMMEDIATE")
    known = mark_of(source)
    mark = Mark(known.record, known.file + 1)
    source.execute(
        "INSERT OR REPLACE INTO note (key, value) VALUES (?, ?)", (NOTE, msgspec.json.encode(mark))
    )
    source.execute("COMMIT")
    return mark


def _forget(draft: Path) -> None:
    for name in (draft.name, f"{draft.name}-journal", f"{draft.name}-wal", f"{draft.name}-shm"):
        draft.with_name(name).unlink(missing_ok=True)
