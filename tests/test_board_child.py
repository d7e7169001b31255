"""The real acquisition process, with real pipes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from station.errors import BoardError
from station.sway.reading import Reading, unpack


def records(data: bytes) -> list[tuple[Reading, int]]:
    return [unpack(data[start : start + 16]) for start in range(0, len(data), 16)]


CHILD = """
import sys
from station.board.acquire import acquire
from station.board.config import BoardConfig
{before}
sys.exit(acquire(BoardConfig(), "simulate", 1))
"""

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    children: list[subprocess.Popen[bytes]] = []

    def spawn(before: str = "", stdout: int = subprocess.PIPE) -> "subprocess.Popen[bytes]":
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD.format(before=before)],
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=subprocess.PIPE,
        )
        children.append(child)
        return child

    yield spawn
    for child in children:
        child.kill()
        child.communicate()


def take(child: "subprocess.Popen[bytes]", count: int) -> list[tuple[Reading, int]]:
    """Wait for so many records."""
    assert child.stdout is not None
    return records(child.stdout.read(16 * count))


def test_the_child_writes_records_and_ends_cleanly_when_asked(start: Start) -> None:
    child = start()
    read = take(child, 100)
    child.send_signal(signal.SIGTERM)
    _, notes = child.communicate()
    assert child.returncode == 0
    assert {r.cell for r, _ in read} == {0, 1, 2, 3}
    assert [seq for _, seq in read] == list(range(100))
    started = json.loads(notes.splitlines()[0])
    assert (started["note"], started["source"], started["sim"]) == ("started", "simulate", True)
    assert "priority" in started["rt"]


def test_an_end_asked_for_leaves_the_chips_powered_down(start: Start) -> None:
    watched = """
from station.board.simulated_pins import SimulatedPins
import sys
def close(self):
    self._clock.advance(60_001)  # PD_SCK is left high: past 60 µs the chip sleeps
    print("clocks", self.clock_levels, "data", self.data(), file=sys.stderr)
SimulatedPins.close = close
"""
    child = start(watched)
    take(child, 100)
    child.send_signal(signal.SIGTERM)
    _, notes = child.communicate()
    assert child.returncode == 0
    assert b"clocks 15 data 15" in notes


def test_stray_prints_cannot_reach_the_records(start: Start) -> None:
    noisy = """
from station.board.hx711 import Hx711Bank
import os
poll = Hx711Bank.poll
def noisy(self):
    print("hello", flush=True)
    os.write(1, b"raw")
    return poll(self)
Hx711Bank.poll = noisy
"""
    child = start(noisy)
    read = take(child, 50)
    child.terminate()
    _, notes = child.communicate()
    assert [seq for _, seq in read] == list(range(50))
    assert b"hello" in notes
    assert b"raw" in notes


def test_the_child_ends_cleanly_when_its_parent_is_gone(start: Start) -> None:
    child = start()
    take(child, 10)
    assert child.stdout is not None
    child.stdout.close()
    child.wait()
    assert child.returncode == 0


def test_records_are_not_poured_onto_a_terminal(start: Start) -> None:
    ours, terminal = os.openpty()
    child = start(stdout=terminal)
    _, told = child.communicate()
    os.close(terminal)
    os.close(ours)
    assert child.returncode != 0
    assert BoardError.__name__.encode() in told
    assert b"records are binary and would garble this terminal" in told


def test_the_child_imports_nothing_heavy() -> None:
    listed = "import station.board.acquire, sys; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", listed], capture_output=True, check=True, text=True
    ).stdout
    assert not {"numpy", "scipy", "gpiod", "pygame", "django", "threading.Thread"} & set(modules.split())
