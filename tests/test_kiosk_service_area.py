"""The service area on the real kiosk off-screen, in front of a station in virtual time."""

from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest

from station.training.words import BOARD_FAULT
from tests.kiosk_ear import Ear
from tests.virtual_station import VirtualStation
from ui.patient.app import Kiosk
from ui.patient.canvas import Pick
from ui.patient.link import StationLink
from ui.patient.screens import Drawing
from ui.patient.service.area import ServiceArea, make_rooms
from ui.patient.service.desk import LEFT_ALONE_NS
from ui.patient.service.pin import hashed
from ui.patient.service.settings import Settings, SettingsFile
from ui.patient.service.view import MenuSheet
from ui.patient.view import View
from ui.patient.widgets import START
from ui.patient.window import Window
from ui.patient.words import language, speak

pytestmark = pytest.mark.usefixtures("coarse")

FRAME_S = 1 / 60
S = 1_000_000_000


class Scene:
    """A station and a kiosk in the same time, and a hand on the screen."""

    def __init__(self, folder: Path) -> None:
        self.station = VirtualStation(folder)
        self.window = Window("offscreen")
        self.link = StationLink(folder / "session.sock")
        self.log: list[str] = []
        file = SettingsFile(folder / "kiosk.toml", say=self.log.append)
        file.write(Settings(pin=hashed("2580", b"s" * 16)))
        rooms = make_rooms(None, folder / "session.sock", {})
        self.ear = Ear()
        announcer = self.ear.announcer()
        self.area = ServiceArea(rooms, self.link, announcer, file)
        self.kiosk = Kiosk(
            self.window,
            self.link,
            announcer,
            now_ns=self.station.clock.now_ns,
            say=self.log.append,
            service=self.area,
        )

    def watch(self, seconds: float) -> View:
        """Let time pass, frame by frame; return what is to be seen at its end."""
        for _ in range(round(seconds / FRAME_S)):
            self.station.run(FRAME_S)
            self.kiosk.turn()
        return self.view()

    def view(self) -> View:
        return self.kiosk.view(self.station.clock.now_ns())

    def press_long(self) -> None:
        pygame.event.post(pygame.event.Event(pygame.FINGERDOWN, x=0.02, y=0.03, finger_id=1, touch_id=1))
        self.watch(3.1)
        pygame.event.post(pygame.event.Event(pygame.FINGERUP, x=0.02, y=0.03, finger_id=1, touch_id=1))
        self.watch(0.4)

    def pick(self, *choices: str) -> None:
        for choice in choices:
            button = next(b for b in self.window.buttons if b.action == Pick(choice))
            x, y = button.rect.center
            pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(x, y), button=1, touch=False))
            pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONUP, pos=(x, y), button=1, touch=False))
            self.watch(0.35)

    def key(self, code: int, kind: int = pygame.KEYDOWN) -> None:
        pygame.event.post(pygame.event.Event(kind, key=code, mod=0))
        self.watch(0.2)

    def open(self) -> None:
        """Come in the quick way: by the key combination, and the PIN typed."""
        both = pygame.KMOD_CTRL | pygame.KMOD_ALT
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_s, mod=both))
        self.watch(2 * FRAME_S)
        for code in (*map(ord, "2580"), pygame.K_RETURN):
            pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=code, mod=0))
        self.watch(0.35)

    def words(self) -> str:
        return " ".join(text.text for text in Drawing(self.view()).texts)

    def close(self) -> None:
        self.area.close()
        self.link.close()
        self.window.close()
        self.station.die()


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    scene = Scene(tmp_path)
    scene.watch(0.2)
    scene.station.run_until(lambda: scene.station.course().ready)
    scene.watch(0.2)
    yield scene
    scene.close()
    speak("en")


