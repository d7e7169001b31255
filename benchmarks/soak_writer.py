"""A process that ends one trial after the other: `python -m benchmarks.soak_writer DATABASE COUNT [PAUSE_S]`.

It keeps them as the session does (`Store.keep_trial`: result, trace and outbox in one transaction). Killed
and started again it goes on with what is missing; the database itself is the truth of what was done.
"""

import random
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from station.session.store import Header, Store, new_id
from station.training.result import SupportResult, TrialResult

PAUSE_S: Final = 0.05
TRIALS_A_SESSION: Final = 20
RAW_OF: Final = 5  # one trial in five has a trace
RAW_BYTES: Final = 12_000
STARTED: Final = "2026-05-04T09:00:00Z"


def trial(number: int, session: str) -> TrialResult:
    """Return one result; simulated, and marked so."""
    return TrialResult(
        trial=new_id(),
        session=session,
        number=number,
        routine="supported-standing",
        rung=1,
        side=None,
        stance="both",
        support_kind="two-hands",
        vision="open",
        surface="firm",
        attempt=1,
        started=STARTED,
        outcome="done",
        hold_s=20.0,
        target_hold_s=20.0,
        body_weight_n=700.0,
        measures={"velocity_mm_s": 12.3},
        quality={},
        support=SupportResult(mean_percent=18.0, max_percent=22.0, limit_percent=40.0),
        in_target_percent=90.0,
        faults=(),
        cal="nominal",
        alg="cop-1",
        sim=True,
    )


def trace(trial_id: str) -> bytes:
    """Return the body of a raw message of about the size of a trace of 30 s."""
    data = random.Random(trial_id).randbytes(RAW_BYTES)
    body = {"trial": trial_id, "encoding": "trace-1", "data": data, "hold_ns": (0, 1), "plate": {}}
    return msgspec.json.encode(body)


def header(number: int) -> Header:
    """Return the head of a message."""
    return Header(
        t=STARTED,
        mono_ms=number,
        boot="soak",
        clock="synced",
        subj=None,
        rx_version=None,
        cal="nominal",
        alg="cop-1",
        sim=True,
    )


def done(database: Path) -> int:
    """Return how many trials are kept."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        (count,) = connection.execute("SELECT COUNT(*) FROM trial").fetchone()
        return int(count)


def fill(store: Store, first: int, last: int, *, raw_of: int = RAW_OF, pause_s: float = 0.0) -> None:
    """Keep the trials with these numbers; every `raw_of`th with a trace."""
    session = new_id()
    for number in range(first, last + 1):
        if number % TRIALS_A_SESSION == 0:
            session = new_id()
        result = trial(number, session)
        store.keep_trial(result, trace(result.trial) if number % raw_of == 0 else b"", header(number))
        time.sleep(pause_s)


def main(argv: list[str] | None = None) -> int:
    """Write until there are as many as asked."""
    path, wanted, *pause_s = argv or sys.argv[1:]
    with Store(Path(path)) as store:
        fill(store, done(Path(path)) + 1, int(wanted), pause_s=float(pause_s[0]) if pause_s else PAUSE_S)
    return 0


if __name__ == "__main__":
    sys.exit(main())
