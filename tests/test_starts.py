"""Starts that follow each other too soon: later and later, never given up, forgotten after a good run."""

from collections.abc import Callable
from pathlib import Path

import pytest

from station.starts import FILE, WAITS_S, wait_for_turn


class Unit:
    """A unit whose program is started again and again; time passes by hand."""

    def __init__(self, folder: Path) -> None:
        self.now_s = 1000.0
        self.environ = {"RUNTIME_DIRECTORY": str(folder), "NOTIFY_SOCKET": "/run/systemd/notify"}
        self.said: list[str] = []

    def start(self, *, after_s: float = 0.1) -> float:
        """Run the program so long after its last start; return how long it waited."""
        self.now_s += after_s
        waits: list[float] = []

        def sleep(seconds: float) -> None:
            waits.append(seconds)
            self.now_s += seconds

        wait_for_turn(self.environ, say=self.said.append, now_s=lambda: self.now_s, sleep=sleep)
        return sum(waits)


@pytest.fixture
def unit(tmp_path: Path) -> Unit:
    return Unit(tmp_path)


def test_the_first_few_are_at_once_and_then_each_waits_longer_up_to_half_a_minute(unit: Unit) -> None:
    waits = [unit.start() for _ in range(14)]
    assert waits[:10] == list(WAITS_S)
    assert waits[10:] == [30.0] * 4
    assert unit.said[0] == "ended 5 times in a row within 20 s; starting in 2 s"


def test_one_good_run_is_the_end_of_the_waits(unit: Unit) -> None:
    for _ in range(12):
        unit.start()
    assert unit.start(after_s=20.1) == 0
    assert unit.start() == 0


def test_a_wait_is_no_good_run(unit: Unit) -> None:
    assert [unit.start() for _ in range(20)][-1] == 30.0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(b'{"began_s": "soon"}'),
        lambda file: file.write_bytes(b"\xff"),
        lambda file: file.write_bytes(b'{"began_s": 1e12, "short": 99}'),
        lambda file: (file.unlink(), file.mkdir()),
    ],
)
def test_a_note_that_cannot_be_used_keeps_nobody_from_starting(
    spoil: Callable[[Path], object], unit: Unit, tmp_path: Path
) -> None:
    unit.start()
    spoil(tmp_path / FILE)
    assert unit.start() == 0


@pytest.mark.parametrize("missing", ["RUNTIME_DIRECTORY", "NOTIFY_SOCKET"])
def test_whoever_starts_it_on_a_terminal_never_waits(missing: str, unit: Unit, tmp_path: Path) -> None:
    del unit.environ[missing]
    assert [unit.start() for _ in range(20)] == [0.0] * 20
    assert not (tmp_path / FILE).exists()
