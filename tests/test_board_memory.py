"""The acquisition allocates nothing that it keeps: its process runs for weeks without a collection."""

import fcntl
import os
import sys
import termios
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from station.board import gpio
from station.board.clock import VirtualClock, poll_waits_ns
from station.board.gpio import GpioPins
from station.board.hx711 import Hx711Bank
from station.board.load import Plate, StillLoad
from station.board.outlet import RecordOutlet
from station.board.simulated_pins import SimulatedPins, Spikes, simulated_chips


class PipeRequest:
    """A request whose descriptor is a pipe: FIONREAD on it is a system call as good as one for lines."""

    def __init__(self) -> None:
        self.fd, self._other = os.pipe()

    def release(self) -> None:
        os.close(self.fd)
        os.close(self._other)


@pytest.fixture
def pins(monkeypatch: pytest.MonkeyPatch) -> Iterator[GpioPins]:
    """The real pins, over real system calls that any kernel has."""
    monkeypatch.setattr(gpio, "GPIO_V2_LINE_SET_VALUES", termios.FIONREAD)
    monkeypatch.setattr(gpio, "GPIO_V2_LINE_GET_VALUES", termios.FIONREAD)
    opened = GpioPins(PipeRequest())  # type: ignore[arg-type]
    yield opened
    opened.close()


def height(call: Callable[[], object]) -> int:
    """Bytes allocated at the height of a call that was made before, what measuring costs left out."""
    peaks = []
    for measured in (lambda: None, call):
        tracemalloc.start()
        measured()
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        measured()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        peaks.append(peak - before)
    return peaks[1] - peaks[0]


def test_the_hot_calls_allocate_nothing(pins: GpioPins) -> None:
    def one_bit() -> None:
        pins.set_clock(0xF)
        pins.set_clock(0)
        pins.data()

    assert height(one_bit) <= 0


def test_each_hot_call_is_one_system_call(pins: GpioPins, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    real: Callable[[int, int, bytearray], int] = fcntl.ioctl

    def counted(fd: int, number: int, buffer: bytearray) -> int:
        made.append(number)
        return real(fd, number, buffer)

    monkeypatch.setattr(fcntl, "ioctl", counted)
    pins.set_clock(0b0101)
    pins.data()
    assert len(made) == 2


def test_polling_for_minutes_leaves_nothing_behind() -> None:
    clock = VirtualClock(1_000_000_000)
    load = StillLoad(Plate().corners_n(700, 30, -20))
    chips = simulated_chips(load, now_ns=clock.now_ns())
    bank = Hx711Bank(SimulatedPins(chips, clock, spikes=Spikes(share=0.001)), clock)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    outlet, waits_ns = RecordOutlet(nowhere), poll_waits_ns()

    def poll_for(seconds: int) -> int:
        end_ns = clock.now_ns() + seconds * 1_000_000_000
        while clock.now_ns() < end_ns:
            outlet.send(bank.poll())
            clock.sleep_ns(next(waits_ns))
        return sys.getallocatedblocks()

    poll_for(5)
    first = min(poll_for(1) for _ in range(5))
    last = min(poll_for(1) for _ in range(20))
    os.close(nowhere)
    assert last - first < 20
