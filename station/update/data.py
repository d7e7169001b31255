"""The database over an update: a copy before it, and the way back into the form of the version before.

Every format adds to the one before (`station.session.schema`), so what was kept under a newer one is carried
into the older by the columns both have.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from station.errors import UpdateError

NEWER: Final = ".newer"  # the database of the version that was given up stays beside, whole


def keep_copy(database: Path, copy: Path) -> None:
    """Copy a database whose station may run; the copy is there whole or not at all. Raises UpdateError."""
    if not database.exists():
        return
    draft = copy.with_name(copy.name + ".draft")
    try:
        draft.unlink(missing_ok=True)
        with closing(sqlite3.connect(database)) as from_, closing(sqlite3.connect(draft)) as to:
            from_.backup(to)
        _settled(draft)
        draft.replace(copy)
    except (OSError, sqlite3.Error) as error:
        raise UpdateError(
            f"database {database}: it cannot be copied ({error}); nothing was updated"
        ) from error


def carry_back(database: Path, copy: Path) -> bool:
    """Bring the database into the format of `copy` with all that it holds; return whether it had to be.

    The station must not run. It may be broken off anywhere and begun again. Raises UpdateError.
    """
    if not copy.exists() or not database.exists() or _format(database) <= _format(copy):
        return False
    draft = database.with_name(database.name + ".older")
    try:
        keep_copy(database, database.with_name(database.name + NEWER))
        keep_copy(copy, draft)
        with closing(sqlite3.connect(draft, isolation_level=None)) as old:
            old.execute("ATTACH ? AS newer", (str(database),))
            old.execute("BEGIN IMMEDIATE")
            for (table,) in old.execute(
                "SELECT name FROM main.sqlite_master WHERE type = 'table'"
            ).fetchall():
                _carry(old, table)
            if (lost := old.execute("PRAGMA main.foreign_key_check").fetchone()) is not None:
                raise UpdateError(
                    f"database {database}: a row of {lost[0]} would be lost; it is left as it is"
                )
            old.execute("COMMIT")
        with closing(sqlite3.connect(database)) as newer:
            newer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        _settled(draft)
        owner = database.stat()
        draft.chmod(owner.st_mode & 0o777)
        if os.geteuid() == 0:
            os.chown(draft, owner.st_uid, owner.st_gid)
        draft.replace(database)
    except (OSError, sqlite3.Error) as error:
        raise UpdateError(f"database {database}: it cannot be brought back ({error})") from error
    return True


def _carry(old: sqlite3.Connection, table: str) -> None:
    there = {row[1] for row in old.execute(f'PRAGMA newer.table_info("{table}")')}
    columns = ", ".join(
        f'"{row[1]}"' for row in old.execute(f'PRAGMA main.table_info("{table}")') if row[1] in there
    )
    if columns:  # also sqlite_sequence: a number that was given is never given again
        old.execute(f'DELETE FROM main."{table}"')  # noqa: S608 - names of our own tables
        old.execute(f'INSERT INTO main."{table}" ({columns}) SELECT {columns} FROM newer."{table}"')  # noqa: S608


def _format(database: Path) -> int:
    with closing(sqlite3.connect(database)) as opened:
        return int(opened.execute("PRAGMA user_version").fetchone()[0])


def _settled(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
