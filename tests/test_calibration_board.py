"""The way of a real board, once: its own acquisition process, here over simulated pins."""

from pathlib import Path

import pytest

from calibration.board import RealBoard, SimulatedBoard
from calibration.dialogue import Step
from station.errors import BoardError
from station.sway.reading import CELL_COUNT, Fault, Reading


def config_file(folder: Path, source: str) -> str:
    file = folder / "station.toml"
    file.write_text(f'[station]\nstate = "{folder}"\n[source]\nsource = "{source}"\n')
    return str(file)


def read_on(board: RealBoard) -> None:
    while True:
        board.readings()


def test_readings_of_all_cells_come_from_the_acquisition_process(tmp_path: Path) -> None:
    board = RealBoard(config_file(tmp_path, "simulate"))
    good: list[Reading] = []
    try:
        while {reading.cell for reading in good} != set(range(CELL_COUNT)):
            good += [reading for reading in board.readings() if reading.fault is Fault.NONE]
    finally:
        board.close()
    assert all(isinstance(reading.counts, int) for reading in good)


def test_masses_of_a_verification_are_not_put_beside_their_places_as_those_of_the_fit_were() -> None:
    moved = set()
    for hand in ("plate", "verify", "plate"):
        board = SimulatedBoard((400.0, 400.0), seed=1, hand=hand)
        board.put(Step("mass", "", 100.0, 100.0, 98.0))
        moved.add(board._put.forces_n(0))
        board.close()
    assert len(moved) == 2


def test_a_board_that_cannot_be_read_says_why_and_what_to_do(tmp_path: Path) -> None:
    board = RealBoard(config_file(tmp_path, "replay:nothing.csv"))
    try:
        with pytest.raises(BoardError, match=r"nothing\.csv.*stop balance-station first"):
            read_on(board)
    finally:
        board.close()
