"""The drawings of the installation guide say what the code's defaults say; the guide, what commands know."""

import re
import sys
import xml.etree.ElementTree as ET
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest
from gpiozero import pi_info

from station.__main__ import main
from station.board.config import BoardConfig
from station.session.panel_config import PanelConfig
from station.sway.reading import CELLS

DOCS: Final = Path(__file__).parents[1] / "docs"
A_PI_4: Final = "c03111"  # a revision of the board; the header is that of all with 40 pins
SVG: Final = "{http://www.w3.org/2000/svg}"
WIRING: Final = DOCS / "images/wiring.svg"


def _expected() -> dict[str, int]:
    """Return what is wired to which GPIO, by the code's defaults."""
    board, panel = BoardConfig(), PanelConfig()
    wired = {f"{cell} DT": pin for cell, pin in zip(CELLS, board.data_pins, strict=True)}
    wired |= {f"{cell} SCK": pin for cell, pin in zip(CELLS, board.clock_pins, strict=True)}
    return wired | {
        "start": panel.start_pin,
        "stop": panel.stop_pin,
        "led": panel.led_pin,
        "buzzer": panel.buzzer_pin,
    }


def _header() -> dict[int, str]:
    """Return what gpiozero knows of each pin of the 40-pin header."""
    return {number: str(pin.name) for number, pin in pi_info(A_PI_4).headers["J8"].pins.items()}


def _wires() -> list[ET.Element]:
    lines = ET.parse(WIRING).getroot().iter(f"{SVG}polyline")  # noqa: S314
    return [line for line in lines if line.get("data-end") not in {None, "legend"}]


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS / "figures"))
    for name in ("drawing", "wiring", "plate"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_every_wire_of_the_picture_begins_at_the_pin_that_the_code_takes_by_default() -> None:
    header = _header()
    drawn = {
        wire.attrib["data-end"]: header[int(wire.attrib["data-pin"])]
        for wire in _wires()
        if wire.get("data-kind") in {"DOUT", "PD_SCK", "panel"}
    }
    assert drawn == {end: f"GPIO{gpio}" for end, gpio in _expected().items()}


def test_the_modules_are_fed_with_3v3_and_nothing_with_5_volts() -> None:
    header = _header()
    supplies = {header[int(wire.attrib["data-pin"])] for wire in _wires() if wire.attrib["data-pin"] != "0"}
    assert "3V3" in supplies
    assert "5V" not in supplies
    fed = {wire.attrib["data-end"] for wire in _wires() if wire.get("data-kind") == "3.3 V"}
    assert fed == {"rail", *(f"{cell} VCC" for cell in CELLS)}


def test_the_labels_of_the_pins_name_them_as_the_code_does() -> None:
    words = [text.text or "" for text in ET.parse(WIRING).getroot().iter(f"{SVG}text")]  # noqa: S314
    labels = set(zip(words[1:], words, strict=False))
    for end, gpio in _expected().items():
        role = end.replace(" DT", " DOUT").replace(" SCK", " PD_SCK").replace("led", "LED")
        assert (role, f"GPIO {gpio}") in labels, role


@pytest.mark.parametrize("name", ["wiring", "plate"])
def test_the_drawings_are_those_that_their_scripts_make_of_the_defaults(figures: None, name: str) -> None:
    module = import_module(name)
    drawn = module.draw(BoardConfig(), PanelConfig()) if name == "wiring" else module.draw(BoardConfig())
    assert (DOCS / f"images/{name}.svg").read_text("utf-8") == drawn


def test_the_table_of_the_guide_has_the_pins_of_the_code() -> None:
    numbers = {name: number for number, name in _header().items()}
    text = (DOCS / "install.md").read_text("utf-8")
    told = re.findall(r"GPIO (\d+), pin (\d+)", text.partition("## 4. ")[0])
    assert sorted(map(int, dict(told))) == sorted(_expected().values())
    for gpio, pin in told:
        assert numbers[f"GPIO{gpio}"] == int(pin), gpio


def test_every_verb_the_guide_names_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    text = (DOCS / "install.md").read_text("utf-8")
    verbs = set(re.findall(r"balance-station (?!balance)([a-z][a-z-]+)\b", text))
    assert {"setup", "check", "enrol", "report", "demo", "version"} <= verbs
    with pytest.raises(SystemExit):
        main(["--help"])
    known = capsys.readouterr().out
    assert {verb for verb in verbs if f"    {verb}" not in known} == set()


def test_the_sums_of_the_parts_list_are_right() -> None:
    table = (DOCS / "parts.md").read_text("utf-8").partition("| part |")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in row.strip("|").split("|")][1:] for row in table.splitlines()[2:]]
    *parts, total = rows
    for column in range(3):
        ranges = [re.findall(r"(\d+)–(\d+)$|: (0)$", row[column]) for row in parts]
        assert all(ranges), column
        low = sum(int(found[-1][0] or 0) for found in ranges)
        high = sum(int(found[-1][1] or 0) for found in ranges)
        assert total[column] == f"**{low}–{high}**"
