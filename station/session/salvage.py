"""What can still be read of a damaged database, row by row, into the one that takes its place."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

import msgspec

# The columns that hold JSON: a row in which they do not read as such is left out.
JSON: Final = {
    "session": (), "prescription": (), "decision": ("body",), "trial": ("result",),
    "outbox": ("header", "body"), "note": (),
}  # fmt: skip
ROWS: Final = 1_000_000

Row = dict[str, object]


def salvage(damaged: Path, into: sqlite3.Connection) -> None:
    """Copy the rows of a damaged database that another one does not have; the rest stays behind."""
    try:
        source = sqlite3.connect(damaged, isolation_level=None)
    except sqlite3.Error:
        return
    with closing(source):
        for table, json_columns in JSON.items():
            columns = [name for (name,) in into.execute(f"SELECT name FROM pragma_table_info('{table}')")]  # noqa: S608
            for row in _rows(source, table):
                values = {name: value for name, value in row.items() if name in columns}
                if all(_is_json(values.get(name)) for name in json_columns):
                    _put(into, table, values)


def _rows(source: sqlite3.Connection, table: str) -> Iterator[Row]:
    """Yield what can be read from the table's beginning on, then from its end backwards, no row twice."""
    seen: set[int] = set()
    for order in ("ASC", "DESC"):
        with suppress(sqlite3.Error):
            rows = source.execute(f"SELECT rowid AS place, * FROM {table} ORDER BY rowid {order}")  # noqa: S608
            names = [column[0] for column in rows.description]
            for values in rows:
                row: Row = dict(zip(names, values, strict=True))
                place = row.pop("place")
                if not isinstance(place, int) or place in seen:
                    return
                seen.add(place)
                yield row
            return


def _is_json(value: object) -> bool:
    if not isinstance(value, bytes | str):
        return False
    with suppress(msgspec.MsgspecError, UnicodeError):
        msgspec.json.decode(value)
        return True
    return False


def _put(into: sqlite3.Connection, table: str, values: Row) -> None:
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    with suppress(sqlite3.Error):
        into.execute(
            f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - names of our own tables
            tuple(values.values()),
        )
