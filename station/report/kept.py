"""What the database tells a helper: counts, its state, the last faults. Changes nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec

from station.sway.reading import CELLS, Fault

FAULTS: Final = 50
COUNTED: Final = ("session", "trial", "prescription", "outbox", "decision", "note")
# What may stand in a fault; whatever else does is left out.
KNOWN: Final = {
    "kind": ("lasting", "repeated"),
    "fault": tuple(spelt for fault in Fault for spelt in (fault.name, fault.name.lower())),
    "cell": CELLS,
}


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
    """Return the last faults of the board: those told the care team and not sent yet, and those of trials."""
    found: list[dict[str, Any]] = []
    try:
        for (body,) in database.execute("SELECT body FROM outbox WHERE type = 'event' ORDER BY seq DESC"):
            event = _read(body)
            if event.get("kind") == "sensor_fault":
                found.append(_fault(event.get("detail")))
        for (body,) in database.execute("SELECT result FROM trial ORDER BY rowid DESC LIMIT 200"):
            spans = _read(body).get("faults")
            found += [_fault(span) for span in spans] if isinstance(spans, list) else []
    except sqlite3.Error:
        pass  # as many as could be read
    return [fault for fault in found if fault][:FAULTS]


def _fault(told: object) -> dict[str, Any]:
    """Return reason, cell and seconds of a fault: words of ours and numbers, and nothing else."""
    if not isinstance(told, dict):
        return {}
    words = {key: told[key] for key, known in KNOWN.items() if told.get(key) in known}
    return words | {key: told[key] for key in ("from_s", "to_s") if isinstance(told.get(key), int | float)}


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
