"""The shape of the station's database, and how an older one gets it."""

import sqlite3
from typing import Final

VERSION: Final = 3
SCHEMA: Final = """
CREATE TABLE session (
    id TEXT PRIMARY KEY, started TEXT NOT NULL, rx_version INTEGER, answers BLOB NOT NULL DEFAULT '{}',
    result BLOB
);
CREATE TABLE trial (
    id TEXT PRIMARY KEY, session TEXT NOT NULL REFERENCES session(id), result BLOB NOT NULL, raw BLOB NOT NULL
);
CREATE TABLE prescription (
    number INTEGER PRIMARY KEY AUTOINCREMENT, version INTEGER NOT NULL, document BLOB NOT NULL,
    received TEXT NOT NULL, applied TEXT
);
CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, header BLOB NOT NULL,
    body BLOB NOT NULL
);
CREATE TABLE note (key TEXT PRIMARY KEY, value BLOB NOT NULL);
"""
# What each version adds to the one before. `number` counts sessions whatever the clock said, `subj` is whose
# it was, `rx` the prescription (its number, not its version: versions begin anew with the next patient).
# A prescription's `subj` is whose it is: several people may share a station.
STEPS: Final = {
    1: SCHEMA,
    2: """
ALTER TABLE session ADD COLUMN number INTEGER;
ALTER TABLE session ADD COLUMN subj TEXT;
ALTER TABLE session ADD COLUMN rx INTEGER REFERENCES prescription(number);
ALTER TABLE session ADD COLUMN decided INTEGER NOT NULL DEFAULT 0;
UPDATE session SET number = rowid;
CREATE TABLE decision (
    number INTEGER PRIMARY KEY AUTOINCREMENT, rx INTEGER NOT NULL REFERENCES prescription(number),
    session TEXT NOT NULL REFERENCES session(id), body BLOB NOT NULL
);
""",
    3: """
ALTER TABLE prescription ADD COLUMN subj TEXT;
UPDATE prescription SET subj = json_extract(CAST(document AS TEXT), '$.rx.subj')
    WHERE json_valid(CAST(document AS TEXT));
""",
}


def bring_up_to_date(database: sqlite3.Connection, version: int) -> None:
    """Bring a database of this version (0: a new one) to the newest, in the transaction that is open."""
    for step in range(version + 1, VERSION + 1):
        for statement in STEPS[step].split(";\n"):
            if statement.strip():
                database.execute(statement)
    database.execute(f"PRAGMA user_version = {VERSION}")
