"""Rows of figures, as a Markdown table that stands in docs/board.md as it was printed."""

from collections.abc import Iterable, Sequence
from typing import Any


def show(title: str, rows: Iterable[Any]) -> None:
    """Print named tuples as a table whose columns are their fields."""
    listed = list(rows)
    fields: Sequence[str] = listed[0]._fields
    lines = [[name.replace("_", " ") for name in fields]]
    lines += [[_text(value) for value in row] for row in listed]
    widths = [max(len(line[place]) for line in lines) for place in range(len(fields))]
    lines.insert(1, ["-" * width for width in widths])
    print(f"\n{title}\n")
    for line in lines:
        print("| " + " | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) + " |")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)
