"""A Wii Balance Board through the kernel's input device: recorded streams of events become readings."""

import errno
import sys
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from station.board.clock import VirtualClock
from station.board.wii import (
    AXES,
    COUNTS_PER_N,
    EV_ABS,
    EV_SYN,
    NAME,
    SYN_DROPPED,
    SYN_REPORT,
    UNCHANGED_NS,
    EvdevDevice,
    InputEvent,
    WiiBoard,
    open_wii,
)
from station.config import parse_config
from station.errors import BoardError
from station.sway.reading import Fault, Reading
from station.weighing import nominal_plate

MS = 1_000_000
TOP_RIGHT, BOTTOM_RIGHT, TOP_LEFT, BOTTOM_LEFT = 0x10, 0x11, 0x12, 0x13


def syn(at_ms: int, code: int = SYN_REPORT) -> InputEvent:
    return InputEvent(at_ms * MS, EV_SYN, code, 0)


def axis(at_ms: int, code: int, value: int) -> InputEvent:
    return InputEvent(at_ms * MS, EV_ABS, code, value)


class Recorded:
    """A device that plays what was recorded."""

    def __init__(self) -> None:
        self.waiting: list[InputEvent] = []
        self.values = dict.fromkeys(AXES, 0)
        self.gone = False
        self.closed = False

    def events(self) -> Iterable[InputEvent]:
        if self.gone:
            raise OSError(errno.ENODEV, "No such device")
        waiting, self.waiting = self.waiting, []
        return waiting

    def axes(self) -> dict[int, int]:
        return dict(self.values)

    def close(self) -> None:
        self.closed = True


class Bench:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.device = Recorded()
        self.board = WiiBoard(self.device, self.clock)

    def play(self, *events: InputEvent) -> list[Reading]:
        """Play these, at the time of the last one."""
        self.device.waiting += events
        if events:
            self.clock.advance(events[-1].t_ns - self.clock.now_ns())
        return self.board.poll()

    def after_ms(self, ms: int) -> list[Reading]:
        self.clock.advance(ms * MS)
        return self.board.poll()


def test_each_axis_is_the_corner_it_says() -> None:
    bench = Bench()
    readings = bench.play(
        axis(10, TOP_LEFT, 1000),
        axis(10, TOP_RIGHT, 2000),
        axis(10, BOTTOM_LEFT, 3000),
        axis(10, BOTTOM_RIGHT, 4000),
        syn(10),
    )
    assert [(r.cell, r.counts, r.t_ns, r.fault) for r in readings] == [
        (cell, counts, 10 * MS, Fault.NONE) for cell, counts in enumerate((1000, 2000, 3000, 4000))
    ]


def test_an_axis_that_is_not_told_has_not_changed() -> None:
    bench = Bench()
    bench.play(axis(10, TOP_LEFT, 1000), axis(10, BOTTOM_RIGHT, 7), syn(10))
    readings = bench.play(axis(20, TOP_LEFT, 1001), syn(20))
    assert [r.counts for r in readings] == [1001, 0, 0, 7]


def test_what_an_axis_was_before_we_came_is_known() -> None:
    device = Recorded()
    device.values[TOP_RIGHT] = 55
    board = WiiBoard(device, VirtualClock())
    device.waiting = [axis(10, TOP_LEFT, 1), syn(10)]
    assert [r.counts for r in board.poll()] == [1, 55, 0, 0]


def test_half_a_report_is_no_reading() -> None:
    bench = Bench()
    assert bench.play(axis(10, TOP_LEFT, 1000)) == []


def test_an_unchanged_board_says_the_same_for_a_moment_and_then_falls_silent() -> None:
    bench = Bench()
    bench.play(axis(10, TOP_LEFT, 1000), syn(10))
    assert [r.counts for r in bench.after_ms(30)] == [1000, 0, 0, 0]
    bench.clock.advance(UNCHANGED_NS)
    assert [(r.counts, r.fault) for r in bench.board.poll()] == [(0, Fault.SILENT)] * 4
    assert {r.fault for r in bench.play(axis(900, TOP_LEFT, 2), syn(900))} == {Fault.NONE}


def test_events_the_kernel_dropped_are_void_and_the_axes_are_asked_anew() -> None:
    bench = Bench()
    bench.device.values[TOP_LEFT] = 700
    lost = bench.play(syn(10, SYN_DROPPED), axis(10, TOP_LEFT, 1), syn(10))
    assert {r.fault for r in lost} == {Fault.LOST}
    assert [r.counts for r in bench.play(axis(20, TOP_RIGHT, 5), syn(20))] == [700, 5, 0, 0]


def test_times_rise_whatever_the_kernel_says() -> None:
    bench = Bench()
    first = bench.play(axis(20, TOP_LEFT, 1), syn(20))
    bench.device.waiting = [axis(15, TOP_LEFT, 2), syn(15)]
    second = bench.board.poll()
    assert second[0].t_ns > first[0].t_ns


def test_a_board_that_goes_away_is_told_with_the_mend() -> None:
    bench = Bench()
    bench.device.gone = True
    with pytest.raises(
        BoardError, match=r"the Wii board has gone .*; change its batteries, press its button"
    ):
        bench.board.poll()
    bench.board.close()
    assert bench.device.closed


def test_a_person_of_seventy_kilograms_weighs_that_and_stands_where_they_stand() -> None:
    plate = nominal_plate(parse_config('[source]\nsource = "wii"\n', where="x"))
    forces_n = [plate.force_n(cell, 1750) for cell in range(4)]
    assert sum(forces_n) == pytest.approx(70 * 9.80665)
    assert plate.cop_mm([1, 2, 1, 2], 6)[0] == pytest.approx(433 / 6)
    assert abs(1 / COUNTS_PER_N - 0.0980665) < 1e-9


def evdev_with(monkeypatch: pytest.MonkeyPatch, *names: str) -> list[str]:
    """Stand in for the package evdev, with devices of these names; return those that were closed."""
    closed: list[str] = []

    def device(path: str) -> Any:
        return SimpleNamespace(name=path, close=lambda: closed.append(path))

    fake = SimpleNamespace(list_devices=lambda: list(names), InputDevice=device)
    monkeypatch.setitem(sys.modules, "evdev", fake)
    return closed


def test_no_board_among_other_devices_is_told_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = evdev_with(monkeypatch, "Keyboard", "Nintendo Wii Remote")
    with pytest.raises(BoardError, match="no Wii Balance Board is connected; press its sync button"):
        open_wii(VirtualClock())
    assert closed == ["Keyboard", "Nintendo Wii Remote"]


def test_without_the_package_evdev_the_mend_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "evdev", None)
    with pytest.raises(BoardError, match=r"pip install 'balance-station\[wii\]'"):
        open_wii(VirtualClock())


def test_the_kernel_is_asked_for_monotonic_times_and_its_events_are_taken_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[int, int, bytes]] = []
    monkeypatch.setattr("fcntl.ioctl", lambda *call: asked.append(call))
    event = SimpleNamespace(sec=3, usec=5, type=EV_ABS, code=TOP_LEFT, value=9)
    raw = SimpleNamespace(fd=7, read=lambda: iter([event]), absinfo=lambda code: SimpleNamespace(value=code))
    device = EvdevDevice(raw)
    assert asked == [(7, 0x400445A0, b"\x01\x00\x00\x00")]
    assert list(device.events()) == [InputEvent(3_000_005_000, EV_ABS, TOP_LEFT, 9)]
    assert device.axes() == {code: code for code in AXES}
    assert NAME == "Nintendo Wii Remote Balance Board"
