"""Another plate for the running station: what its configuration insists on stays."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station.errors import CalibrationError
from station.session.exchange import PlateExchange
from station.session.plates import Plates
from tests.plate_files import MADE, SIZE_MM, plate_document


def exchange(
    folder: Path, *, named: str | None = None, now: datetime = MADE, sim: bool = True
) -> PlateExchange:
    return PlateExchange(
        Plates(folder), station="s-1", size_mm=SIZE_MM, sim=sim, named=named, now=lambda: now.astimezone(UTC)
    )


def test_a_plate_the_configuration_names_is_not_changed_behind_its_back(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match=r"names the plate file /etc/plate.json; take plate out"):
        exchange(tmp_path, named="/etc/plate.json").take(plate_document().encode())
    assert Plates(tmp_path).history() == []


def test_a_plate_of_a_simulated_board_is_refused_by_a_real_one(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="made on a simulated board"):
        exchange(tmp_path, sim=False).take(plate_document().encode())


def test_a_plate_before_that_is_too_old_stays_in_history(tmp_path: Path) -> None:
    for scale in (1900.0, 2000.0):
        exchange(tmp_path).take(plate_document(counts_per_n=scale).encode())
    history = Plates(tmp_path).history()
    with pytest.raises(CalibrationError, match="days old"):
        exchange(tmp_path, now=MADE + timedelta(days=500)).restore()
    assert Plates(tmp_path).history() == history
