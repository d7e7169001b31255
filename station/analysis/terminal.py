"""What a person reads on a terminal."""

from collections.abc import Iterator, Sequence
from typing import TextIO, TypeVar

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from station.analysis.analyse import Analysis
from station.analysis.words import heading, quality_words, rows, withheld_words

T = TypeVar("T")

FEWEST_FOR_A_BAR = 8


def write_report(analysis: Analysis, out: TextIO) -> None:
    """Write the measures of one recording by group, how far they may be trusted, and what is not told."""
    console = Console(file=out, highlight=False)
    console.print(Text(str(analysis.file), style="bold"), soft_wrap=True)
    console.print(
        heading(analysis.duration_s, analysis.rate_hz, analysis.filter, analysis.alg),
        style="dim",
        markup=False,
    )
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    for title in ("ML", "AP", "both"):
        table.add_column(title, justify="right")
    table.add_column("")
    group = ""
    for row in rows(analysis.report):
        if row.group != group:
            group = row.group
            table.add_row(Text(group, style="bold"))
        table.add_row(f"  {row.label}", row.ml, row.ap, row.both, Text(row.unit, style="dim"))
    if group:
        console.print(table)
    _paragraph(console, "Quality", quality_words(analysis.report))
    _paragraph(console, "Not told", withheld_words(analysis.report))
    console.print()


def _paragraph(console: Console, title: str, lines: Sequence[str]) -> None:
    if any(lines):
        console.print(Text(title, style="bold"))
        for line in lines:
            console.print(Padding(Text(line), (0, 0, 0, 2)))


def with_progress(results: Iterator[T], total: int, out: TextIO) -> Iterator[T]:
    """Yield the results; over many of them, and only on a terminal, a bar shows how far it is."""
    if total < FEWEST_FOR_A_BAR or not out.isatty():
        yield from results
        return
    columns = (TextColumn("analyse"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=out), transient=True) as progress:
        yield from progress.track(results, total=total)
