"""Plate files: whole or refused with the reason; history kept; the previous one back in one step."""

import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from station.errors import CalibrationError
from station.session.plates import Plates, read_plate_file
from station.sway.plate import Plate
from station.sway.plate_file import PlateFile, check_usable, decode_plate_file, encode_plate_file
from tests import plate_files
from tests.plate_files import MADE, SIZE_MM


def plate_file(**changes: object) -> PlateFile:
    plate = Plate((2000.0, 2001.0, 2002.0, 2003.0), (1.0, 2.0, 3.0, 4.0), *SIZE_MM)
    return msgspec.structs.replace(plate_files.plate_file(plate, sim=False), **changes)


def usable(file: PlateFile, *, station: str = "s-1", days: int = 1, sim: bool = False) -> None:
    check_usable(file, station=station, size_mm=SIZE_MM, sim=sim, now=MADE + timedelta(days=days))


def test_a_plate_file_reads_back_as_the_plate_named_by_its_content() -> None:
    named, data = encode_plate_file(plate_file())
    file = decode_plate_file(data, where="it")
    assert file.board().calibration == named
    assert file.board().counts_per_n == (2000.0, 2001.0, 2002.0, 2003.0)
    usable(file)


def test_two_different_plates_have_different_ids_and_the_same_one_has_one() -> None:
    assert encode_plate_file(plate_file())[0] == encode_plate_file(plate_file(id="cal-other"))[0]
    assert encode_plate_file(plate_file())[0] != encode_plate_file(plate_file(who="Aunt"))[0]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_file_cut_short_is_damaged(share: float) -> None:
    _, data = encode_plate_file(plate_file())
    with pytest.raises(CalibrationError, match="damaged"):
        decode_plate_file(data[: int(len(data) * share)], where="it")


def test_one_changed_number_is_damage() -> None:
    content = json.loads(encode_plate_file(plate_file())[1])
    content["plate"]["counts_per_n"][2] = 2002.5
    with pytest.raises(CalibrationError, match="does not belong to its id"):
        decode_plate_file(json.dumps(content).encode(), where="it")


def test_another_format_is_named() -> None:
    content = {**json.loads(encode_plate_file(plate_file())[1]), "format": "balance-plate-9"}
    with pytest.raises(CalibrationError, match="balance-plate-9"):
        decode_plate_file(json.dumps(content).encode(), where="it")


def test_some_other_json_is_no_plate_file() -> None:
    with pytest.raises(CalibrationError, match="no plate file"):
        decode_plate_file(b'{"hello": 1}', where="it")


def test_a_plate_of_another_station_is_refused() -> None:
    with pytest.raises(CalibrationError, match="belongs to station s-1, this is s-2"):
        usable(plate_file(), station="s-2")


def test_a_plate_made_on_a_simulated_board_is_refused_on_a_real_one() -> None:
    usable(plate_file(sim=True), sim=True)
    with pytest.raises(CalibrationError, match="simulated"):
        usable(plate_file(sim=True))


def test_a_plate_of_another_size_is_refused() -> None:
    with pytest.raises(CalibrationError, match="400 × 300"):
        check_usable(plate_file(), station="s-1", size_mm=(400.0, 300.0), sim=False, now=MADE)


def test_an_old_plate_is_refused_with_its_age() -> None:
    with pytest.raises(CalibrationError, match="500 days old"):
        usable(plate_file(), days=500)


def test_a_clock_that_runs_in_the_past_ages_nothing() -> None:
    usable(plate_file(), days=-3000)


def test_the_last_plate_is_in_use_and_the_one_before_comes_back_in_one_step(tmp_path: Path) -> None:
    plates = Plates(tmp_path / "plates")
    assert plates.current() is None
    first, second = plates.install(plate_file()), plates.install(plate_file(who="Aunt"))
    now = plates.current()
    assert now is not None
    assert now.id == second
    assert plates.restore().id == first
    again = plates.current()
    assert again is not None
    assert again.id == first
    assert (tmp_path / "plates" / f"{second}.json").exists()


def test_there_is_nothing_before_the_first(tmp_path: Path) -> None:
    plates = Plates(tmp_path)
    plates.install(plate_file())
    with pytest.raises(CalibrationError, match="no previous plate"):
        plates.restore()


def test_a_damaged_current_plate_is_refused_and_the_previous_still_restores(tmp_path: Path) -> None:
    plates = Plates(tmp_path)
    first, second = plates.install(plate_file()), plates.install(plate_file(who="Aunt"))
    (tmp_path / f"{second}.json").write_bytes(b"{")
    with pytest.raises(CalibrationError, match="damaged"):
        plates.current()
    assert plates.restore().id == first


def test_files_exchanged_by_hand_are_noticed(tmp_path: Path) -> None:
    plates = Plates(tmp_path)
    first, second = plates.install(plate_file()), plates.install(plate_file(who="Aunt"))
    (tmp_path / f"{first}.json").replace(tmp_path / f"{second}.json")
    with pytest.raises(CalibrationError, match="exchanged"):
        plates.current()


def test_a_damaged_history_is_refused(tmp_path: Path) -> None:
    (tmp_path / "history").write_text("../../etc/passwd\n")
    with pytest.raises(CalibrationError, match="no plate id"):
        Plates(tmp_path).current()


def test_nothing_but_plates_and_history_is_left_behind(tmp_path: Path) -> None:
    named = Plates(tmp_path).install(plate_file())
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{named}.json", "history"]


def test_a_missing_plate_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="No such file"):
        read_plate_file(tmp_path / "none.json")
