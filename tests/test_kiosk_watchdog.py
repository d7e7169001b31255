"""What a service manager hears of the kiosk: ready with the first frame, alive with its turns."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from station.notify import Watchdog
from tests.service_manager import ServiceManager
from ui.patient.app import Kiosk
from ui.patient.link import StationLink
from ui.patient.sound.announcer import unheard
from ui.patient.window import Window

MS = 1_000_000
LIMIT_US = 3_000_000


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[ServiceManager]:
    manager = ServiceManager(str(tmp_path / "notify"))
    yield manager
    manager.close()


def watched(tmp_path: Path, **environ: str) -> Watchdog:
    return Watchdog.of({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": str(LIMIT_US), **environ})


class FrozenError(Exception):
    """The display does not come back from a flip."""


def test_turns_of_a_still_page_are_signed_and_a_frozen_flip_is_not(
    manager: ServiceManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    now_ns, link, watchdog = [0], StationLink(tmp_path / "session.sock"), watched(tmp_path)
    with Window("offscreen") as window:
        kiosk = Kiosk(
            window,
            link,
            unheard(),
            now_ns=lambda: now_ns[0],
            say=lambda _: None,
            watchdog=watchdog,
        )
        kiosk.turn()
        assert "READY=1" in manager.heard()
        for _ in range(7):
            now_ns[0] += 500 * MS
            assert not kiosk.turn()
        assert manager.heard() == ["WATCHDOG=1"] * 3

        def freeze() -> None:
            raise FrozenError

        monkeypatch.setattr(window, "_flip", freeze)
        window.wiped()
        now_ns[0] += 5000 * MS
        with pytest.raises(FrozenError):
            kiosk.turn()
        assert manager.heard() == []
    watchdog.close()
