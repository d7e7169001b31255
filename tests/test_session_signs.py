"""What the service manager hears of the station: life while its board is read, and not otherwise."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from station.notify import Watchdog
from station.sway.reading import CELL_COUNT, Fault, Reading
from tests.service_manager import ServiceManager
from tests.virtual_station import VirtualStation


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[ServiceManager]:
    manager = ServiceManager(str(tmp_path / "notify"))
    yield manager
    manager.close()


class Signed:
    """A station in virtual time that signs every turn."""

    def __init__(self, folder: Path) -> None:
        self.station = VirtualStation(folder, plain=True)
        self.signs = Watchdog.of({"NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": "4000000"})

    def run(self, seconds: float) -> None:
        end_ns = self.station.clock.now_ns() + round(seconds * 1e9)

        def over() -> bool:
            self.station.service.sign(self.signs)
            return self.station.clock.now_ns() >= end_ns

        self.station.run_until(over, within_s=seconds + 1)


@pytest.fixture
def signed(tmp_path: Path) -> Iterator[Signed]:
    made = Signed(tmp_path)
    yield made
    made.signs.close()
    made.station.die()


def test_it_is_ready_when_the_board_is_read_and_alive_while_it_is(
    manager: ServiceManager, signed: Signed
) -> None:
    signed.station.service.sign(signed.signs)
    assert manager.heard() == ["STATUS=the board is not read"]
    signed.run(9)
    heard = manager.heard()
    assert heard[:2] == ["READY=1", "STATUS=page welcome"]
    assert 5 <= heard.count("WATCHDOG=1") <= 8


def test_a_loop_that_goes_on_without_an_acquisition_is_no_life(
    manager: ServiceManager, signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed.run(3)
    assert "READY=1" in manager.heard()

    # A process that dies at once, each time it is started: its parent says so for it, and nothing is read.
    def dead() -> list[Reading]:
        now_ns = signed.station.clock.now_ns()
        return [Reading(now_ns, cell, 0, Fault.RESTARTED) for cell in range(CELL_COUNT)]

    monkeypatch.setattr(signed.station.board, "readings", dead)
    signed.run(12.5)
    assert "STATUS=the board is not read" in manager.heard()
    signed.run(30)
    assert "WATCHDOG=1" not in manager.heard()


def test_chips_that_say_nothing_are_a_fault_to_be_shown_and_no_reason_to_start_anew(
    manager: ServiceManager, signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed.run(3)
    manager.heard()

    def silent() -> list[Reading]:
        now_ns = signed.station.clock.now_ns()
        return [Reading(now_ns, cell, 0, Fault.SILENT) for cell in range(CELL_COUNT)]

    monkeypatch.setattr(signed.station.board, "readings", silent)
    heard = []
    for _ in range(10):
        signed.run(3)
        heard += manager.heard()
    assert heard.count("WATCHDOG=1") >= 18
