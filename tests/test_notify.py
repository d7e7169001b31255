"""What a service manager hears of a program: ready with its first turn, alive with the others."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.notify import Watchdog
from tests.service_manager import ServiceManager

MS = 1_000_000
LIMIT_US = 3_000_000


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[ServiceManager]:
    manager = ServiceManager(str(tmp_path / "notify"))
    yield manager
    manager.close()


def watched(tmp_path: Path, **environ: str) -> Watchdog:
    return Watchdog.of({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": str(LIMIT_US), **environ})


def test_the_first_frame_makes_it_ready_and_every_third_of_the_limit_is_signed(
    manager: ServiceManager, tmp_path: Path
) -> None:
    watchdog = watched(tmp_path)
    assert manager.heard() == []
    watchdog.turned(0, "page welcome")
    assert manager.heard() == ["READY=1", "STATUS=page welcome", "WATCHDOG=1"]
    signs = []
    for turn in range(1, 241):
        watchdog.turned(turn * 16 * MS, "page welcome")
        signs += manager.heard()
    assert signs == ["WATCHDOG=1"] * 3
    watchdog.turned(4000 * MS, "page checkin")
    assert "STATUS=page checkin" in manager.heard()
    watchdog.stopping()
    assert manager.heard() == ["STOPPING=1"]
    watchdog.close()


def test_an_abstract_address_is_understood() -> None:
    name = f"balance-test-{os.getpid()}"
    manager = ServiceManager(f"\0{name}")
    watchdog = Watchdog.of({"NOTIFY_SOCKET": f"@{name}"})
    watchdog.turned(0, "page welcome")
    watchdog.turned(10**12, "page welcome")
    assert manager.heard() == ["READY=1", "STATUS=page welcome", "WATCHDOG=1"]
    watchdog.close()
    manager.close()


@pytest.mark.parametrize("left", [{"WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "soon"}])
def test_what_is_not_meant_for_this_process_is_not_signed(
    left: dict[str, str], manager: ServiceManager, tmp_path: Path
) -> None:
    watchdog = watched(tmp_path, **left)
    for turn in range(100):
        watchdog.turned(turn * 1000 * MS, "page welcome")
    assert manager.heard().count("WATCHDOG=1") == 1
    watchdog.close()


def test_programs_beside_the_kiosk_cannot_speak_for_it(tmp_path: Path) -> None:
    environ = {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "1", "WATCHDOG_PID": "1", "HOME": "/h"}
    Watchdog.of(environ).close()
    assert environ == {"HOME": "/h"}


@pytest.mark.parametrize("address", ["", "vsock:2:1", "notify"])
def test_without_a_manager_it_says_nothing(address: str) -> None:
    watchdog = Watchdog.of({"NOTIFY_SOCKET": address})
    watchdog.turned(0, "page welcome")
    watchdog.stopping()
    watchdog.close()


def test_a_manager_that_does_not_listen_yet_holds_nothing_up_and_hears_it_later(tmp_path: Path) -> None:
    watchdog = watched(tmp_path)
    watchdog.turned(0, "page welcome")
    manager = ServiceManager(str(tmp_path / "notify"))
    watchdog.turned(16 * MS, "page welcome")
    assert manager.heard() == ["READY=1", "STATUS=page welcome", "WATCHDOG=1"]
    for turn in range(2000):  # nobody reads: the socket is full, and the loop goes on
        watchdog.turned(turn * 1000 * MS, f"page {turn}")
    watchdog.close()
    manager.close()


def test_turns_without_what_the_program_is_there_for_are_no_signs_of_life(
    manager: ServiceManager, tmp_path: Path
) -> None:
    watchdog = watched(tmp_path)
    watchdog.turned(0, "the board is not read", alive=False)
    assert manager.heard() == ["STATUS=the board is not read"]
    watchdog.turned(16 * MS, "page welcome")
    assert manager.heard() == ["READY=1", "STATUS=page welcome", "WATCHDOG=1"]
    for turn in range(1, 1000):
        watchdog.turned(turn * 1000 * MS, "page welcome", alive=False)
    assert manager.heard() == []
    watchdog.turned(10**12, "page welcome")
    assert manager.heard() == ["WATCHDOG=1"]
    watchdog.close()
