"""What a station says in English, in the reader's language: by every sentence it has."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from station.session.fault_watch import ADVICE
from station.sway.reading import CELLS, Fault
from ui.care.wall.words import link_words
from ui.care.words.events import event_words
from ui.care.words.station import FAULT, cell_words, fault_words, station_words

STATION = Path(__file__).parents[1] / "station"
# Where a sentence is made that the care side shows, and the class or function that takes it.
SENTENCES = (
    ("training/fitting.py", "PrescriptionError"),
    ("session/clinic.py", "PrescriptionError"),
    ("session/supervision.py", "SupervisionError"),
    ("session/sign.py", "SupervisionError"),
    ("session/service.py", "SupervisionError"),
    ("session/service.py", "ServiceError"),
    ("link/commands.py", "refused"),
    ("link/keyring.py", "PaperError"),
)
# Not of what the site sends: a keyring of another size, or without a lasting key.
NEVER_OURS = ("bytes are too large for a keyring", "its newest key has an end", "already said that it")
VALUES = {
    "exercise.routine": "quiet-standing",
    "exercise.side": "left",
    "where": "exercise 1",
    "known": "tandem",
    "name": "rung",
    "field": "pain_limit",
}


def _said(node: ast.expr) -> str:
    """Return a sentence with something in the place of each value."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_said(part) for part in node.values)
    assert isinstance(node, ast.FormattedValue)
    return VALUES.get(ast.unparse(node.value), "7")


def sentences() -> Iterator[str]:
    for file, takes in SENTENCES:
        for node in ast.walk(ast.parse((STATION / file).read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == takes:
                texts = [each for each in node.args if isinstance(each, ast.Constant | ast.JoinedStr)]
                yield from (_said(text) for text in texts if " " in _said(text))
    yield from ADVICE.values()


@pytest.mark.parametrize("language", ["de", "es", "tr"])
def test_every_sentence_of_a_station_is_known_in_every_language(language: str) -> None:
    told = [text for text in sentences() if not any(words in text for words in NEVER_OURS)]
    assert len(told) > 40
    with translation.override(language):
        english = [text for text in told if station_words(text) == text]
    assert english == []


def test_a_sentence_keeps_its_values_and_names_the_exercise_by_its_title() -> None:
    said = "exercise 2: rung: rung 9 of supported-standing is beyond this device's limit of 8"
    beyond = "rung 9 of “Supported standing” is beyond this device's limit of 8"
    assert station_words(said) == f"exercise 2: {beyond}"
    assert station_words("pain_limit: 9 is above this device's limit of 7") == (
        "Pain limit: 9 is above this device's limit of 7"
    )
    with translation.override("de"):
        assert re.search(r"Übung 2: .*9.*8", station_words(said))


def test_what_a_newer_station_says_stays_as_it_came() -> None:
    said = "the moon is in the wrong house: 100 % sure"
    assert station_words(said) == said
    assert fault_words("brand_new") == "brand new"
    assert cell_words("X9") == "X9"


def test_every_fault_and_cell_has_its_words() -> None:
    assert {fault.name.lower() for fault in Fault} - {"none"} == set(FAULT)
    assert all(cell_words(cell) != cell for cell in CELLS)


def test_a_refused_command_and_a_broker_that_is_away_speak_the_reader_s_language() -> None:
    detail = {"kind": "start", "state": "refused", "reason": "the station's clock is not set yet"}
    with translation.override("de"):
        assert "Uhr" in event_words("command", detail)
        assert link_words("the broker at a:1 does not answer; it is tried again").startswith("Der Broker")
