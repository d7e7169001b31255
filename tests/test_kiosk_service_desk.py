"""The service area's rules: who gets in, what the two buttons reach, how it is left, when it closes."""

from collections.abc import Callable

import msgspec
import pytest

from station.session.protocol import Simulate, SimulateFault
from station.training.snapshot import Snapshot
from ui.patient.examples import snapshot
from ui.patient.gestures import Key
from ui.patient.service.check import LONGEST_S, CheckRoom, CheckSheet
from ui.patient.service.command import Ended
from ui.patient.service.desk import LEFT_ALONE_NS, ServiceDesk, may_open
from ui.patient.service.door import Door, PinSheet
from ui.patient.service.network import Interface, NetworkRoom
from ui.patient.service.pin import hashed
from ui.patient.service.preferences import LanguageRoom, VolumeRoom
from ui.patient.service.restart import RestartRoom
from ui.patient.service.room import Around, End, Keep, Request, Sound, Speak, Tell
from ui.patient.service.settings import Settings
from ui.patient.service.simulation import CornerSheet, SimulationRoom
from ui.patient.service.view import MenuSheet, Sheet
from ui.patient.service.voice import VoiceRoom, VoiceSheet

S = 1_000_000_000
SALT = b"s" * 16
PIN = Settings(pin=hashed("2580", SALT))
WELCOME = snapshot("welcome")
REAL = msgspec.structs.replace(WELCOME, sim=False)
DOCUMENT = b'{"fit": true, "sim": true, "cells": [], "findings": []}'


class Played:
    """A program that ends when the test says so."""

    def __init__(self) -> None:
        self.ended: Ended | None = None
        self.running = False
        self.refuses: str | None = None

    def start(self) -> str | None:
        self.running = self.refuses is None
        self.ended = None
        return self.refuses

    def poll(self) -> Ended | None:
        return self.ended

    def stop(self) -> None:
        self.running = False


class Bench:
    """A desk, a person in front of it, and the time."""

    def __init__(self) -> None:
        self.program = Played()
        self.voice_there = True
        interfaces = (Interface("eth0", up=True, address="192.168.1.7"),)
        rooms = (
            CheckRoom(self.program),
            SimulationRoom(),
            LanguageRoom(),
            VolumeRoom(),
            VoiceRoom(lambda: self.voice_there),
            NetworkRoom(lambda: interfaces),
            RestartRoom(),
        )
        self.desk = ServiceDesk(Door(salt=lambda count: SALT[:count]), rooms)
        self.shown: Snapshot | None = WELCOME
        self.settings = PIN
        self.now_ns = S
        self.heard: list[Request] = []

    def around(self) -> Around:
        return Around(self.shown, self.settings, self.now_ns)

    def _do(self, requests: tuple[Request, ...]) -> None:
        self.heard += requests
        for request in requests:
            if isinstance(request, Keep):
                self.settings = request.settings

    def open(self, *, by_keys: bool = False) -> None:
        self.desk.open(self.around(), by_keys=by_keys)

    def wait(self, seconds: float) -> None:
        self.now_ns += round(seconds * S)
        self.desk.turn(self.around())

    def tap(self, *choices: str) -> None:
        for choice in choices:
            self.wait(1)
            self._do(self.desk.tap(choice, self.around()))

    def key(self, *keys: Key) -> None:
        for key in keys:
            self.wait(0.2)
            self._do(self.desk.key(key, self.around()))

    def sheet(self) -> Sheet:
        view = self.desk.view(self.around())
        assert view is not None
        return view.sheet

    def mark(self) -> str | None:
        view = self.desk.view(self.around())
        assert view is not None
        return view.mark

    def pick(self, choice: str) -> None:
        """Choose with the two buttons alone: stop moves the mark, start chooses."""
        for _ in range(20):
            if self.mark() == choice:
                self.key("go")
                return
            self.key("stop")
        pytest.fail(f"the two buttons do not reach {choice}")

    def enter(self, room: str) -> None:
        self.open()
        self.tap(*"2580", "ok", room)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def pin_sheet(bench: Bench) -> PinSheet:
    sheet = bench.sheet()
    assert isinstance(sheet, PinSheet)
    return sheet


