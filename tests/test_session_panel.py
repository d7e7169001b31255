"""The panel beside the screen: what a press says, what lamp and buzzer show, and how little depends on it."""

import os
import select
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from station.__main__ import main
from station.config import parse_config
from station.errors import BoardError, ConfigError
from station.session.panel import (
    REPEAT_NS,
    RETRY_NS,
    SETTLE_NS,
    Beep,
    Button,
    Buttons,
    Lamp,
    Panel,
    beep_between,
)
from station.session.panel_config import PanelConfig
from station.session.panel_gpio import GpioHardware
from station.session.protocol import Answer, Command, Event, Press
from station.session.server import Server
from station.training.questions import CHECK_IN, as_question
from station.training.snapshot import LiveView, Phase, Question, ResultView, Snapshot

START, STOP = Press(button="start"), Press(button="stop")
NUMB = as_question(CHECK_IN[0], number=1, of=9)
PAIN = as_question(CHECK_IN[7], number=8, of=9)
PINS = PanelConfig()


def shown(phase: Phase, question: Question | None = None, board_fault: str | None = None) -> Snapshot:
    return Snapshot(
        phase=phase,
        t_ns=1,
        sim=True,
        plate_mm=(400, 400),
        live=LiveView(),
        question=question,
        board_fault=board_fault,
    )


def pressed(snapshot: Snapshot | None, button: Button, *, after_ns: int = SETTLE_NS) -> Command | None:
    """What a press says this long after the page appeared."""
    buttons = Buttons()
    buttons.turn_to(snapshot, 0)
    return buttons.press(button, after_ns)


@pytest.mark.parametrize("phase", ["welcome", "plan", "setup", "result", "blocked", "summary"])
def test_start_goes_on(phase: Phase) -> None:
    assert pressed(shown(phase), "start") == START


def test_start_and_stop_say_yes_and_no_to_the_question_on_the_screen_by_its_key() -> None:
    assert pressed(shown("checkin", NUMB), "start") == Answer(key="numbness", value=True)
    assert pressed(shown("checkin", NUMB), "stop") == Answer(key="numbness", value=False)


def test_a_number_is_marked_on_the_screen_which_is_told_of_start_and_stop_stays_stop() -> None:
    assert pressed(shown("checkin", PAIN), "start") == START
    assert pressed(shown("checkin", PAIN), "stop") == STOP


def test_a_press_meant_for_the_page_before_answers_nothing() -> None:
    assert pressed(shown("checkin", NUMB), "start", after_ns=SETTLE_NS - 1) is None
    assert pressed(shown("checkin", NUMB), "stop", after_ns=SETTLE_NS - 1) is None


def test_stop_is_heard_even_on_a_page_that_has_just_appeared() -> None:
    assert pressed(shown("hold"), "stop", after_ns=0) == STOP


def test_a_trembling_finger_presses_once() -> None:
    buttons = Buttons()
    buttons.turn_to(shown("plan"), 0)
    assert buttons.press("start", SETTLE_NS) == START
    assert buttons.press("start", SETTLE_NS + REPEAT_NS - 1) is None
    assert buttons.press("start", SETTLE_NS + REPEAT_NS) == START


def test_without_a_station_a_press_says_nothing() -> None:
    assert pressed(None, "start") is None


def result(outcome: str) -> ResultView:
    whole = {
        "title": "",
        "outcome": outcome,
        "held_s": 1,
        "hold_s": 1,
        "in_target_percent": 1,
        "sentence": "",
    }
    return msgspec.convert(whole, ResultView)


@pytest.mark.parametrize(
    ("old", "new", "beep"),
    [
        (shown("countdown"), shown("hold"), "begin"),
        (shown("hold"), msgspec.structs.replace(shown("result"), results=(result("done"),)), "done"),
        (shown("hold"), msgspec.structs.replace(shown("result"), results=(result("lost"),)), "pause"),
        (shown("hold"), msgspec.structs.replace(shown("hold"), paused_by="fault"), "pause"),
        (shown("hold"), shown("hold"), None),
        (None, shown("hold"), None),
    ],
)
def test_the_buzzer_tells_what_changes_in_a_hold(
    old: Snapshot | None, new: Snapshot, beep: Beep | None
) -> None:
    assert beep_between(old, new) == beep


class Fake:
    """A panel one can look at."""

    def __init__(self) -> None:
        self.waiting: list[Button] = []
        self.lamps: list[Lamp] = []
        self.beeps: list[Beep] = []
        self._pressed = os.eventfd(0)

    def fileno(self) -> int:
        return self._pressed

    def presses(self) -> list[Button]:
        waiting, self.waiting = self.waiting, []
        return waiting

    def light(self, lamp: Lamp) -> None:
        self.lamps.append(lamp)

    def beep(self, beep: Beep) -> None:
        self.beeps.append(beep)

    def close(self) -> None:
        os.close(self._pressed)


