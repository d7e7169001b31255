"""Whether a database file is sound, and how far its ledger had come."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, Literal

import msgspec

from station.session.ledger import NOTE, Mark

TABLES: Final = ("session", "trial", "prescription", "outbox", "note")
Check = Literal["quick_check", "integrity_check"]
SOUND: Final = "ok"
DAMAGE: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def is_damage(error: sqlite3.Error) -> bool:
    """Return whether this error says that the file itself is damaged."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in DAMAGE


def damage_of(path: Path, *, check: Check) -> str | None:
    """Return what is wrong with this database in SQLite's words, None when it is sound.

    `integrity_check` looks into the indexes too, which takes several times as long. Raises sqlite3.Error when
    the file cannot be looked at now: it is busy, or the disk does not give it.
    """
    try:
        with closing(sqlite3.connect(path)) as database:
            return damage_within(database, check=check)
    except sqlite3.Error as error:
        if is_damage(error):
            return str(error)
        raise


def damage_within(database: sqlite3.Connection, *, check: Check) -> str | None:
    """Return what is wrong with the database of this connection, None when it is sound."""
    try:
        (said,) = database.execute(f"PRAGMA {check}(1)").fetchone()
        if said != SOUND:
            return " ".join(str(said).split())
        known = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error as error:
        if is_damage(error):
            return str(error)
        raise
    missing = [table for table in TABLES if table not in known]
    return f"its table {missing[0]} is missing" if known and missing else None


def mark_of(database: sqlite3.Connection) -> Mark:
    """Return how far the ledger of this database had come; nothing where none was written yet."""
    with suppress(sqlite3.Error, msgspec.MsgspecError, TypeError):
        row = database.execute("SELECT value FROM note WHERE key = ?", (NOTE,)).fetchone()
        if row is not None:
            return msgspec.json.decode(row[0], type=Mark)
    return Mark()
