"""What the service manager hears of site and recorder."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.demo.run import free_port
from station.notify import Watchdog
from tests.service_manager import ServiceManager
from ui.care.serving import vital


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[ServiceManager]:
    manager = ServiceManager(str(tmp_path / "notify"))
    yield manager
    manager.close()


@pytest.mark.parametrize("verb", [("serve",), ("recorder",)], ids=["serve", "recorder"])
def test_it_is_ready_alive_and_says_that_it_ends(
    verb: tuple[str, ...], tmp_path: Path, migrated_care: Path
) -> None:
    shutil.copytree(migrated_care, tmp_path / "care")
    env = {**os.environ, "BALANCE_CARE_DATA": str(tmp_path / "care"), "BALANCE_CARE_MQTT": "127.0.0.1:1"}
    if verb[0] == "serve":
        verb = (*verb, "--port", str(free_port()))
    care = (sys.executable, "-m", "ui.care")
    if os.environ.get("DATABASE_URL"):  # the folder's own is not the one that is served
        subprocess.run((*care, "migrate"), env=env, check=True)
    manager = ServiceManager(str(tmp_path / "notify"), waits_s=30)
    env |= {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "6000000"}
    child = subprocess.Popen((*care, *verb), env=env, stdout=subprocess.DEVNULL)
    try:
        first = manager.next()
        assert first[0] == "READY=1"
        assert first[-1] == "WATCHDOG=1"
        child.send_signal(signal.SIGTERM)
        while "STOPPING=1" not in manager.next():
            pass
        assert child.wait() in {0, -signal.SIGTERM}  # uvicorn hands the signal on
    finally:
        child.kill()
        child.wait()
        manager.close()


def test_a_page_that_would_never_come_is_not_signed(
    manager: ServiceManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def hangs(*_: object) -> object:
        async def forever() -> str:
            asked.append(True)
            await asyncio.Event().wait()
            return ""

        return forever

    monkeypatch.setattr(vital, "sync_to_async", hangs)
    signs = Watchdog.of({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "6000000"})

    async def a_while() -> None:
        life = asyncio.create_task(vital.sign_life(signs))
        while not asked:
            await asyncio.sleep(0)
        for _ in range(100):
            await asyncio.sleep(0)
        life.cancel()

    asyncio.run(a_while())
    assert manager.heard() == []
    signs.close()