def test_a_cable_unplugged_in_the_service_area_is_a_calm_fault_within_half_a_second(scene: Scene) -> None:
    scene.press_long()
    scene.pick(*"2580", "ok")
    scene.pick("simulation", "unplugged")
    pressed_ns = scene.station.clock.now_ns()
    scene.pick("FR")
    shown = scene.view().snapshot
    while shown is not None and shown.board_fault is None:
        assert shown.t_ns - pressed_ns < S // 2
        shown = scene.watch(FRAME_S).snapshot
    scene.pick("back", "back")
    view = scene.view()
    assert view.service is None
    assert view.snapshot is not None
    assert view.snapshot.phase == "welcome"
    assert BOARD_FAULT in scene.words()


def test_mended_again_the_board_is_well(scene: Scene) -> None:
    scene.open()
    scene.pick("simulation", "unplugged", "FR", "mend")
    scene.watch(3)
    shown = scene.view().snapshot
    assert shown is not None
    assert shown.board_fault is None


def test_the_long_press_opens_nothing_during_a_session(scene: Scene) -> None:
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_RETURN, mod=0))
    shown = scene.watch(0.6).snapshot
    assert shown is not None
    assert shown.phase == "checkin"
    scene.press_long()
    assert scene.view().service is None


def test_both_buttons_held_open_it_and_begin_no_session(scene: Scene) -> None:
    scene.key(pygame.K_ESCAPE)
    scene.key(pygame.K_RETURN)
    view = scene.watch(3.1)
    assert view.service is not None
    assert view.service.mark == "1"
    assert view.snapshot is not None
    assert view.snapshot.session is None


def test_closing_by_itself_leads_back_to_the_patient_s_welcome(scene: Scene) -> None:
    scene.open()
    view = scene.view()
    assert view.service is not None
    assert isinstance(view.service.sheet, MenuSheet)
    scene.station.clock.sleep_ns(LEFT_ALONE_NS)
    scene.kiosk.turn()
    assert scene.view().service is None
    assert START in [button.action for button in scene.window.buttons]


def test_a_finger_that_is_still_on_its_way_presses_nothing_of_the_patient_s(scene: Scene) -> None:
    begin = next(b for b in scene.window.buttons if b.action == START)
    scene.open()
    back = next(b for b in scene.window.buttons if b.action == Pick("back"))
    for rect in (back.rect, begin.rect):
        pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=rect.center, button=1, touch=False))
    shown = scene.watch(0.5).snapshot
    assert shown is not None
    assert shown.phase == "welcome"


def test_language_and_a_new_pin_last_and_the_pin_is_nowhere_in_plain(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").unlink()
    scene.open()  # sets it once, and is asked for it again
    scene.pick(*"2580", "ok", "language", "de")
    assert language() == "de"
    assert "Zurück" in scene.words()
    kept = SettingsFile(tmp_path / "kiosk.toml", say=scene.log.append).read()
    assert kept.language == "de"
    assert kept.pin is not None
    assert "2580" not in " ".join(scene.log)


def test_volume_and_voice_are_heard_at_once_and_kept(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _program: "/usr/bin/espeak-ng")
    scene.open()
    scene.pick("volume", "5", "back", "voice", "off", "try")
    assert scene.ear.all[-2:] == ["begin", "Good to see you. This is how the station speaks."]
    assert scene.ear.volumes[-2:] == [5, 5]
    kept = SettingsFile(tmp_path / "kiosk.toml", say=scene.log.append).read()
    assert (kept.volume, kept.voice) == (5, "off")
    said = len(scene.ear.said)
    scene.pick("back", "back")
    scene.watch(0.5)
    scene.key(pygame.K_RETURN)
    view = scene.watch(0.5)
    assert view.snapshot is not None
    assert view.snapshot.phase == "checkin"
    assert len(scene.ear.said) == said


def test_restart_ends_the_kiosk(scene: Scene) -> None:
    scene.open()
    scene.pick("restart", "restart")
    scene.kiosk.turn()
    assert not scene.kiosk.running


def test_without_a_station_it_opens_too(tmp_path: Path, scene: Scene) -> None:
    scene.link.close()
    scene.link.newest = None
    pygame.event.post(
        pygame.event.Event(pygame.KEYDOWN, key=pygame.K_s, mod=pygame.KMOD_CTRL | pygame.KMOD_ALT)
    )
    scene.kiosk.turn()
    scene.kiosk.turn()
    assert scene.view().service is not None
