"""Where in a TOML text a key stands: `tomllib` does not say, and a person wants the line."""

import re
from typing import Final

TABLE: Final = re.compile(r"\s*\[(\[)?\s*([\w-]+)\s*\]")
KEY: Final = re.compile(r"\s*([\w-]+)\s*=")
STEP: Final = re.compile(r"([\w-]+)(?:\[(\d+)\])?")

Table = tuple[str, int]  # name and, of an array of tables, which one; the document itself is ("", 0)
ROOT: Final[Table] = ("", 0)


def line_of(text: str, path: str) -> int | None:
    """Return the line, counted from 1, of a key like `title`, `target.radius_mm` or `rungs[2].support`.

    A key that is not there has its table's line; None when nothing of it is found. Only tables of one level
    with a header of their own are known, as files of routines have them.
    """
    steps = STEP.findall(path)
    table: Table = (steps[0][0], int(steps[0][1] or 0)) if steps else ROOT
    lines = _lines(text)
    if len(steps) > 1 and (table, steps[1][0]) in lines:
        return lines[table, steps[1][0]]
    return lines.get((table, "")) or lines.get((ROOT, table[0]))


def _lines(text: str) -> dict[tuple[Table, str], int]:
    """Return the first line of every key, and, under the key '', of every table."""
    lines: dict[tuple[Table, str], int] = {}
    counts: dict[str, int] = {}
    table = ROOT
    for number, line in enumerate(text.splitlines(), start=1):
        if header := TABLE.match(line):
            name = header[2]
            counts[name] = counts.get(name, -1) + 1
            table = (name, counts[name])
            lines[table, ""] = number
        elif key := KEY.match(line):
            lines.setdefault((table, key[1]), number)
    return lines