def test_it_opens_only_while_nobody_trains() -> None:
    assert may_open(WELCOME, interrupted=False)
    assert may_open(snapshot("welcome", board_fault="away"), interrupted=False)
    assert may_open(None, interrupted=False)
    assert not may_open(None, interrupted=True)
    for phase in ("checkin", "hold", "rest", "summary", "all_right", "blocked"):
        assert not may_open(snapshot(phase), interrupted=False)


def test_the_right_pin_opens_the_menu(bench: Bench) -> None:
    bench.open()
    bench.tap(*"2580", "ok")
    assert isinstance(bench.sheet(), MenuSheet)


def test_digits_of_a_keyboard_and_enter_open_it_too(bench: Bench) -> None:
    bench.open(by_keys=True)
    bench.key("2", "5", "8", "1", "erase", "0", "go")
    assert isinstance(bench.sheet(), MenuSheet)


def test_a_wrong_pin_does_not_and_says_so(bench: Bench) -> None:
    bench.open()
    bench.tap(*"2581", "ok")
    assert pin_sheet(bench).trouble == "wrong"
    assert pin_sheet(bench).count == 0
    assert bench.settings.wrong == 1


def test_three_digits_are_no_pin_and_nine_are_not_taken(bench: Bench) -> None:
    bench.open()
    bench.tap(*"258")
    assert "ok" not in bench.sheet().choices
    bench.tap(*"25825825")
    assert pin_sheet(bench).count == 8


def test_after_five_wrong_ones_even_the_right_one_waits_and_each_further_one_doubles(bench: Bench) -> None:
    bench.open()
    for _ in range(5):
        bench.tap(*"0000", "ok")
    assert pin_sheet(bench).wait_s == 60
    bench.tap(*"2580", "ok")
    assert pin_sheet(bench).wait_s > 0
    bench.wait(60)
    assert pin_sheet(bench).wait_s == 0
    bench.tap(*"0000", "ok")
    assert pin_sheet(bench).wait_s == 120
    bench.wait(121)
    bench.tap(*"2580", "ok")
    assert isinstance(bench.sheet(), MenuSheet)
    assert bench.settings.wrong == 0


def test_going_away_or_restarting_the_screen_does_not_shorten_the_wait(bench: Bench) -> None:
    bench.settings = msgspec.structs.replace(PIN, wrong=6)
    bench.open()
    assert pin_sheet(bench).wait_s == 120
    bench.tap("back")
    bench.wait(20)
    bench.open()
    assert 95 < pin_sheet(bench).wait_s < 105


def test_the_first_opening_asks_for_a_new_pin_twice_and_keeps_its_hash(bench: Bench) -> None:
    bench.settings = Settings()
    bench.open()
    assert pin_sheet(bench).asked == "new"
    bench.tap(*"13579", "ok")
    assert pin_sheet(bench).asked == "again"
    bench.tap(*"13579", "ok")
    assert isinstance(bench.sheet(), MenuSheet)
    assert bench.settings.pin == hashed("13579", SALT)


def test_two_that_differ_set_no_pin(bench: Bench) -> None:
    bench.settings = Settings()
    bench.open()
    bench.tap(*"1357", "ok", *"1358", "ok")
    assert (pin_sheet(bench).asked, pin_sheet(bench).trouble) == ("new", "differ")
    assert bench.settings.pin is None


def test_no_view_and_no_request_ever_holds_the_digits(bench: Bench) -> None:
    bench.settings = Settings()
    bench.open()
    bench.tap(*"1357")
    assert "1357" not in repr(bench.desk.view(bench.around()))
    bench.tap("ok", *"1357", "ok")
    assert "1357" not in repr(bench.heard).replace(hashed("1357", SALT), "")