class Bench:
    """A panel, and the session's end of the socket."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "session.sock"
        self.now_ns = RETRY_NS
        self.fake = Fake()
        self.panel = Panel(self._path, self.fake, now_ns=lambda: self.now_ns, wait=lambda _: None)
        self.server: Server | None = None

    def serve(self) -> Server:
        self.server = Server(self._path)
        self.pass_ns(RETRY_NS)
        self.server.accept()
        self.heard()
        return self.server

    def pass_ns(self, ns: int) -> None:
        self.now_ns += ns
        self.panel.step(0)

    def show(self, snapshot: Snapshot) -> None:
        assert self.server is not None
        self.server.show(snapshot)
        self.pass_ns(SETTLE_NS)
        self.pass_ns(SETTLE_NS)

    def heard(self) -> list[Command]:
        assert self.server is not None
        return [command for peer in self.server.peers for command in self.server.commands(peer)]

    def close(self) -> None:
        self.panel.close()
        if self.server is not None:
            self.server.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def test_a_press_reaches_the_session(bench: Bench) -> None:
    bench.serve()
    bench.show(shown("checkin", NUMB))
    bench.fake.waiting.append("start")
    bench.pass_ns(1)
    assert bench.heard() == [Answer(key="numbness", value=True)]


def test_the_lamp_says_whether_the_station_is_there_and_well(bench: Bench) -> None:
    bench.pass_ns(1)
    bench.serve()
    bench.show(shown("welcome"))
    bench.show(shown("hold", board_fault="The board needs a moment."))
    bench.show(shown("welcome"))
    assert bench.server is not None
    bench.server.close()
    bench.pass_ns(1)
    assert bench.fake.lamps == ["on", "blink", "on", "off"]


def test_a_possible_fall_sounds_the_alarm(bench: Bench) -> None:
    bench.serve().tell(Event(kind="possible_fall", t_ns=1))
    bench.pass_ns(1)
    assert bench.fake.beeps == ["alarm"]


def test_the_panel_comes_back_to_a_session_that_was_away(bench: Bench) -> None:
    bench.serve().close()
    bench.pass_ns(1)
    bench.serve()
    bench.show(shown("plan"))
    bench.fake.waiting.append("start")
    bench.pass_ns(1)
    assert bench.heard() == [START]


@pytest.fixture
def factory() -> Iterator[MockFactory]:
    factory = MockFactory()
    yield factory
    factory.close()


def pin(factory: MockFactory, number: int) -> MockPin:
    return factory.pin(number)


def test_real_buttons_close_to_ground_and_are_told_in_order(factory: MockFactory) -> None:
    with GpioHardware(PINS, factory) as hardware:
        for number in (PINS.start_pin, PINS.stop_pin):
            pin(factory, number).drive_low()
            pin(factory, number).drive_high()
        assert select.select([hardware], [], [], 0)[0] == [hardware]
        assert hardware.presses() == ["start", "stop"]
        assert hardware.presses() == []
        assert select.select([hardware], [], [], 0)[0] == []


def test_both_buttons_held_are_told_once_each_time_and_begin_nothing(factory: MockFactory) -> None:
    threads = threading.active_count()
    with GpioHardware(PINS, factory, both_s=0) as hardware:
        assert threading.active_count() == threads, "buttons that nobody touches wake nobody"
        for _ in range(2):
            pin(factory, PINS.stop_pin).drive_low()
            assert hardware.presses() == ["stop"]
            pin(factory, PINS.start_pin).drive_low()
            assert hardware.presses() == ["both"]
            assert hardware.presses() == []
            pin(factory, PINS.start_pin).drive_high()
            assert hardware.presses() == []
            pin(factory, PINS.stop_pin).drive_high()


def test_both_buttons_held_for_a_moment_are_no_way_to_the_service_area(factory: MockFactory) -> None:
    with GpioHardware(PINS, factory) as hardware:
        pin(factory, PINS.stop_pin).drive_low()
        pin(factory, PINS.start_pin).drive_low()
        assert hardware.presses() == ["stop"]


def test_the_lamp_shines_and_everything_is_dark_and_silent_after_the_end(factory: MockFactory) -> None:
    hardware = GpioHardware(PINS, factory)
    led, buzzer = pin(factory, PINS.led_pin), pin(factory, PINS.buzzer_pin)
    hardware.light("on")
    assert led.state
    hardware.light("blink")
    hardware.beep("alarm")
    hardware.close()
    hardware.close()
    assert (led.state, buzzer.state) == (False, False)


def test_a_pin_in_use_is_told_in_one_sentence_and_the_others_are_given_back(factory: MockFactory) -> None:
    taken = GpioHardware(PINS, factory)
    with pytest.raises(BoardError, match=r"no panel: .*; see the pins of \[panel\]"):
        GpioHardware(msgspec.structs.replace(PINS, led_pin=4), factory)
    taken.close()
    GpioHardware(msgspec.structs.replace(PINS, led_pin=4), factory).close()


@pytest.mark.parametrize(
    ("module", "missing", "mend"),
    [
        ("lgpio", "lgpio", "sudo apt install python3-lgpio"),
        ("gpiozero", "gpiozero", "pip install"),
    ],
)
def test_without_what_reaches_the_pins_the_panel_says_so_once_and_ends_well(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    module: str,
    missing: str,
    mend: str,
) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", lgpio := ModuleType("lgpio"))
    lgpio.error = OSError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module, None)
    assert main(["panel"]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"balance-station panel: no panel: {missing} is not on this computer; ")
    assert "all else works without them" in line
    assert mend in line


def test_the_empty_lgpio_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", ModuleType("lgpio"))
    with pytest.raises(BoardError, match=r"the empty package 0\.0\.0\.2"):
        GpioHardware(PINS)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[panel]\nled_pin = 5\n", "GPIO 5 is both data_pins of FL and panel.led_pin"),
        ("[panel]\nled_pin = 17\n", "GPIO 17 is both panel.start_pin and panel.led_pin"),
        ("[panel]\nled_pin = 28\n", "[panel] led_pin must be at most 27"),
    ],
)
def test_a_pin_can_be_wired_to_one_thing_only(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_config(text, where="x.toml")
    assert says in str(refused.value)
