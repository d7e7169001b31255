"""Memory over hours of polling: driver and outlet in virtual time, garbage frozen as in the station."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.driver import PERSON
from benchmarks.table import show
from station.board.clock import VirtualClock, poll_waits_ns
from station.board.hx711 import Hx711Bank
from station.board.load import StillLoad
from station.board.outlet import RecordOutlet
from station.board.realtime import freeze_garbage
from station.board.simulated_pins import SimulatedPins, Spikes, simulated_chips

PAGE_KB: Final = os.sysconf("SC_PAGE_SIZE") // 1024


class Row(NamedTuple):
    """State after so many virtual minutes; blocks are those of Python's allocator."""

    minute: float
    readings: int
    blocks: int
    resident_kb: int


def run(minutes: float, rows: int = 6) -> Iterator[Row]:
    """Poll chips whose calls are delayed at times, so that every path is taken; yield a row now and then."""
    clock = VirtualClock(1_000_000_000)
    pins = SimulatedPins(simulated_chips(StillLoad(PERSON), now_ns=clock.now_ns()), clock, spikes=Spikes())
    nowhere = os.open(os.devnull, os.O_WRONLY)
    bank, outlet, waits_ns = Hx711Bank(pins, clock), RecordOutlet(nowhere), poll_waits_ns()
    freeze_garbage()
    made, begun_ns = 0, clock.now_ns()
    for row in range(rows + 1):
        while clock.now_ns() - begun_ns < row * minutes * 60e9 / rows:
            readings = bank.poll()
            made += len(readings)
            outlet.send(readings)
            clock.sleep_ns(next(waits_ns))
        yield Row(row * minutes / rows, made, sys.getallocatedblocks(), _resident_kb())
    os.close(nowhere)


def _resident_kb() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_KB


def main(*, full: bool = False, minutes: float | None = None) -> None:
    """Print the table: an hour when `full`, else a minute."""
    show("Memory while polling", run(minutes or (60.0 if full else 1.0)))
