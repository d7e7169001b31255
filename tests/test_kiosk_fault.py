"""A cable pulled under the simulated person, seen on the real kiosk off-screen."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pygame
import pytest

from station.session.protocol import SimulateFault
from station.training.words import BOARD_FAULT
from tests.kiosk_ear import Ear
from tests.test_session_faults import in_a_hold
from tests.virtual_station import VirtualStation
from ui.patient.app import Kiosk
from ui.patient.link import StationLink
from ui.patient.screens import Drawing
from ui.patient.view import View
from ui.patient.window import Window

FRAME_S = 1 / 60


class Scene:
    """A station in virtual time with a kiosk in front of it, in the same time."""

    def __init__(self, folder: Path) -> None:
        self.station = VirtualStation(folder)
        self._window = Window("offscreen")
        self._link = StationLink(folder / "session.sock")
        self.kiosk = Kiosk(
            self._window,
            self._link,
            Ear().announcer(),
            now_ns=self.station.clock.now_ns,
            say=self.station.log.append,
        )

    def watch(self, seconds: float) -> View:
        """Let time pass, frame by frame; return what is to be seen at its end."""
        for _ in range(round(seconds / FRAME_S)):
            self.station.run(FRAME_S)
            self.kiosk.turn()
        return self.kiosk.view(self.station.clock.now_ns())

    def close(self) -> None:
        self._link.close()
        self._window.close()
        self.station.die()


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    scene = Scene(tmp_path)
    yield scene
    scene.close()


def on_display() -> bytes:
    display = pygame.display.get_surface()
    assert display is not None
    return pygame.image.tobytes(display, "RGB")


def picture(view: View) -> bytes:
    return pygame.image.tobytes(Drawing(view).picture, "RGB")


def without_cop(view: View) -> View:
    """The same view, but for the dot of the CoP and its trail."""
    assert view.snapshot is not None
    live = msgspec.structs.replace(view.snapshot.live, x_mm=None, y_mm=None)
    return dataclasses.replace(view, snapshot=msgspec.structs.replace(view.snapshot, live=live), trail=())


def words(view: View) -> list[str]:
    return [text.text for text in Drawing(view).texts]


def test_a_pulled_cable_is_a_calm_page_within_half_a_second_and_the_dot_is_gone(scene: Scene) -> None:
    in_a_hold(scene.station)
    held = scene.watch(0.5)
    assert on_display() == picture(held)
    assert picture(held) != picture(without_cop(held)), "the dot is there before the cable is pulled"
    scene.station.say(SimulateFault(kind="unplugged", cells=("FR",)))
    pulled = scene.watch(0.2)
    assert on_display() == picture(pulled) == picture(without_cop(pulled))
    told = scene.watch(0.3)
    assert on_display() == picture(told)
    assert BOARD_FAULT in " ".join(words(told))


def test_plugged_in_again_the_kiosk_shows_the_next_hold(scene: Scene) -> None:
    in_a_hold(scene.station)
    scene.station.say(SimulateFault(kind="unplugged", cells=("FR",), to_s=2))
    scene.watch(3)
    heard = len(scene.station.kinds())
    scene.station.run_until(lambda: "hold_started" in scene.station.kinds()[heard:])
    again = scene.watch(0.5)
    assert again.snapshot is not None
    assert (again.snapshot.phase, again.snapshot.board_fault) == ("hold", None)
    assert on_display() == picture(again) != picture(without_cop(again))
