"""The care console with a simulated clinic: how long its pages take, how many queries, how many kB.

`--full` is a year of a thousand patients, which takes some ten minutes to make.
"""

import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.table import show


class Row(NamedTuple):
    """One page: the middle of five looks."""

    page: str
    ms: float
    queries: int
    kB: float  # noqa: N815 as it is written


def main(*, full: bool = False) -> None:
    """Make a clinic in a folder of its own, and look at its pages."""
    from benchmarks.console_pages import clinic, pages  # noqa: PLC0415 Django is set up there

    patients, days = (1000, 365) if full else (40, 120)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        made = clinic(Path(folder), patients=patients, days=days)
        took_s = time.perf_counter() - began
        made_words = f"{made.patients:,} patients, {made.sessions:,} sessions, {made.trials:,} trials"
        show(f"{made_words}, made in {took_s:.0f} s", [Row(*row) for row in pages()])