def test_the_mark_goes_round_and_start_chooses(bench: Bench) -> None:
    bench.open(by_keys=True)
    for digit in "2580":
        bench.pick(digit)
    bench.pick("ok")
    choices = bench.sheet().choices
    seen = []
    for _ in choices:
        seen.append(bench.mark())
        bench.key("stop")
    assert tuple(seen) == choices
    assert bench.mark() == choices[0]


def test_left_moves_the_mark_back_and_a_tap_hides_it(bench: Bench) -> None:
    bench.enter("language")
    bench.key("right", "right", "left")
    assert bench.mark() == "en"
    bench.tap("nothing")
    assert bench.mark() is None


def test_one_button_bouncing_is_one_press(bench: Bench) -> None:
    bench.enter("language")
    bench.key("stop")
    bench.now_ns += S // 50
    bench.desk.key("stop", bench.around())
    assert bench.mark() == "en"


ROOMS = ("check", "simulation", "language", "volume", "voice", "network", "restart")


@pytest.mark.parametrize("room", ROOMS)
def test_every_page_is_reached_and_left_by_the_two_buttons(bench: Bench, room: str) -> None:
    bench.open(by_keys=True)
    for choice in (*"2580", "ok", room, "back"):
        bench.pick(choice)
    assert isinstance(bench.sheet(), MenuSheet)
    assert bench.mark() == room
    bench.pick("back")
    assert bench.desk.view(bench.around()) is None


def test_the_door_and_the_plate_are_left_by_the_two_buttons(bench: Bench) -> None:
    bench.open(by_keys=True)
    bench.pick("back")
    assert not bench.desk.is_open
    bench.enter("simulation")
    bench.tap("slow")
    bench.pick("back")
    assert bench.sheet().choices[-2:] == ("mend", "back")


def test_left_alone_for_five_minutes_it_closes(bench: Bench) -> None:
    bench.enter("language")
    bench.wait(LEFT_ALONE_NS / S - 1)
    assert bench.desk.is_open
    bench.now_ns -= S  # the tap itself takes one
    bench.tap("de")
    bench.wait(LEFT_ALONE_NS / S - 1)
    assert bench.desk.is_open
    bench.wait(1)
    assert not bench.desk.is_open


def test_a_session_that_begins_closes_it(bench: Bench) -> None:
    bench.enter("check")
    bench.shown = snapshot("checkin")
    bench.wait(0.1)
    assert not bench.desk.is_open
    assert not bench.program.running


def test_a_tap_on_a_page_that_has_just_appeared_is_not_meant_for_it(bench: Bench) -> None:
    bench.enter("restart")
    assert bench.desk.tap("restart", bench.around()) == ()
    bench.tap("restart")
    assert bench.heard[-1] == End()


def test_restart_needs_two_presses_of_different_buttons(bench: Bench) -> None:
    bench.open(by_keys=True)
    bench.key(*"2580", "go")
    bench.pick("restart")
    assert bench.mark() == "back"
    bench.pick("restart")
    assert bench.heard[-1] == End()


def test_a_language_and_a_volume_hold_at_once_and_a_tone_is_heard(bench: Bench) -> None:
    bench.enter("language")
    bench.tap("tr", "back", "volume", "5")
    assert (bench.settings.language, bench.settings.volume) == ("tr", 5)
    assert bench.heard[-1] == Sound()
    assert bench.settings.pin == PIN.pin


def test_the_voice_is_chosen_and_tried_by_touch(bench: Bench) -> None:
    bench.enter("voice")
    assert bench.sheet() == VoiceSheet("by-day")
    bench.tap("off", "try")
    assert (bench.settings.voice, bench.heard[-1]) == ("off", Speak())
    bench.tap("on")
    assert (bench.settings.voice, bench.sheet()) == ("on", VoiceSheet("on"))
    assert bench.settings.pin == PIN.pin


