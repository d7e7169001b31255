"""The PyPI package hx711 in processes of its own: whatever it does, the station is never stopped by it."""

import os
import select
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station.board.clock import MonotonicClock
from station.board.config import BoardConfig
from station.board.package import DEADLINE_NS, FIRST_DEADLINE_NS, RETRY_NS, SILENT_NS, PackageReader
from station.errors import BoardError
from station.sway.reading import Fault, Reading

FAKE = """
import sys, time
class HX711:
    def __init__(self, dout_pin, pd_sck_pin, gain=128, channel="A"):
        self.pin = dout_pin
        print("some chatter of the package")
        {constructor}
    def get_raw_data(self, times=5):
        {read}
"""


class LaterClock(MonotonicClock):
    """The real clock, which a test may put forward."""

    ahead_ns = 0

    def now_ns(self) -> int:
        return super().now_ns() + self.ahead_ns


Start = Callable[..., PackageReader]


@pytest.fixture
def clock() -> LaterClock:
    return LaterClock()


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: LaterClock) -> Iterator[Start]:
    """Start a reader over a package that does this."""
    readers: list[PackageReader] = []

    def begin(read: str = "return [self.pin, self.pin * 1000]", constructor: str = "pass") -> PackageReader:
        (tmp_path / "hx711.py").write_text(FAKE.format(read=read, constructor=constructor), encoding="utf-8")
        monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{Path(__file__).parents[1]}")
        readers.append(PackageReader.open(BoardConfig(), clock))
        return readers[-1]

    yield begin
    for reader in readers:
        reader.close()


def wait(reader: PackageReader, until: Callable[[list[Reading]], bool]) -> list[Reading]:
    """Poll whenever a child has written, until it is so."""
    got: list[Reading] = []
    while not until(got):
        readable, _, _ = select.select(reader.filenos(), [], [], 20)
        assert readable, "the children say nothing at all"
        got += reader.poll()
    return got


def good(readings: list[Reading]) -> list[Reading]:
    return [reading for reading in readings if reading.fault is Fault.NONE]


def faults(readings: list[Reading], cell: int) -> set[Fault]:
    return {reading.fault for reading in readings if reading.cell == cell}


SLOWLY = "time.sleep(0.005); "


def test_each_chip_gives_the_newest_of_what_the_package_read(start: Start) -> None:
    reader = start(SLOWLY + "return [1, self.pin * 1000]")
    got = good(wait(reader, lambda got: {r.cell for r in good(got)} == {0, 1, 2, 3}))
    assert {(r.cell, r.counts) for r in got} == {(0, 5000), (1, 13000), (2, 16000), (3, 21000)}
    of_one = [r.t_ns for r in got if r.cell == 0]
    assert of_one == sorted(set(of_one))


def test_zero_is_a_good_value(start: Start) -> None:
    reader = start(SLOWLY + "return [0, 0]")
    got = wait(reader, lambda got: len(good(got)) >= 4)
    assert {r.counts for r in good(got)} == {0}


def test_a_chip_on_which_the_package_hangs_is_silent_and_the_others_go_on(start: Start) -> None:
    hang = "time.sleep(1000 if self.pin == 13 else 0.005); return [1, 2]"
    reader = start(hang)
    got = wait(
        reader, lambda got: {0, 2, 3} <= {r.cell for r in good(got)} and Fault.SILENT in faults(got, 1)
    )
    assert faults(got, 1) == {Fault.SILENT}


def test_a_package_that_loops_for_ever_is_killed_at_its_deadline_and_started_again(
    start: Start, clock: LaterClock, tmp_path: Path
) -> None:
    mark = f"open({str(tmp_path / 'begun')!r}, 'a').write('x')"
    reader = start("return [1, 2]", constructor=mark + "\n        while self.pin == 5: pass")
    wait(reader, lambda got: {1, 2, 3} <= {r.cell for r in good(got)})
    first = reader.filenos()[0]
    clock.ahead_ns += FIRST_DEADLINE_NS
    reader.poll()
    assert len(reader.filenos()) < 4 or reader.filenos()[0] != first
    clock.ahead_ns += RETRY_NS
    reader.poll()
    assert len(reader.filenos()) >= 1
    wait(reader, lambda _: (tmp_path / "begun").stat().st_size >= 5)


def test_a_package_that_dies_is_started_again_after_a_moment(start: Start, clock: LaterClock) -> None:
    reader = start("sys.exit(3) if self.pin == 5 else time.sleep(0.005); return [1, 2]")
    while len(reader.filenos()) == 4:
        select.select(reader.filenos(), [], [], 20)
        reader.poll()
    clock.ahead_ns += RETRY_NS
    reader.poll()
    assert len(reader.filenos()) == 4
    assert reader.recoveries == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("None", Fault.DESYNC),
        ("'rubbish'", Fault.DESYNC),
        ("1.5", Fault.DESYNC),
        ("1 << 24", Fault.DESYNC),
        ("-(1 << 23) - 1", Fault.DESYNC),
        ("0x7fffff", Fault.SATURATED),
        ("-0x800000", Fault.SATURATED),
    ],
)
def test_garbage_is_void_and_never_repaired(start: Start, value: str, fault: Fault) -> None:
    reader = start(f"{SLOWLY}return [1, {value}]")
    got = wait(reader, lambda got: all(fault in faults(got, cell) for cell in range(4)))
    assert good(got) == []


def test_silence_is_told_again_and_again(start: Start, clock: LaterClock) -> None:
    reader = start("time.sleep(1000)")
    told: list[Reading] = []
    for _ in range(5):
        clock.ahead_ns += SILENT_NS
        told += [r for r in reader.poll() if r.cell == 0]
    assert [r.fault for r in told] == [Fault.SILENT] * 5
    assert DEADLINE_NS > SILENT_NS


def test_a_package_that_is_not_there_is_told_with_the_mend(
    clock: LaterClock,
) -> None:
    blocked = "import sys; sys.modules['hx711'] = None"
    child = f"{blocked}; from station.board.package_child import main; main(5, 6, 128)"
    with PackageReader([[sys.executable, "-c", child]], clock) as reader:
        select.select(reader.filenos(), [], [], 20)
        with pytest.raises(
            BoardError, match=r"the package hx711 cannot be used .*; pip install hx711 and RPi\.GPIO"
        ):
            reader.poll()


def test_the_end_leaves_no_process(start: Start) -> None:
    reader = start("time.sleep(1000)")
    reader.close()
    reader.close()
    assert reader.filenos() == []
