"""A screen speaks with the calibration over two pipes, beside a running station, and may go at any time."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from calibration.ends import Screen
from calibration.spoken import (
    Answered,
    AnySaid,
    AnyTold,
    AskStep,
    Counts,
    Failed,
    Go,
    Quit,
    Ready,
    Result,
    line_of,
    said_of,
    told_of,
)
from station.errors import MessageError
from tests.virtual_station import VirtualStation

READY = Ready(verb="tare", masses=0, width_mm=400, length_mm=400, sim=True)


def test_the_words_of_a_screen_need_no_numpy() -> None:
    code = "import sys, calibration.spoken; sys.exit('numpy' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("line", [b"", b"{}", b'{"say":"jump"}', b'{"say":"answers","answers":{"side":2}}'])
def test_what_is_not_understood_is_named(line: bytes) -> None:
    with pytest.raises(MessageError):
        told_of(line)


def test_a_screen_that_has_gone_is_as_good_as_quit() -> None:
    hear, tell = os.pipe()
    os.close(tell)
    screen = Screen(hear, 1, log=lambda _: None)
    assert screen.heard(looking=False) == [Quit()]
    os.close(hear)


def test_words_that_are_not_understood_are_logged_and_the_others_heard() -> None:
    hear, tell = os.pipe()
    os.write(tell, b"nonsense\n" + line_of(Go()) + b'{"say":')
    log: list[str] = []
    assert Screen(hear, 1, log=log.append).heard(looking=False) == [Go()]
    assert len(log) == 1
    os.close(tell)
    os.close(hear)


class Child:
    """`balance-calibrate --dialogue` beside a station in virtual time; waiting for it lets the time pass."""

    def __init__(self, station: VirtualStation, verb: str) -> None:
        config = station.folder / "station.toml"
        config.write_text(f'[station]\nid = "s-1"\nstate = "{station.folder}"\n')
        self._station = station
        self._process = subprocess.Popen(
            [sys.executable, "-m", "calibration", verb, "--dialogue", "--config", str(config)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._rest = b""

    def until(self, kind: type[AnySaid]) -> list[AnySaid]:
        """Return what was said up to and with the first of this kind."""
        assert self._process.stdout is not None
        heard: list[AnySaid] = []
        while not any(isinstance(said, kind) for said in heard):
            self._station.run(0.05)
            if select.select([self._process.stdout], [], [], 0.02)[0]:
                chunk = os.read(self._process.stdout.fileno(), 65536)
                assert chunk, heard
                *lines, self._rest = (self._rest + chunk).split(b"\n")
                heard += [said_of(line) for line in lines]
        return heard

    def tell(self, told: AnyTold) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line_of(told))
        self._process.stdin.flush()

    def close(self) -> int:
        self._process.communicate(timeout=30)
        return self._process.returncode


@pytest.fixture
def station(tmp_path: Path) -> Iterator[VirtualStation]:
    station = VirtualStation(tmp_path)
    station.run_until(lambda: station.course().ready)
    yield station
    station.die()


def test_a_tare_is_taken_through_the_running_station(station: VirtualStation) -> None:
    child = Child(station, "tare")
    ready = child.until(Ready)[0]
    assert isinstance(ready, Ready)
    assert (ready.verb, ready.masses, ready.sim) == ("tare", 0, True)
    child.tell(Answered())
    child.until(AskStep)
    child.until(Counts)  # while nobody has said that the step is done
    child.tell(Go())
    result = child.until(Result)[-1]
    assert isinstance(result, Result)
    assert result.light == "green"
    assert child.close() == 0


def test_while_somebody_trains_the_board_is_refused(station: VirtualStation) -> None:
    station.train()
    station.run_until(lambda: station.course().phase not in ("welcome", "blocked"))
    child = Child(station, "tare")
    child.until(Ready)
    child.tell(Answered())
    failed = child.until(Failed)[-1]
    assert isinstance(failed, Failed)
    assert failed.key == "board"
    assert "trains" in failed.text
    assert child.close() == 1
