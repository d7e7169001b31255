"""Calibrating in the service area: one page after the other, plain words for every refusal, and a light."""

import os
import select
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from calibration.spoken import Answered, AnySaid, AnyTold, AskStep, Back, Failed, Go, NotTaken, Result, Verb
from station.board.config import BoardConfig
from station.board.imperfect import ImperfectBoard
from station.board.load import StillLoad
from tests.virtual_station import VirtualStation
from ui.patient.service.calibration import CalibrationRoom
from ui.patient.service.calibration_child import CalibrationChild
from ui.patient.service.calibration_examples import EMPTY, GOOD, LOOK, MISPLACED, READY, RESTORED
from ui.patient.service.calibration_sheets import (
    MassSheet,
    MomentSheet,
    ProcedureSheet,
    RestoreSheet,
    ResultSheet,
    StepSheet,
)
from ui.patient.service.calibration_words import (
    advice_words,
    failed_words,
    figure_words,
    light_words,
    refused_words,
)
from ui.patient.service.room import Around, Leave
from ui.patient.service.settings import Settings
from ui.patient.service.view import BACK

BOARD = BoardConfig().plate
AROUND = Around(None, Settings(), 0)
SECOND = AskStep(number=2, of=28, kind="mass", key="mass", text="", kg=10.02)


