"""The care console with a simulated clinic: how long its pages take, how many queries, how many kB.

`--full` is a thousand patients with 365 sessions each on PostgreSQL: in a cluster of its own on this machine,
with PostgreSQL's own settings, or in a database of its own on the server that DATABASE_URL names. A hundred
people are simulated, each is there ten times. Without it, forty patients on SQLite, or on that server.
"""

import os
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from benchmarks.own_postgres import own_postgres
from benchmarks.tally import fresh_database


class Row(NamedTuple):
    """One page: half of the looks took no longer than p50, 19 of 20 no longer than p95.

    CPU is the site's own, without PostgreSQL's: it says the same on a machine that is busy with other things.
    The most queries and the most kB of any look: as the site sends the page, as a proxy that compresses it
    would (gzip), and uncompressed with the files a browser loads that was never here.
    """

    page: str
    p50_ms: float
    p95_ms: float
    p95_cpu_ms: float
    queries: int
    kB: float  # noqa: N815 as it is written
    kB_gzip: float  # noqa: N815
    kB_with_files: float  # noqa: N815


def main(*, full: bool = False) -> None:
    """Make a clinic in a folder and a database of its own, and look at its pages."""
    server_url = os.environ.get("DATABASE_URL", "")
    with ExitStack() as stack:
        if full and not server_url:
            stack.callback(os.environ.pop, "DATABASE_URL", None)
            os.environ["DATABASE_URL"] = stack.enter_context(own_postgres()).url
        elif server_url:
            stack.callback(os.environ.update, DATABASE_URL=server_url)
            os.environ["DATABASE_URL"] = stack.enter_context(fresh_database(server_url))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _show(folder, full=full)


def _show(folder: Path, *, full: bool) -> None:
    from benchmarks.console_pages import clinic, close, looks  # noqa: PLC0415 Django is set up there
    from benchmarks.table import show  # noqa: PLC0415

    began = time.perf_counter()
    filled = clinic(folder, full=full)
    took_s = time.perf_counter() - began
    try:
        busy = os.getloadavg()[0]
        rows = [Row(*look) for look in looks(times=60 if full else 15)]
        load = f"load {busy:.1f} before, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} cores"
        show(f"{filled}, made in {took_s:.0f} s; {load}", rows)
    finally:
        close()
