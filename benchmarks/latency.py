"""Reading → packed record → parent: how old a reading is when the parent has unpacked it.

The child makes readings at the rate of four chips and stamps each when it is made; real pipe, real clock.
"""

import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import Final, NamedTuple

from benchmarks.table import show
from station.board.realtime import SESSION_PRIORITY
from station.sway.reading import RECORD, unpack

WAIT_S: Final = 0.0029  # 345 readings a second
# What the parent may ask for: the ordinary share, a larger one, or the cores before all ordinary work.
PLAIN: Final = (os.SCHED_OTHER, 0, 0)
NICE: Final = (os.SCHED_OTHER, 0, -10)
ROUND_ROBIN: Final = (os.SCHED_RR, SESSION_PRIORITY, 0)
NAMES: Final = {PLAIN: "none", NICE: "nice -10", ROUND_ROBIN: f"SCHED_RR {SESSION_PRIORITY}"}

CHILD: Final = f"""
import os, sys, time
from station.board.outlet import RecordOutlet
from station.board.realtime import ask_for_realtime, freeze_garbage
from station.sway.reading import Fault, Reading
achieved = ask_for_realtime()
freeze_garbage()
sys.stderr.write(str(achieved.priority) + "\\n")
sys.stderr.flush()
outlet = RecordOutlet(1)
while outlet.send([Reading(time.monotonic_ns(), 0, 123456, Fault.NONE)]):
    time.sleep({WAIT_S})
"""
BUSY: Final = "while True: pass"


class Row(NamedTuple):
    """`child_fifo` is the child's SCHED_FIFO priority, None when it was refused."""

    busy_processes: int
    child_fifo: str
    parent: str
    readings: int
    p50_ms: float
    p99_ms: float
    worst_ms: float


def measure(busy: int, readings: int, parent: tuple[int, int, int] = PLAIN) -> Row:
    """Let so many processes burn all the time they get, and measure meanwhile.

    `parent` is the policy, priority and niceness of this process. Raises PermissionError when it may not
    have them.
    """
    burners = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(busy)]
    child = subprocess.Popen([sys.executable, "-c", CHILD], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout
    assert child.stderr
    try:
        _be(parent)
        priority = child.stderr.readline().decode().strip()
        ages_ns = _ages_ns(child.stdout.fileno(), readings)
    finally:
        _be(PLAIN)
        for process in (child, *burners):
            process.send_signal(signal.SIGKILL)
            process.wait()
        child.stdout.close()
        child.stderr.close()
    ages_ns.sort()
    p50, p99, worst = (ages_ns[min(len(ages_ns) - 1, int(len(ages_ns) * q))] / 1e6 for q in (0.5, 0.99, 1.0))
    return Row(busy, priority, NAMES[parent], len(ages_ns), p50, p99, worst)


def _be(parent: tuple[int, int, int]) -> None:
    policy, priority, nice = parent
    os.sched_setscheduler(0, policy, os.sched_param(priority))
    os.setpriority(os.PRIO_PROCESS, 0, nice)


def _ages_ns(fd: int, readings: int) -> list[int]:
    ages_ns: list[int] = []
    with selectors.DefaultSelector() as selector:
        selector.register(fd, selectors.EVENT_READ)
        while len(ages_ns) < readings:
            selector.select()
            data = os.read(fd, 1 << 16)
            for at in range(0, len(data), RECORD.size):
                reading, _ = unpack(data[at : at + RECORD.size])
                ages_ns.append(time.monotonic_ns() - reading.t_ns)
    return ages_ns


def main(*, full: bool) -> None:
    """Print the table: this computer as it is, then with every core busy once and three times over."""
    readings = 20_000 if full else 2_000
    cores = os.cpu_count() or 1
    rows = [measure(0, readings)]
    for busy in (cores, 3 * cores):
        for parent in (PLAIN, NICE, ROUND_ROBIN):
            with suppress(PermissionError):
                rows.append(measure(busy, readings, parent))
    show("Age of a reading at the parent", rows)
