"""Whole sessions at a station in virtual time: by touch in a real window, and by the panel's two pins."""

import struct
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Final

import msgspec
import pygame
import pytest
from gpiozero.pins.mock import MockFactory

from station.demo.patient import Patient
from station.session.panel import Panel
from station.session.panel_config import PanelConfig
from station.session.panel_gpio import GpioHardware
from station.session.protocol import Answer, Prescribe, Press
from station.training.prescription import Exercise, Prescription
from station.training.result import JournalResult, SessionResult, TrialResult
from station.training.snapshot import Question, Snapshot
from tests.test_kiosk_window import Hand, display
from tests.virtual_station import VirtualStation
from ui.patient.app import Kiosk
from ui.patient.canvas import Action, Choose, Turn
from ui.patient.dialogue import highest
from ui.patient.display import Mode
from ui.patient.link import StationLink
from ui.patient.service.area import ServiceArea, make_rooms
from ui.patient.service.pin import hashed
from ui.patient.service.settings import Settings, SettingsFile
from ui.patient.service.view import MenuSheet
from ui.patient.sound.announcer import unheard
from ui.patient.view import View
from ui.patient.window import Window

pytestmark = pytest.mark.usefixtures("coarse")

__all__ = ["display"]

TURN_S: Final = 0.1
SETTLED_S: Final = 0.5  # before somebody presses what has just appeared
GET_INPUT_FOCUS: Final = 43  # core protocol; its answer says that everything before it has been done
START, STOP = Press(button="start"), Press(button="stop")
PINS: Final = PanelConfig()
NOTE: Final = "One hand from today."
ANSWERS: Final[dict[str, bool | int]] = {
    "support": True, "pain": 2, "pain_after": 3, "effort": 4, "walk_minutes": 15, "walk_distance": 1,
    "walk_hard": 0, "exercises": 1, "mood": 1, "goal": 2,
}  # fmt: skip
RX: Final = Prescription(
    version=1,
    station="s-1",
    subj="p-1",
    issued="2020-01-01T00:00:00Z",
    expires="2099-01-01T00:00:00Z",
    exercises=(Exercise(routine="supported-standing", rung=2, attempts=1, hold_s=5),),
    note=NOTE,
)


class Room:
    """A station with a kiosk in front of it, and a body that steps on and off when it is asked to."""

    def __init__(self, folder: Path, mode: Mode) -> None:
        self.station = VirtualStation(folder, plain=True)
        self.window = Window(mode)
        self.link = StationLink(folder / "session.sock")
        file = SettingsFile(folder / "kiosk.toml", say=self.station.log.append)
        file.write(Settings(pin=hashed("2580", b"s" * 16)))
        announcer = unheard()
        self.area = ServiceArea(make_rooms(None, None, {}), self.link, announcer, file)
        self.kiosk = Kiosk(
            self.window,
            self.link,
            announcer,
            now_ns=self.station.clock.now_ns,
            say=self.station.log.append,
            service=self.area,
        )
        self.station.say(Prescribe(document=self.station.prescribe(RX)))
        self._body = Patient(
            folder / "session.sock",
            alone=False,
            recorded=False,
            now_s=lambda: self.station.clock.now_ns() * 1e-9,
        )
        self.seen: list[str] = []

    def turn(self) -> View:
        """Let a moment pass; return what is to be seen."""
        self.station.run(TURN_S)
        self._body.step(0)
        self.kiosk.turn()
        view = self.kiosk.view(self.station.clock.now_ns())
        phase = "away" if view.snapshot is None else view.snapshot.phase
        if not self.seen or self.seen[-1] != phase:
            self.seen.append(phase)
        return view

    def rest(self, seconds: float) -> View:
        for _ in range(round(seconds / TURN_S)):
            view = self.turn()
        return view

    def kept(self) -> tuple[TrialResult, SessionResult, JournalResult]:
        """Return the one trial, session and journal that wait for the care team."""
        (trial,) = self.station.bodies("result/trial")
        (session,) = self.station.bodies("result/session")
        (journal,) = self.station.bodies("result/journal")
        return (
            msgspec.json.decode(trial, type=TrialResult),
            msgspec.json.decode(session, type=SessionResult),
            msgspec.json.decode(journal, type=JournalResult),
        )

    def close(self) -> None:
        self.area.close()
        self.link.close()
        self.window.close()
        self._body.close()
        self.station.die()


def check(room: Room) -> None:
    """Look at what a whole session has left behind."""
    trial, session, journal = room.kept()
    assert (trial.routine, trial.rung, trial.outcome) == ("supported-standing", 2, "done")
    assert trial.hold_s == pytest.approx(5, abs=0.05)
    assert (session.ended_by, session.trials, session.rx_version) == ("finished", 1, 1)
    assert {key: value for key, value in ANSWERS.items() if key in session.answers} == {
        key: session.answers[key] for key in ("support", "pain", "pain_after", "effort")
    }
    assert session.answers["numbness"] is False
    assert journal.counts == {"walk_minutes": 15}
    assert (journal.choices["mood"], journal.choices["goal"]) == ("well", "walk a little every day")
    assert room.seen[room.seen.index("message") :] == [
        "message", "checkin", "plan", "setup", "step_on", "weigh", "countdown", "hold", "result",
        "checkout", "summary", "journal", "goodnight", "welcome",
    ]  # fmt: skip


class Finger(Hand):
    """Touches the screen of an X server, and knows when the touch has arrived."""

    def touch(self, at: tuple[int, int]) -> None:
        self.click(at)
        self._socket.sendall(struct.pack("<BxH", GET_INPUT_FOCUS, 1))
        assert self._read(32)[0] == 1


