"""Tables in the docs: every hazard, and every failure of the board, has a test that is really there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COLUMNS = ("hazard", "what the station does", "test")


def _rows(page: str = "safety.md") -> list[list[str]]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    return [row for row in rows if tuple(row) != COLUMNS and set("".join(row)) != {"-"}]


@cache
def _tests() -> set[str]:
    names: set[str] = set()
    for file in (ROOT / "tests").glob("test_*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return names


def test_every_hazard_of_a_patient_at_home_is_in_the_table() -> None:
    hazards = " ".join(row[0].lower() for row in _rows())
    for hazard in (
        "fall", "over-doing", "wrong foot", "wrong surface", "red flag", "harder programme by mistake",
        "harder programme by malice", "stale display", "sensor fault", "power cut", "wrong patient",
    ):  # fmt: skip
        assert hazard in hazards, hazard


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row[0][:40])
def test_every_rule_of_the_table_has_a_test_that_exists(row: list[str]) -> None:
    assert len(row) == len(COLUMNS), row
    named = re.findall(r"`(test_\w+)`", row[2])
    assert named, f"no test for: {row[0]}"
    missing = set(named) - _tests()
    assert not missing, f"{row[0]}: no such test: {', '.join(sorted(missing))}"


def test_every_test_named_for_a_failure_of_the_board_exists() -> None:
    named = {name for row in _rows("board.md") for cell in row for name in re.findall(r"`(test_\w+)`", cell)}
    assert len(named) > 30
    assert not named - _tests(), sorted(named - _tests())
