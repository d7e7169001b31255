"""The acquisition loop, over simulated chips in virtual time."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from station.board import acquire as acquire_module
from station.board.acquire import Acquisition, acquire
from station.board.clock import VirtualClock, poll_waits_ns
from station.board.config import BoardConfig
from station.board.control import ControlChannel
from station.board.hx711 import ALL_CELLS, Hx711Bank
from station.board.load import Plate
from station.board.outlet import Notes, RecordOutlet
from station.board.person import Person
from station.board.recording import read_recording
from station.board.simulated import ChipFault
from station.board.simulated_pins import SimulatedPins
from station.board.source import Source, open_source, simulate
from station.board.standing import RecordedPerson, Standing
from station.errors import ConfigError
from station.sway.reading import CELL_COUNT, Fault, Reading, unpack

S = 1_000_000_000


def records(data: bytes) -> list[tuple[Reading, int]]:
    return [unpack(data[start : start + 16]) for start in range(0, len(data), 16)]


def drain(fd: int) -> bytes:
    """Everything that is in a pipe now."""
    os.set_blocking(fd, False)
    data = b""
    with suppress(BlockingIOError):
        while part := os.read(fd, 65536):
            data += part
    return data


class Loop:
    """The loop over simulated chips in virtual time, with all its pipes in our hands."""

    def __init__(self, standing: Standing | None = None) -> None:
        self.clock = VirtualClock(100 * S)
        person = standing or Standing(Person(Plate()))
        self.source: Source = simulate("simulate", person, self.clock, seed=1)
        assert isinstance(self.source.pins, SimulatedPins)
        self.pins = self.source.pins
        self.records, records_in = os.pipe()
        self.notes_out, notes_in = os.pipe()
        control_out, self.control = os.pipe()
        self._fds = [records_in, self.notes_out, notes_in, control_out, self.control]
        self.bank = Hx711Bank(self.pins, self.clock)
        self.outlet = RecordOutlet(records_in)
        channel = ControlChannel(control_out)
        self.loop = Acquisition(self.bank, self.source, self.outlet, Notes(notes_in), channel)

    def ask(self, **control: Any) -> None:
        os.write(self.control, json.dumps(control).encode() + b"\n")

    def run(self, seconds: float) -> list[tuple[Reading, int]]:
        self.skip(seconds)
        return records(drain(self.records))

    def skip(self, seconds: float) -> None:
        """Run and leave the records in the pipe."""
        end_ns = self.clock.now_ns() + round(seconds * S)
        self.loop.run(lambda: self.clock.now_ns() >= end_ns)

    def notes(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in drain(self.notes_out).splitlines()]

    def close(self) -> None:
        for fd in (self.records, *self._fds):
            with suppress(OSError):
                os.close(fd)


@pytest.fixture
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.close()


def mean_counts(read: list[tuple[Reading, int]]) -> list[float]:
    """The mean of the good counts of each cell."""
    counts = [
        [r.counts for r, _ in read if (r.cell, r.fault) == (cell, Fault.NONE)] for cell in range(CELL_COUNT)
    ]
    return [sum(of_cell) / len(of_cell) for of_cell in counts]


def load_counts(read: list[tuple[Reading, int]]) -> float:
    """The mean of the good counts of all cells, added up."""
    return sum(mean_counts(read))


def test_every_record_has_the_next_number(loop: Loop) -> None:
    numbers = [seq for _, seq in loop.run(2)]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > 600


def test_a_full_pipe_drops_records_and_the_numbers_show_how_many(loop: Loop) -> None:
    loop.skip(20)
    dropped = loop.outlet.dropped
    before = records(drain(loop.records))
    after = loop.run(1)
    assert dropped > 1000
    assert after[0][1] - before[-1][1] - 1 == dropped
    assert [seq for _, seq in before] == list(range(len(before)))


def test_when_nobody_reads_any_more_the_loop_ends(loop: Loop) -> None:
    loop.run(0.5)
    os.close(loop.records)
    loop.loop.run(lambda: False)  # would never return


def test_rates_are_noted_every_five_seconds(loop: Loop) -> None:
    loop.run(10.1)
    rates = [note for note in loop.notes() if note["note"] == "rates"]
    assert len(rates) == 2
    assert rates[0]["sps"] == pytest.approx([chip.sps for chip in loop.pins.chips], rel=0.005)


def test_a_chip_at_the_low_rate_is_warned_about_once_with_the_mend(loop: Loop) -> None:
    loop.pins.break_down(1, ChipFault.SLOW)
    loop.run(16)
    warnings = [note["text"] for note in loop.notes() if note["note"] == "warning"]
    assert len(warnings) == 1
    assert warnings[0].startswith("cell FR converts 11.0 times a second, not 80: set the RATE jumper")


def test_the_person_steps_on_and_off_when_asked(loop: Loop) -> None:
    empty = load_counts(loop.run(2))
    loop.ask(do="step_on", hands_percent=0)
    loop.run(2)
    standing = load_counts(loop.run(2))
    loop.ask(do="stand", hands_percent=40)
    loop.run(2)
    held = load_counts(loop.run(2))
    loop.ask(do="step_off")
    loop.run(2)
    left = load_counts(loop.run(2))
    assert standing - empty == pytest.approx(700 * 2000, rel=0.01)
    assert held - empty == pytest.approx(0.6 * 700 * 2000, rel=0.01)
    assert left == pytest.approx(empty, rel=0.01)


def test_a_load_lies_on_the_board_until_it_is_taken_off(loop: Loop) -> None:
    empty = load_counts(loop.run(2))
    loop.ask(do="place", force_n=200.0, x_mm=50.0, y_mm=0.0)
    loop.run(1)
    assert load_counts(loop.run(2)) - empty == pytest.approx(200 * 2000, rel=0.01)
    loop.ask(do="place", force_n=0.0, x_mm=0.0, y_mm=0.0)
    loop.run(1)
    assert load_counts(loop.run(2)) == pytest.approx(empty, rel=0.01)


def test_a_malformed_control_line_is_a_warning_and_nothing_else(loop: Loop) -> None:
    os.write(loop.control, b'{"do":"fly"}\n{"do":"step_on"}\n')
    loop.run(1)
    (warning,) = loop.notes()
    assert warning["note"] == "warning"
    assert "do is 'fly'" in warning["text"]
    assert loop.source.standing is not None
    assert loop.source.standing.on_board


def test_the_end_of_the_control_channel_does_not_end_the_readings(loop: Loop) -> None:
    os.close(loop.control)
    assert len(loop.run(1)) > 300


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[Loop]:
    file = tmp_path / "person.csv"
    file.write_text("t_s,load_n,ml_mm,ap_mm\n5,600,0,0\n25,600,0,0\n", encoding="utf-8")
    made = Loop(Standing(RecordedPerson(read_recording(file, Plate()))))
    yield made
    made.close()


def test_a_recording_says_when_its_second_zero_was(recorded: Loop) -> None:
    recorded.run(1)
    since_ns = recorded.clock.now_ns()
    recorded.ask(do="step_on", since_ns=since_ns)
    recorded.run(1)
    assert recorded.notes() == [
        {"note": "recording", "file": "person.csv", "start_ns": since_ns - 5 * S, "since_ns": since_ns}
    ]


def test_a_recording_comes_out_of_the_chips_where_it_was_recorded(tmp_path: Path) -> None:
    file = tmp_path / "still.csv"
    file.write_text("t_s,load_n,ml_mm,ap_mm\n0,650,35,-60\n60,650,35,-60\n", encoding="utf-8")
    loop = Loop(Standing(RecordedPerson(read_recording(file, Plate()))))
    empty = mean_counts(loop.run(3))
    loop.ask(do="step_on")
    loop.run(2)
    fl, fr, rl, rr = (on - off for on, off in zip(mean_counts(loop.run(10)), empty, strict=True))
    load = fl + fr + rl + rr
    assert load / 2000 == pytest.approx(650, rel=0.002)
    assert 200 * (fr + rr - fl - rl) / load == pytest.approx(35, abs=0.1)
    assert 200 * (fl + fr - rl - rr) / load == pytest.approx(-60, abs=0.1)
    loop.close()


def test_a_restarted_child_goes_on_where_the_recording_would_have_been(recorded: Loop) -> None:
    empty = load_counts(recorded.run(1))
    recorded.ask(do="step_on", since_ns=recorded.clock.now_ns() - 15 * S)
    there = load_counts(recorded.run(4))
    recorded.run(2)
    gone = load_counts(recorded.run(1))
    assert there - empty == pytest.approx(600 * 2000, rel=0.02)
    assert gone == pytest.approx(empty, rel=0.01)


def test_polls_never_fall_in_step_with_a_chip() -> None:
    waits = poll_waits_ns()
    t_ns, phases = 0, []
    for _ in range(12_000):
        t_ns += next(waits)
        phases.append(t_ns % 12_000_000)
    shares = [sum(phase // 1_000_000 == slot for phase in phases) / len(phases) for slot in range(12)]
    assert shares == pytest.approx([1 / 12] * 12, rel=0.05)


def test_on_the_way_out_the_chips_are_left_asleep(monkeypatch: pytest.MonkeyPatch, loop: Loop) -> None:
    asked = iter([False] * 300)
    monkeypatch.setattr(acquire_module, "open_source", lambda *_args, **_keys: loop.source)
    monkeypatch.setattr(acquire_module, "StopSignal", lambda: lambda: next(asked, True))
    monkeypatch.setattr(acquire_module, "take_stdout", lambda: os.dup(loop.outlet._fd))
    monkeypatch.setattr(acquire_module, "Notes", lambda: Notes(loop.notes_out))
    monkeypatch.setattr(acquire_module, "freeze_garbage", lambda: True)
    assert acquire(BoardConfig(), "simulate", 1) == 0
    assert loop.pins.clock_levels == ALL_CELLS


def test_a_source_nobody_knows_is_refused() -> None:
    allowed = "the source is 'magic'; it must be simulate, replay:FILE, wii or gpio"
    with pytest.raises(ConfigError, match=allowed):
        open_source("magic", BoardConfig(), seed=0)