def wanted(view: View, shown: Snapshot, buttons: list[Action]) -> Action | None:
    """Return what somebody touches here who answers as `ANSWERS` say, and leads on else."""
    question = shown.question
    if question is None:
        turns = [action for action in buttons if isinstance(action, Turn) and action.leaf > view.leaf]
        onward = [*turns, START]
        return next((action for action in onward if action in buttons), None)
    value = ANSWERS.get(question.key, False)
    answer = Answer(key=question.key, value=value)
    if question.kind == "yes_no" or view.chosen == value:
        return answer
    if Choose(int(value)) in buttons:
        return Choose(int(value))
    return Choose((question.usual if view.chosen is None else view.chosen) + question.step)


@pytest.fixture
def window(display: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("DISPLAY", f":{display}")
    monkeypatch.setenv("SDL_VIDEODRIVER", "x11")
    room = Room(tmp_path, "windowed")
    yield room
    room.close()


@pytest.mark.parametrize("touch", ["mouse", "finger"])
def test_a_whole_session_by_touch_in_a_real_window_is_kept(window: Room, display: str, touch: str) -> None:
    finger = Finger(display)
    try:
        for _ in range(300):
            view = window.rest(SETTLED_S)
            shown = view.snapshot
            assert shown is not None
            if window.seen[-2:] == ["goodnight", "welcome"]:
                break
            action = wanted(view, shown, [button.action for button in window.window.buttons])
            if action is None:
                continue
            x, y = next(b.rect.center for b in window.window.buttons if b.action == action)
            if touch == "mouse":
                finger.touch((x, y))
            else:
                where = {"x": x / 1280, "y": y / 720, "finger_id": 1, "touch_id": 1}
                pygame.event.post(pygame.event.Event(pygame.FINGERDOWN, where))
                pygame.event.post(pygame.event.Event(pygame.FINGERUP, where))
    finally:
        finger.close()
    assert window.window.driver == "x11"
    check(window)


class PanelRoom(Room):
    """The same, and a panel whose pins are the only thing anybody touches."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "offscreen")
        self.factory = MockFactory()
        self.hardware = GpioHardware(PINS, self.factory, both_s=0.05)
        self.panel = Panel(
            folder / "session.sock",
            self.hardware,
            now_ns=self.station.clock.now_ns,
            wait=lambda _: None,
        )

    def turn(self) -> View:
        view = super().turn()
        self.panel.step(0)
        return view

    def push(self, number: int) -> View:
        """Push a button and let it go again."""
        self.factory.pin(number).drive_low()
        self.factory.pin(number).drive_high()
        return self.rest(SETTLED_S)

    def answer(self, question: Question) -> None:
        """Answer with two buttons: yes and no, or start until the right answer is marked."""
        value = ANSWERS.get(question.key, False)
        if question.kind == "yes_no":
            self.push(PINS.start_pin if value else PINS.stop_pin)
            return
        self.rest(1.6)
        for _ in range(highest(question) // question.step + 2):
            if self.push(PINS.start_pin).chosen == value:
                break
        self.rest(4.2)

    def close(self) -> None:
        self.panel.close()
        self.factory.close()
        super().close()


@pytest.fixture
def panel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PanelRoom]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    room = PanelRoom(tmp_path)
    yield room
    room.close()


def test_a_whole_session_by_the_two_pins_of_the_panel_is_kept(panel: PanelRoom) -> None:
    for _ in range(200):
        shown = panel.rest(SETTLED_S).snapshot
        assert shown is not None
        if panel.seen[-2:] == ["goodnight", "welcome"]:
            break
        if shown.question is not None:
            panel.answer(shown.question)
        elif START in [button.action for button in panel.window.buttons]:
            panel.push(PINS.start_pin)
    check(panel)


def test_the_weeks_behind_are_seen_and_left_by_the_two_pins_of_the_panel(panel: PanelRoom) -> None:
    panel.rest(3)
    assert phase(panel.push(PINS.stop_pin)) == "history"
    assert phase(panel.push(PINS.start_pin)) == "welcome"


def test_both_pins_held_lead_to_the_service_area_which_they_work_and_leave(panel: PanelRoom) -> None:
    panel.rest(3)
    for number in (PINS.stop_pin, PINS.start_pin):
        panel.factory.pin(number).drive_low()
    hold = Event()
    while panel.turn().service is None:
        hold.wait(0.01)  # gpiozero times a hold by the real clock, in a thread of its own
    for number in (PINS.start_pin, PINS.stop_pin):
        panel.factory.pin(number).drive_high()
    for digit in "2580":
        mark(panel, digit)
        panel.push(PINS.start_pin)
    mark(panel, "ok")
    view = panel.push(PINS.start_pin)
    assert view.service is not None
    assert isinstance(view.service.sheet, MenuSheet)
    mark(panel, "back")
    view = panel.push(PINS.start_pin)
    assert view.service is None
    assert "session_started" not in panel.station.kinds()
    assert phase(panel.rest(1)) in ("welcome", "history")
    panel.push(PINS.start_pin)
    panel.push(PINS.start_pin)
    assert "session_started" in panel.station.kinds(), "the buttons are the patient's again"


def mark(room: PanelRoom, choice: str) -> None:
    """Move the mark on by the stop button until it stands there."""
    for _ in range(20):
        view = room.rest(TURN_S)
        assert view.service is not None
        if view.service.mark == choice:
            return
        room.push(PINS.stop_pin)
    raise AssertionError(choice)


def phase(view: View) -> str:
    assert view.snapshot is not None
    return view.snapshot.phase
