"""The document of `balance-station check --json` as lights and sentences; and the command itself, once."""

import json
import os
from pathlib import Path

import pytest

from station.check.findings import ORDER
from ui.patient.screens import Drawing
from ui.patient.service.area import make_rooms
from ui.patient.service.check import CheckRoom, CheckSheet, FoundSheet
from ui.patient.service.check_report import CellReport, CheckReport, FindingReport, read_report
from ui.patient.service.check_words import finding_words, first_words
from ui.patient.service.command import ChildCommand
from ui.patient.service.examples import AT_RISK, FIT, GOOD, UNFIT
from ui.patient.service.room import Around, Leave
from ui.patient.service.settings import Settings
from ui.patient.service.view import ServiceView
from ui.patient.view import View
from ui.patient.words import LANGUAGES, speak

S = 1_000_000_000


def report(*findings: FindingReport, cells: tuple[CellReport, ...] = GOOD) -> CheckReport:
    return CheckReport(fit=not findings, sim=True, cells=cells, findings=findings)


def of_cell(kind: str, cell: str | None = "FR") -> FindingReport:
    return FindingReport(kind=kind, cell=cell, text="as the check wrote it")


def test_a_cell_is_green_amber_or_red() -> None:
    assert FIT.light("FL") == "good"
    assert report(of_cell("noisy")).light("FR") == "look"
    assert report(of_cell("noisy"), of_cell("stuck")).light("FR") == "bad"
    assert report(of_cell("noisy")).light("FL") == "good"
    assert UNFIT.light("FR") == "bad"


def test_a_cell_the_check_does_not_name_is_red() -> None:
    assert report(cells=GOOD[:3]).light("RR") == "bad"


@pytest.mark.parametrize("kind", ORDER)
def test_every_finding_has_a_sentence_of_the_screen(kind: str) -> None:
    for cell in ("FR", None):
        found = of_cell(kind, cell)
        words = finding_words(found, report(found))
        assert "{" not in words
        if words != found.text:
            return
    pytest.fail(f"no sentence for {kind}")


PLACES = ("not-lasting", "read-only", "card-failing", "disk-full", "disk-nearly-full", "database-restored")


@pytest.mark.parametrize("tongue", LANGUAGES)
@pytest.mark.parametrize("kind", PLACES)
def test_what_is_wrong_where_results_are_kept_is_said_in_each_language(kind: str, tongue: str) -> None:
    speak("en")
    english = finding_words(of_cell(kind, None), report())
    assert english != "as the check wrote it"
    try:
        speak(tongue)
        assert (finding_words(of_cell(kind, None), report()) == english) == (tongue == "en")
    finally:
        speak("en")


def test_every_finding_can_be_read_not_only_the_first() -> None:
    room = make_rooms(None, None, {})[0]
    assert isinstance(room, CheckRoom)
    around = Around(None, Settings(), S)
    room._report = AT_RISK
    assert room.sheet(around).choices == ("again", "all", "back")
    room.choose("all", around)
    read = []
    for _page in range(2):
        sheet = room.sheet(around)
        assert isinstance(sheet, FoundSheet)
        read += [text.text for text in Drawing(View(None, service=ServiceView(sheet))).texts]
        room.choose("next", around)
    assert all(any(finding_words(each, AT_RISK)[:20] in text for text in read) for each in AT_RISK.findings)
    assert room.choose("back", around) == ()
    assert room.choose("back", around) == (Leave(),)


def test_a_finding_of_a_later_version_stays_as_the_check_wrote_it() -> None:
    assert first_words(report(of_cell("rust"))) == "as the check wrote it"


def test_the_first_thing_to_do_names_the_corner_and_its_pins() -> None:
    assert first_words(UNFIT).startswith("Front right:")
    assert "GPIO 6, 20" in first_words(UNFIT)
    assert first_words(FIT) == ""


@pytest.mark.parametrize("document", [b"", b"no board", b"{}", b'{"fit": 1}', b"\xff"])
def test_what_is_no_report_is_none(document: bytes) -> None:
    assert read_report(document) is None


def test_more_than_a_page_shows_does_no_harm() -> None:
    cell = {"cell": "FL", "data_pin": 5, "clock_pin": 21, "good": 1, "unique": 1}
    document = {"fit": True, "sim": True, "first": None, "cells": [cell], "findings": [], "restarts": 0}
    assert read_report(json.dumps(document).encode()) is not None


def test_the_real_check_of_a_simulated_board_is_shown(tmp_path: Path) -> None:
    """One run of the program itself, in a state folder of its own."""
    config = tmp_path / "station.toml"
    config.write_text(f'[station]\nstate = "{tmp_path}"\n')
    room = make_rooms(config, tmp_path / "session.sock", os.environ)[0]
    assert isinstance(room, CheckRoom)
    command = room._command
    assert isinstance(command, ChildCommand)
    around = Around(None, Settings(), S)
    room.enter(around)
    assert command._child is not None
    command._child.wait()  # its report is shorter than a pipe is deep
    room.turn(around)
    assert not room.is_busy()
    sheet = room.sheet(around)
    assert isinstance(sheet, CheckSheet)
    assert sheet.failed is None
    assert sheet.report is not None
    assert sheet.report.sim
    assert {cell.cell for cell in sheet.report.cells} == {"FL", "FR", "RL", "RR"}
