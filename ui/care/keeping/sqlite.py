"""The SQLite database, copied while it is in use, and looked through."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from station.errors import DamagedError, StoreError

NAME: Final = "care.sqlite3"
PAGES_AT_ONCE: Final = 2000  # between them the recorder gets its turn


def dump(source: Path, out: Path) -> None:
    """Copy the database (SQLite's online backup) and check the copy. Raises StoreError or DamagedError."""
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as there,
            closing(sqlite3.connect(out)) as copy,
        ):
            there.backup(copy, pages=PAGES_AT_ONCE)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    except sqlite3.Error as error:
        raise StoreError(f"{source}: it cannot be copied to {out.parent.parent} ({error})") from error
    check(out)


def check(file: Path) -> None:
    """Raise DamagedError where a database is not whole."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchmany(1)
    except sqlite3.Error as error:
        said, orphans = [str(error)], []
    if said != ["ok"]:
        raise DamagedError(f"{file.name}: the database is damaged ({'; '.join(said)})")
    if orphans:
        raise DamagedError(
            f"{file.name}: a row of {orphans[0][0]} refers to one of {orphans[0][2]} that is gone"
        )