class Played:
    """A calibration that says what it is given, and keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[AnySaid] = []
        self.told: list[AnyTold] = []
        self.verb: Verb | None = None
        self.trouble: str | None = None

    def start(self, verb: Verb) -> str | None:
        self.verb = verb
        return self.trouble

    def tell(self, told: AnyTold) -> None:
        self.told.append(told)

    def poll(self) -> list[AnySaid]:
        said, self.said = self.said, []
        return said

    def stop(self) -> None:
        self.verb = None


def room_of(played: Played) -> CalibrationRoom:
    room = CalibrationRoom(played)
    room.enter(AROUND)
    return room


def press(room: CalibrationRoom, *choices: str) -> None:
    for choice in choices:
        assert choice in room.sheet(AROUND).choices, (choice, room.sheet(AROUND))
        room.choose(choice, AROUND)


def hear(room: CalibrationRoom, played: Played, *said: AnySaid) -> None:
    played.said += said
    room.turn(AROUND)


def at_step(*said: AnySaid) -> tuple[CalibrationRoom, Played]:
    played = Played()
    room = room_of(played)
    press(room, "tare")
    hear(room, played, READY, *said)
    return room, played


def test_masses_are_typed_with_two_decimals_and_told_to_the_calibration() -> None:
    played = Played()
    room = room_of(played)
    press(room, "plate", *"1002", "next")
    assert isinstance(room.sheet(AROUND), MassSheet)
    press(room, *"1996", "next")
    assert room.sheet(AROUND) == MomentSheet("plate")
    hear(room, played, READY)
    (answered,) = played.told
    assert isinstance(answered, Answered)
    assert answered.answers.masses_kg == (10.02, 19.96)


def test_going_back_one_calibration_is_asked_first_and_said_with_its_date() -> None:
    played = Played()
    room = room_of(played)
    press(room, "restore")
    assert room.sheet(AROUND) == RestoreSheet()
    press(room, "take_back")
    assert played.verb == "restore"
    hear(room, played, RESTORED)
    sheet = room.sheet(AROUND)
    assert isinstance(sheet, ResultSheet)
    assert sheet.choices == (BACK,), "one press must not go back further"
    assert sheet.result is not None
    assert any("2026" in words for words in figure_words(sheet.result))
    press(room, BACK)
    assert room.sheet(AROUND) == ProcedureSheet()


def test_one_mass_is_enough_when_there_is_no_other() -> None:
    played = Played()
    press(room_of(played), "plate", *"1002", "next", "only")
    assert played.verb == "plate"


def test_the_own_weight_may_stand_in_for_a_mass_in_the_daily_check() -> None:
    played = Played()
    room = room_of(played)
    press(room, "daily", *"10", "own", *"7140", "next")
    hear(room, played, READY)
    (answered,) = played.told
    assert isinstance(answered, Answered)
    assert (answered.answers.own_weight_kg, answered.answers.masses_kg) == (71.4, ())


def test_a_mass_may_be_typed_after_all() -> None:
    played = Played()
    room = room_of(played)
    press(room, "daily", "own", "own", *"1002", "next")
    hear(room, played, READY)
    (answered,) = played.told
    assert isinstance(answered, Answered)
    assert answered.answers.masses_kg == (10.02,)


@pytest.mark.parametrize("verb", ["plate", "verify", "cells"])
def test_an_own_weight_is_not_offered_for_places(verb: str) -> None:
    room = room_of(Played())
    press(room, verb)
    assert "own" not in room.sheet(AROUND).choices


def test_the_spans_of_the_corners_take_two_masses() -> None:
    played = Played()
    room = room_of(played)
    press(room, "cells", *"1002", "next")
    assert "only" not in room.sheet(AROUND).choices
    press(room, *"1996", "next")
    assert played.verb == "cells"


def test_the_same_mass_twice_is_asked_again() -> None:
    room = room_of(Played())
    press(room, "plate", *"1002", "next", *"1005", "next")
    sheet = room.sheet(AROUND)
    assert isinstance(sheet, MassSheet)
    assert sheet.alike


def test_a_wrong_digit_can_be_taken_back() -> None:
    room = room_of(Played())
    press(room, "daily", *"10029", "erase")
    sheet = room.sheet(AROUND)
    assert isinstance(sheet, MassSheet)
    assert sheet.kg == 10.02


def test_nothing_can_be_pressed_but_the_way_out_while_the_board_is_looked_at() -> None:
    room, played = at_step(EMPTY)
    press(room, "done")
    assert isinstance(played.told[-1], Go)
    hear(room, played, LOOK)
    assert room.sheet(AROUND).choices == (BACK,)


def test_a_refusal_stays_on_the_page_until_the_step_is_tried_again() -> None:
    room, played = at_step(EMPTY)
    press(room, "done")
    hear(room, played, MISPLACED)
    sheet = room.sheet(AROUND)
    assert isinstance(sheet, StepSheet)
    assert sheet.refused == MISPLACED
    press(room, "done")
    sheet = room.sheet(AROUND)
    assert isinstance(sheet, StepSheet)
    assert sheet.refused is None


def test_the_step_before_can_be_repeated() -> None:
    room, played = at_step(SECOND)
    press(room, "repeat")
    assert isinstance(played.told[-1], Back)


def test_the_way_out_ends_the_calibration_and_leads_to_the_procedures() -> None:
    room, played = at_step(EMPTY)
    assert room.is_busy()
    press(room, BACK)
    assert played.verb is None
    assert room.sheet(AROUND) == ProcedureSheet()
    assert room.choose(BACK, AROUND) == (Leave(),)


def test_the_result_is_shown_and_the_procedure_can_be_done_once_more() -> None:
    room, played = at_step(EMPTY)
    hear(room, played, GOOD)
    assert room.sheet(AROUND) == ResultSheet("tare", GOOD)
    assert not room.is_busy()
    press(room, "again")
    assert played.verb == "tare"


def test_a_program_that_cannot_start_is_said() -> None:
    played = Played()
    played.trouble = "python: No such file or directory"
    room = room_of(played)
    press(room, "tare")
    sheet = room.sheet(AROUND)
    assert isinstance(sheet, ResultSheet)
    assert sheet.failed is not None
    assert "No such file" in sheet.failed.text


def test_a_program_that_dies_without_a_word_has_failed() -> None:
    child = CalibrationChild([sys.executable, "-c", "import sys; sys.exit('it broke')"], [], dict(os.environ))
    assert child.start("tare") is None
    said: list[AnySaid] = []
    while not said:
        select.select([], [], [], 0.02)
        said = child.poll()
    assert said == [Failed(key="failed", text="it broke")]
    child.stop()


def test_what_this_screen_does_not_know_is_said_as_it_came() -> None:
    assert refused_words(NotTaken(key="new", text="a new reason")) == "a new reason"
    assert failed_words(Failed(key="new", text="a new reason")) == "A new reason"
    new = Result(verb="tare", light="green", key="new", text="a new end", values={}, figures={})
    assert light_words(new) == "a new end"
    assert advice_words(new) == ()


def test_figures_are_told_to_a_tenth_and_a_mass_told_right_has_no_minus() -> None:
    figures: dict[str, object] = {}
    verified = Result(
        verb="verify",
        light="green",
        key="verify_green",
        text="",
        values={"rmse_mm": 0.57, "max_mm": 1.26, "low_mm": 0.4, "high_mm": 0.81},
        figures=figures,
    )
    assert figure_words(verified) == (
        "At other places: 0.6 mm off on average, 1.3 mm at most.",
        "That average is between 0.4 and 0.8 mm (95 % sure).",
    )
    by_hand = msgspec.structs.replace(verified, values={"rmse_mm": 1.57, "max_mm": 3.33, "placing_mm": 1.4})
    assert figure_words(by_hand)[1:] == ("A mass put by hand is easily 1.4 mm beside its mark.",)
    right = Result(
        verb="daily", light="green", key="daily_fine", text="", values={"off_percent": -0.02}, figures=figures
    )
    assert figure_words(right) == ("A known mass reads 0.0 % off.",)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[VirtualStation]:
    station = VirtualStation(tmp_path, imperfect=True)
    station.run_until(lambda: station.course().ready)
    yield station
    station.die()


def test_a_simulated_board_is_checked_from_the_keypad_to_the_light(station: VirtualStation) -> None:
    config = station.folder / "station.toml"
    config.write_text(f'[station]\nid = "s-1"\nstate = "{station.folder}"\n')
    child = CalibrationChild(
        [sys.executable, "-m", "calibration"], ["--config", str(config)], dict(os.environ)
    )
    room = CalibrationRoom(child)
    room.enter(AROUND)
    press(room, "daily", *"1002", "next")
    kinds = []
    while not isinstance(sheet := room.sheet(AROUND), ResultSheet):
        station.run(0.05)
        select.select([], [], [], 0.01)
        room.turn(AROUND)
        if isinstance(sheet, StepSheet) and "done" in sheet.choices:
            kinds.append(sheet.step.kind)
            press(room, "done")
    room.leave()
    assert kinds == ["empty", "mass", "empty"]
    assert sheet.result is not None, sheet.failed
    assert sheet.result.key == "daily_off"
    told = ImperfectBoard(StillLoad(BOARD.corners_n(98.0, 0.0, 0.0)), BOARD, seed=1).forces_n(0)
    off_percent = 100 * (sum(told) / 98.0 - 1)
    assert sheet.result.values["off_percent"] == pytest.approx(off_percent, abs=0.15)
