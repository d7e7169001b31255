"""Which plate a station weighs with: the configured one, its own last one, else nominal values, told."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from station.board.config import BoardConfig
from station.config import Config, SourceConfig, StationConfig, parse_config
from station.errors import CalibrationError
from station.session.plates import Plates
from station.sway.plate_file import encode_plate_file
from station.weighing import plate_in_use
from tests.plate_files import MADE
from tests.test_session_plates import plate_file
from tests.virtual_station import VirtualStation


def config(folder: Path, plate: str | None = None, station: str = "s-1") -> Config:
    return Config(station=StationConfig(id=station, state=str(folder)), board=BoardConfig(plate_file=plate))


def test_a_board_never_calibrated_is_nominal_and_says_so(tmp_path: Path) -> None:
    said: list[str] = []
    real = msgspec.structs.replace(config(tmp_path), source=SourceConfig(source="gpio"))
    assert plate_in_use(real, MADE, log=said.append).nominal
    assert "never calibrated" in said[0]


def test_the_stations_own_last_plate_is_used(tmp_path: Path) -> None:
    named = Plates(tmp_path / "plates").install(plate_file(sim=True))
    assert plate_in_use(config(tmp_path), MADE, log=print).calibration == named


def test_an_own_plate_that_cannot_be_used_leaves_nominal_values_and_the_reason(tmp_path: Path) -> None:
    Plates(tmp_path / "plates").install(plate_file(sim=True))
    said: list[str] = []
    assert plate_in_use(config(tmp_path, station="s-9"), MADE, log=said.append).nominal
    assert "belongs to station s-1" in said[0]


def test_the_configuration_names_a_plate_file(tmp_path: Path) -> None:
    named, data = encode_plate_file(plate_file(sim=True))
    (tmp_path / "plate.json").write_bytes(data)
    text = f'[board]\nplate = "{tmp_path / "plate.json"}"\n[station]\nid = "s-1"'
    assert plate_in_use(parse_config(text, where="it"), MADE, log=print).calibration == named


def test_a_named_plate_file_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "plate.json"
    path.write_bytes(encode_plate_file(plate_file(sim=True))[1])
    with pytest.raises(CalibrationError, match="days old"):
        plate_in_use(config(tmp_path, str(path)), MADE + timedelta(days=500), log=print)


def test_every_result_of_a_calibrated_station_carries_the_plates_id(tmp_path: Path) -> None:
    named = Plates(tmp_path / "plates").install(plate_file(sim=True))
    station = VirtualStation(tmp_path, today=MADE)
    station.train()
    station.run_until(lambda: bool(station.bodies("result/trial")), within_s=200)
    assert f'"cal":"{named}"'.encode() in station.bodies("result/trial")[0]
    station.die()