def test_the_voice_is_chosen_and_tried_with_the_two_buttons(bench: Bench) -> None:
    bench.open(by_keys=True)
    bench.key(*"2580", "go")
    bench.pick("voice")
    bench.pick("on")
    bench.pick("try")
    assert (bench.settings.voice, bench.heard[-1]) == ("on", Speak())


def test_without_a_voice_there_is_nothing_to_try(bench: Bench) -> None:
    bench.voice_there = False
    bench.enter("voice")
    assert bench.sheet() == VoiceSheet("by-day", there=False)
    assert "try" not in bench.sheet().choices


@pytest.mark.parametrize("kind", ["unplugged", "stuck-low", "saturated", "slow", "inverted"])
def test_a_fault_and_a_corner_are_sent_to_the_station(bench: Bench, kind: str) -> None:
    bench.enter("simulation")
    bench.tap(kind)
    assert isinstance(bench.sheet(), CornerSheet)
    bench.tap("FR")
    assert bench.heard[-1] == Tell(SimulateFault(kind=kind, cells=("FR",)))  # type: ignore[arg-type]


def test_late_takes_no_corner_and_mending_mends_all(bench: Bench) -> None:
    bench.enter("simulation")
    bench.tap("late", "mend")
    assert bench.heard[-2:] == [Tell(SimulateFault(kind="late")), Tell(SimulateFault(kind="none"))]


@pytest.mark.parametrize("deed", ["step_on", "step_off", "stumble", "fall"])
def test_the_person_does_what_is_chosen(bench: Bench, deed: str) -> None:
    bench.enter("simulation")
    bench.tap(deed)
    assert bench.heard[-1] == Tell(Simulate(do=deed))  # type: ignore[arg-type]


@pytest.mark.parametrize("shown", [REAL, None])
def test_nothing_is_simulated_on_a_real_board_or_without_a_station(
    bench: Bench, shown: Snapshot | None
) -> None:
    bench.enter("simulation")
    bench.shown = shown
    bench.wait(0.1)
    assert isinstance(bench.sheet(), MenuSheet)
    assert "simulation" not in bench.sheet().choices


def check_sheet(bench: Bench) -> CheckSheet:
    sheet = bench.sheet()
    assert isinstance(sheet, CheckSheet)
    return sheet


def test_a_check_shows_how_far_it_is_and_what_it_found(bench: Bench) -> None:
    bench.enter("check")
    bench.wait(5)
    assert check_sheet(bench).seconds == 5
    bench.program.ended = Ended(0, DOCUMENT, "")
    bench.wait(0.1)
    report = check_sheet(bench).report
    assert report is not None
    assert report.fit


def said_by(change: Callable[[Bench], None]) -> str | None:
    bench = Bench()
    change(bench)
    bench.enter("check")
    if bench.program.running:
        bench.program.ended = Ended(2, b"oops", "balance-station: no board")
    bench.wait(0.1)
    return check_sheet(bench).failed


def test_a_check_that_fails_or_cannot_start_says_why() -> None:
    def refuse(bench: Bench) -> None:
        bench.program.refuses = "python: Permission denied"

    assert said_by(lambda _bench: None) == "balance-station: no board"
    assert said_by(refuse) == "python: Permission denied"


def test_a_check_that_hangs_is_ended(bench: Bench) -> None:
    bench.enter("check")
    bench.wait(LONGEST_S + 1)
    assert not bench.program.running
    assert check_sheet(bench).failed


def test_time_does_not_run_out_during_a_check_but_from_its_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.patient.service.check.LONGEST_S", 10_000)
    bench.enter("check")
    bench.wait(2 * LEFT_ALONE_NS / S)
    assert bench.desk.is_open
    bench.program.ended = Ended(0, DOCUMENT, "")
    bench.wait(0)
    bench.wait(LEFT_ALONE_NS / S - 1)
    assert bench.desk.is_open
    bench.wait(1)
    assert not bench.desk.is_open


def test_leaving_a_check_ends_it(bench: Bench) -> None:
    bench.enter("check")
    bench.tap("back")
    assert not bench.program.running
