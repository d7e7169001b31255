"""What the database tells a helper: counts, its state, the last faults. Changes nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec

FAULTS: Final = 50
COUNTED: Final = ("session", "trial", "prescription", "outbox", "decision", "note")
# Of a fault in the outbox, what says nothing about a person.
FAULT_KEYS: Final = ("kind", "reason", "cell", "t_ms")


def look_into(file: Path) -> tuple[dict[str, Any], frozenset[str]]:
    """Return what may be told, and the texts that may not: pseudonyms, and what prescriptions say."""
    told: dict[str, Any] = {
        "files": {each.name: each.stat().st_size for each in sorted(file.parent.glob(f"{file.name}*"))}
    }
    if not file.exists():
        return {**told, "state": "there is none yet"}, frozenset()
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=1)) as database:
            told["format"] = database.execute("PRAGMA user_version").fetchone()[0]
            told["state"] = (
                "ok" if database.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok" else "damaged"
            )
            told["rows"] = {table: _count(database, table) for table in COUNTED}
            told["faults"] = _faults(database)
            return told, _private(database)
    except sqlite3.Error as error:
        return {**told, "state": f"cannot be read ({type(error).__name__})"}, frozenset()


def _count(database: sqlite3.Connection, table: str) -> int | None:
    try:
        return int(database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])  # noqa: S608 -- of COUNTED
    except sqlite3.Error:
        return None


def _faults(database: sqlite3.Connection) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    try:
        rows = database.execute("SELECT body FROM outbox WHERE type = 'event' ORDER BY seq DESC LIMIT 1000")
        for (body,) in rows:
            event = _read(body)
            if event.get("kind") == "fault" and len(found) < FAULTS:
                found.append({key: event[key] for key in FAULT_KEYS if _plain(event.get(key))})
    except sqlite3.Error:
        pass  # as many as could be read
    return found


def _plain(value: object) -> bool:
    return isinstance(value, int | float) or (isinstance(value, str) and len(value) <= 20 and value.isascii())


def _private(database: sqlite3.Connection) -> frozenset[str]:
    private: set[str] = set()
    try:
        for (subj,) in database.execute("SELECT DISTINCT subj FROM session WHERE subj IS NOT NULL"):
            private.add(str(subj))
        for subj, document in database.execute("SELECT subj, document FROM prescription"):
            private.update([str(subj)] if subj else [])
            private.update(_strings(_read(document)))
    except sqlite3.Error:
        pass  # the words of the programs are the fence; this only narrows it
    return frozenset(text for text in private if len(text) >= 3)


def _strings(value: object) -> list[str]:
    """Return the texts of a document that are longer than a name of ours."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in _strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in _strings(each)]
    return [value] if isinstance(value, str) and " " in value else []


def _read(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}
