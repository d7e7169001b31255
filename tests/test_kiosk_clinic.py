"""The kiosk where several people share the station: a number is typed, and a second person marks."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pygame
import pytest

from station.session.protocol import Answer, ChoosePatient, Command, Mark, Prescribe, Press
from station.training.prescription import Exercise, Prescription
from station.training.snapshot import Phase, Snapshot
from tests.kiosk_ear import Ear
from tests.virtual_station import VirtualStation
from ui.patient.app import Kiosk
from ui.patient.canvas import Pick
from ui.patient.dialogue import REPEAT_NS, SETTLE_NS, Dialogue
from ui.patient.examples import every_screen, snapshot
from ui.patient.gestures import Key
from ui.patient.link import StationLink
from ui.patient.number_pad import BOUNCE_NS, FORGET_NS, NumberPad, NumberSheet
from ui.patient.screens import Drawing
from ui.patient.service.desk import may_open
from ui.patient.service.view import ServiceView
from ui.patient.view import View
from ui.patient.widgets import MARK, START, STOP
from ui.patient.window import Window

LATER = 10_000_000_000
SECOND = 1_000_000_000
WHO = every_screen()["80-who"].snapshot
HOLD = every_screen()["83-clinic-hold"].snapshot
assert WHO is not None
assert HOLD is not None


def settled(shown: Snapshot | None) -> Dialogue:
    dialogue = Dialogue()
    dialogue.turn_to(shown, 0)
    return dialogue


def typed(pad: ServiceView | None) -> str:
    assert pad is not None
    assert isinstance(pad.sheet, NumberSheet)
    return pad.sheet.typed


def tap(dialogue: Dialogue, shown: Snapshot | None, action: object, now_ns: int) -> Command | None:
    buttons = Drawing(View(shown, pad=dialogue.pad_view())).buttons
    button = next(button for button in buttons if button.action == action)
    return dialogue.tap(button.rect.center, buttons, now_ns)


def test_a_number_typed_by_touch_is_sent_once_when_it_is_whole() -> None:
    dialogue = settled(WHO)
    said = [tap(dialogue, WHO, Pick(digit), LATER + n * SECOND) for n, digit in enumerate("4711")]
    assert said == [None, None, None, ChoosePatient(number="4711")]
    assert typed(dialogue.pad_view()) == "", "the next one begins anew"


def test_a_number_typed_on_a_keyboard_can_be_mended() -> None:
    dialogue = settled(WHO)
    keys: tuple[Key, ...] = ("4", "8", "erase", "7", "1", "1")
    said = [dialogue.key(key, (), LATER + n * SECOND) for n, key in enumerate(keys)]
    assert said[-1] == ChoosePatient(number="4711")
    assert said[:-1] == [None] * 5


def test_two_buttons_alone_type_a_number() -> None:
    pad, now_ns = NumberPad(), LATER
    said: list[ChoosePatient] = []
    for digit in "2012":
        for _ in range(40):
            mark = pad.view().mark
            command = pad.key("go" if mark == digit else "stop", now_ns)
            now_ns += SECOND
            if command is not None:
                said.append(command)
            if mark == digit:
                break
    assert said == [ChoosePatient(number="2012")]


def test_a_trembling_finger_types_a_digit_once() -> None:
    pad = NumberPad()
    pad.tap("4", LATER)
    pad.tap("4", LATER + BOUNCE_NS - 1)
    assert typed(pad.view()) == "4"
    pad.tap("4", LATER + 3 * BOUNCE_NS)
    assert typed(pad.view()) == "44"


def test_digits_of_somebody_who_has_gone_are_forgotten() -> None:
    pad = NumberPad()
    pad.tap("4", LATER)
    pad.turn(LATER + FORGET_NS)
    assert typed(pad.view()) == "4"
    pad.turn(LATER + FORGET_NS + 1)
    assert typed(pad.view()) == ""


def test_a_finger_on_its_way_types_nothing_on_a_page_that_has_just_appeared() -> None:
    dialogue = settled(WHO)
    assert tap(dialogue, WHO, Pick("4"), SETTLE_NS - 1) is None
    assert typed(dialogue.pad_view()) == ""


def test_the_pad_has_large_keys_and_the_way_back_only_when_there_is_something_to_take_back() -> None:
    empty, begun = (Drawing(every_screen()[name]).buttons for name in ("80-who", "80b-who-typed"))
    assert [button.action for button in empty] == [Pick(digit) for digit in "1234567890"]
    assert Pick("erase") in [button.action for button in begun]
    assert all(min(button.rect.size) >= 96 for button in begun)


def test_the_page_that_asks_whose_number_it_is_shows_number_and_programme_and_no_start() -> None:
    drawing = Drawing(every_screen()["81-confirm"])
    texts = [text.text for text in drawing.texts]
    assert "Is 4711 your number?" in texts
    assert {"Supported standing", "2 times, 20 seconds"} <= set(texts)
    assert [button.action for button in drawing.buttons] == [
        Answer(key="its_me", value=False), Answer(key="its_me", value=True),
    ]  # fmt: skip


def test_the_number_of_whoever_trains_is_on_every_page_of_a_session() -> None:
    for name in (
        "82-clinic-checkin",
        "82b-clinic-plan",
        "82c-clinic-setup",
        "82d-clinic-rest",
        "83-clinic-hold",
    ):
        assert any("4711" in text.text for text in Drawing(every_screen()[name]).texts), name


def test_a_supervised_person_reads_that_somebody_is_with_them() -> None:
    said = "Your physiotherapist is with you"
    for name in ("82b-clinic-plan", "82d-clinic-rest"):
        shown = every_screen()[name].snapshot
        assert shown is not None
        assert any(said in text.text for text in Drawing(View(shown)).texts)
        alone = msgspec.structs.replace(shown, supervised=False)
        assert not any(said in text.text for text in Drawing(View(alone)).texts)


# -- marks -------------------------------------------------------------------------------------------------


def test_the_mark_button_stands_on_the_hold_page_of_a_shared_station_only() -> None:
    assert MARK in [button.action for button in Drawing(View(HOLD)).buttons]
    assert MARK not in [button.action for button in Drawing(every_screen()["25-hold"]).buttons]
    assert tap(settled(HOLD), HOLD, MARK, LATER) == Mark()


@pytest.mark.parametrize("phase", ["checkin", "setup", "step_on", "hold", "rest", "all_right"])
def test_the_key_m_marks_on_every_page_of_a_session(phase: Phase) -> None:
    shared = snapshot(phase, clinic=True, number="4711")
    assert settled(shared).key("mark", (), 1) == Mark(), "also on a page that has just appeared"
    assert settled(snapshot(phase)).key("mark", (), LATER) is None, "at home nobody looks on"


def test_no_mark_where_nobody_trains() -> None:
    assert settled(WHO).key("mark", (), LATER) is None


def test_a_mark_is_never_in_the_way_of_stop() -> None:
    dialogue = settled(HOLD)
    buttons = Drawing(View(HOLD)).buttons
    assert dialogue.key("mark", buttons, LATER) == Mark()
    assert dialogue.key("mark", buttons, LATER + REPEAT_NS - 1) is None
    assert dialogue.key("stop", buttons, LATER + 1) == STOP


# -- a second person looks on ------------------------------------------------------------------------------


def test_the_picture_and_the_numbers_are_larger_where_a_second_person_looks_on() -> None:
    def sizes(name: str) -> dict[str, int]:
        return {text.text.split()[0]: text.setting.size for text in Drawing(every_screen()[name]).texts}

    home, shared = sizes("25-hold"), sizes("83-clinic-hold")
    assert shared["Hands"] >= 1.4 * home["Hands"]
    assert shared["62"] >= 2 * home["62"]
    assert shared["13"] >= 150


def test_the_service_area_opens_on_the_page_that_asks_who_trains() -> None:
    assert may_open(WHO, interrupted=False)
    assert not may_open(every_screen()["81-confirm"].snapshot, interrupted=False)


# -- in front of a station ---------------------------------------------------------------------------------


class Desk:
    """A kiosk in front of a shared station in virtual time."""

    def __init__(self, folder: Path) -> None:
        self.station = VirtualStation(folder, clinic=True, plain=True)
        rx = Prescription(
            version=1,
            station="s-1",
            subj="p-ann",
            number="4711",
            issued="2020-01-01T00:00:00Z",
            expires="2099-01-01T00:00:00Z",
            exercises=(Exercise(routine="supported-standing", rung=2),),
        )
        self.station.say(Prescribe(document=self.station.prescribe(rx)))
        self.window = Window("offscreen")
        self.link = StationLink(folder / "session.sock")
        self.kiosk = Kiosk(
            self.window,
            self.link,
            Ear().announcer(),
            now_ns=self.station.clock.now_ns,
            say=self.station.log.append,
        )
        self.pass_s(2.5)
        self.pass_s(0.1)  # connected now

    def pass_s(self, seconds: float) -> None:
        self.station.run(seconds)
        self.kiosk.turn()

    def phase(self) -> Phase:
        shown = self.kiosk.view(self.station.clock.now_ns()).snapshot
        assert shown is not None
        return shown.phase

    def press(self, key: int) -> None:
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))
        self.kiosk.turn()
        self.pass_s(0.2)

    def close(self) -> None:
        self.link.close()
        self.window.close()
        self.station.die()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def test_a_person_types_their_number_says_yes_and_is_asked_the_red_flags(desk: Desk) -> None:
    assert desk.phase() == "who"
    for key in (pygame.K_4, pygame.K_7, pygame.K_1, pygame.K_1):
        desk.press(key)
    desk.pass_s(0.5)
    assert desk.phase() == "confirm"
    desk.press(pygame.K_y)
    desk.pass_s(0.5)
    assert desk.phase() == "checkin"
    desk.press(pygame.K_m)
    assert "mark" in desk.station.kinds()


def test_the_station_s_own_two_buttons_work_the_pad(desk: Desk) -> None:
    for button in ("stop", "stop"):
        desk.station.say(Press(button=button))
        desk.pass_s(0.2)
    pad = desk.kiosk.view(desk.station.clock.now_ns()).pad
    assert pad is not None
    assert pad.mark == "2"
    desk.station.say(START)
    desk.pass_s(0.2)
    assert typed(desk.kiosk.view(desk.station.clock.now_ns()).pad) == "2"
