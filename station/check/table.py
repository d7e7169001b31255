"""The report as a table on a terminal."""

from collections.abc import Callable
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from station.check.corners import WORDS
from station.check.figures import CellFigures
from station.check.report import Report

Say = Callable[[CellFigures], str]


def _number(name: str, form: str = ".0f", *, unit: str = "") -> Say:
    def say(cell: CellFigures) -> str:
        value = getattr(cell, name)
        return "–" if value is None else f"{value:{form}}{unit}"

    return say


ROWS: Final[tuple[tuple[str, Say], ...]] = (
    ("DOUT / PD_SCK (GPIO)", lambda cell: f"{cell.data_pin} / {cell.clock_pin}"),
    ("conversions a second", _number("sps", ".1f")),
    ("good readings", _number("good")),
    ("unique values", _number("unique")),
    ("noise (counts)", _number("noise_counts")),
    ("noise (g)", _number("noise_g", ".1f")),
    ("drift over the run (g)", _number("drift_g", "+.0f")),
    ("range used", _number("range_percent", ".1f", unit=" %")),
    ("load (kg)", _number("load_kg", "+.2f")),
    ("saturated", _number("saturated")),
    ("late pulses", _number("late_pulses")),
    ("read too late", _number("late_reads")),
    ("missed", _number("missed")),
    ("out of step", _number("desync")),
    ("silent", _number("silent")),
)


def print_report(report: Report, console: Console) -> None:
    """Print table, time and priority, findings, and the verdict."""
    faulty = {finding.cell for finding in report.findings if finding.fatal}
    whose = "SIMULATED board" if report.sim else "board"
    table = Table(title=f"{whose}, {report.seconds:g} s", title_justify="left", pad_edge=False)
    table.add_column("")
    for cell in report.cells:
        table.add_column(cell.cell, justify="right", style="bold red" if cell.cell in faulty else "")
    for name, say in ROWS:
        table.add_row(name, *(say(cell) for cell in report.cells))
    console.print(table)
    if not report.tared:
        console.print("No zero is known yet, so no load is shown; the station takes it from the empty board.")
    for line in time_lines(report):
        console.print(line, highlight=False)
    for press in report.corners:
        felt = "no cell" if press.felt_by is None else f"{press.felt_by} ({press.force_kg:+.1f} kg)"
        console.print(f"{WORDS[press.asked]} corner ({press.asked}): felt by {felt}", highlight=False)
    for finding in report.findings:
        sign = Text("✗ ", style="bold red") if finding.fatal else Text("! ", style="yellow")
        console.print(sign + Text(finding.text))
    console.print(verdict(report))


def time_lines(report: Report) -> list[str]:
    """Return what was achieved in time and priority."""
    realtime, arrival = report.realtime, report.arrival
    lines = []
    if arrival.median_ms is not None:
        lines.append(
            f"Readings arrive {arrival.median_ms:.1f} ms after their conversion, "
            f"99 in 100 within {arrival.p99_ms:.1f} ms."
        )
    if realtime.priority is not None:
        locked = "its memory locked" if realtime.locked else "its memory not locked"
        core = "any core" if realtime.core is None else f"core {realtime.core}"
        lines.append(f"The board is read with priority SCHED_FIFO {realtime.priority} on {core}, {locked}.")
    elif report.sim:
        lines.append("A simulated board needs no priority.")
    return lines


def verdict(report: Report) -> Text:
    """Return the last line: fit, or the first thing to do."""
    if report.first is None:
        return Text("Fit for use.", style="bold green")
    return Text("Not fit for use. First: ", style="bold red") + Text(report.first)
