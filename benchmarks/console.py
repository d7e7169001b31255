"""The care console with a simulated clinic: how long its pages take, how many queries, how many kB.

`--full` is a thousand patients with 365 sessions each, which takes a quarter of an hour to make. The database
is SQLite, or an empty one on the PostgreSQL server that DATABASE_URL names.
"""

import os
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from benchmarks.tally import fresh_database


class Row(NamedTuple):
    """One page: half of the looks took no longer than p50, 19 of 20 no longer than p95.

    The most queries and the most kB of any look; with files is what a browser loads that was never here.
    """

    page: str
    p50_ms: float
    p95_ms: float
    queries: int
    kB: float  # noqa: N815 as it is written
    kB_with_files: float  # noqa: N815


def main(*, full: bool = False) -> None:
    """Make a clinic in a folder and a database of its own, and look at its pages."""
    server_url = os.environ.get("DATABASE_URL", "")
    with ExitStack() as stack:
        if server_url:
            os.environ["DATABASE_URL"] = stack.enter_context(fresh_database(server_url))
            stack.callback(os.environ.update, DATABASE_URL=server_url)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _show(folder, "PostgreSQL" if server_url else "SQLite", full=full)


def _show(folder: Path, database: str, *, full: bool) -> None:
    from benchmarks.console_pages import clinic, close, looks  # noqa: PLC0415 Django is set up there
    from benchmarks.table import show  # noqa: PLC0415

    began = time.perf_counter()
    made = clinic(folder, full=full)
    took_s = time.perf_counter() - began
    counts = f"{made.patients:,} patients, {made.sessions:,} sessions, {made.trials:,} trials"
    try:
        rows = [Row(*look) for look in looks(times=60 if full else 15)]
        show(f"{database}: {counts}, made in {took_s:.0f} s", rows)
    finally:
        close()
