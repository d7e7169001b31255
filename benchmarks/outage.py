"""A week without network: what waits at a station, drained through real mosquitto to a real recorder.

Three sessions a day of a hundred attempts, each with its trace: 2,100 results and about 40 MB of traces.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.soak import LOOK_S, Soak, Victim, temporary_folder
from benchmarks.soak_writer import fill
from benchmarks.table import show
from station.session.store import Store

RESULTS: Final = 2_100
GIVE_UP_S: Final = 600.0
# Rows of the care side in the order they were committed.
ORDER: Final = "SELECT type FROM care_message WHERE type IN ('result/trial', 'raw') ORDER BY rowid"


class Row(NamedTuple):
    """One drained backlog; `out_of_order` are traces committed while results still waited at the station."""

    results: int
    raw_mb: float
    results_s: float
    results_a_second: float
    all_s: float
    out_of_order: int
    uplink_kb_before: int
    uplink_kb_most: int


def run(results: int) -> Iterator[Row]:
    """Yield one row."""
    with contextlib.ExitStack() as stack:
        soak = Soak(stack.enter_context(temporary_folder()), durable=True, results=results)
        with Store(soak.station_file) as store:
            fill(store, 1, results, raw_of=1)
        raw_bytes = soak.station.number("SELECT SUM(LENGTH(body)) FROM outbox WHERE type = 'raw'")
        victims = soak.victims()
        del victims["session"]
        for victim in victims.values():
            stack.callback(victim.close)
        victims["broker"].look()
        victims["recorder-1"].look()
        _wait_until(lambda: soak.care.number("SELECT COUNT(*) FROM care_station") > 0)
        time.sleep(3.0)  # the recorder has started and subscribed
        victims["uplink"].look()
        yield _drain(soak, victims["uplink"], results, raw_bytes)


def _drain(soak: Soak, uplink: Victim, results: int, raw_bytes: int) -> Row:
    _wait_until(lambda: _committed(soak, "result/trial") > 0)
    begun_s, first = time.monotonic(), _committed(soak, "result/trial")
    before_kb = most_kb = _resident_kb(uplink.pid)
    results_s = 0.0
    while soak.station.waiting():
        most_kb = max(most_kb, _resident_kb(uplink.pid))
        if not results_s and _committed(soak, "result/trial") == results:
            results_s = time.monotonic() - begun_s
        if time.monotonic() - begun_s > GIVE_UP_S:
            break
        time.sleep(LOOK_S)
    kinds = [str(kind) for (kind,) in soak.care.rows(ORDER)]
    last_result = max(place for place, kind in enumerate(kinds) if kind == "result/trial")
    return Row(
        _committed(soak, "result/trial"),
        raw_bytes / 1e6,
        results_s,
        (results - first) / results_s if results_s else 0.0,
        time.monotonic() - begun_s,
        kinds[:last_result].count("raw"),
        before_kb,
        most_kb,
    )


def _committed(soak: Soak, kind: str) -> int:
    return soak.care.number(f"SELECT COUNT(*) FROM care_message WHERE type = '{kind}'")  # noqa: S608


def _resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.split("VmRSS:")[1].split()[0])


def _wait_until(done: Callable[[], bool]) -> None:
    end_s = time.monotonic() + GIVE_UP_S
    while not done() and time.monotonic() < end_s:
        time.sleep(LOOK_S)


def main(*, full: bool) -> None:
    """Print the table; the short run has a tenth."""
    show("A week without network, drained", run(RESULTS if full else RESULTS // 10))


if __name__ == "__main__":
    main(full=False)
