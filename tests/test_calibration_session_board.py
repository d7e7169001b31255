"""Calibrating through the running station: real socket, real driver, a simulated board that needs it."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calibration.__main__ import main
from calibration.conversation import Conversation
from calibration.dialogue import Dialogue, Step
from calibration.document import Circumstances, plate_file
from calibration.ends import Unattended
from calibration.outcome import calibrate
from calibration.own_weight import OwnWeight
from calibration.procedures import EMPTY, Masses, points_of
from calibration.session_board import SessionBoard
from calibration.truth import grid_mm
from station.errors import BoardError, CalibrationError
from station.session.protocol import Press
from station.sway.plate import Plate
from station.sway.plate_file import encode_plate_file
from tests.plate_files import plate_document
from tests.virtual_station import VirtualStation

TODAY = datetime(2026, 1, 2, tzinfo=UTC)
NOMINAL = Plate((2000.0,) * 4, (0.0,) * 4, 400.0, 400.0)
OFF_CENTRE = Step("mass", "", 90.0, -60.0, 250.0)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[VirtualStation]:
    station = VirtualStation(tmp_path, imperfect=True, today=TODAY)
    station.run_until(lambda: station.course().ready)
    yield station
    station.die()


def board_of(station: VirtualStation) -> SessionBoard:
    return SessionBoard(station.folder / "session.sock", wait=lambda: station.run(0.05))


def error_of(station: VirtualStation, board: SessionBoard) -> tuple[float, float]:
    """How far the station's own load (relative) and CoP (mm) are off for one mass."""
    board.put(OFF_CENTRE)
    station.run(2)
    sample = station.course().sample
    assert sample is not None
    assert sample.x_mm is not None
    assert sample.y_mm is not None
    off_mm = ((sample.x_mm - OFF_CENTRE.x_mm) ** 2 + (sample.y_mm - OFF_CENTRE.y_mm) ** 2) ** 0.5
    board.put(EMPTY)
    return abs(sample.load_n / OFF_CENTRE.force_n - 1), off_mm


def test_a_whole_calibration_through_the_station_makes_it_weigh_right(station: VirtualStation) -> None:
    board = board_of(station)
    force_before, before_mm = error_of(station, board)
    procedure = Masses(NOMINAL, grid_mm(3, 120), [98.0, 196.0])
    dialogue = Dialogue(procedure, NOMINAL)
    Conversation(dialogue, board, Unattended(Path("none"), log=lambda _: None)).walk()
    points = points_of(dialogue.taken)
    file = plate_file(calibrate(points, NOMINAL), points, Circumstances("me", "2026-01-01", "s-1", sim=True))
    named, document = encode_plate_file(file)
    assert board.take_plate(document) == named
    force_after, after_mm = error_of(station, board)
    board.close()
    assert force_before > 0.005
    assert before_mm > 2
    assert force_after < 0.003
    assert after_mm < 1


def test_a_person_who_sways_is_weighed_through_the_station(station: VirtualStation) -> None:
    board = board_of(station)
    dialogue = Dialogue(OwnWeight(NOMINAL, 690.0), NOMINAL)
    Conversation(dialogue, board, Unattended(Path("none"), log=lambda _: None)).walk()
    board.close()
    first, stood, last = (taken.still for taken in dialogue.taken)
    weighed_n = sum(n - (a + b) / 2 for n, a, b in zip(stood.counts, first.counts, last.counts, strict=True))
    assert weighed_n / 2000 == pytest.approx(690 * 1.02, rel=0.03)
    assert max(stood.noise_counts) > 2 * max(first.noise_counts)


def test_readings_after_a_step_are_of_that_step(station: VirtualStation) -> None:
    board = board_of(station)
    board.readings()
    board.put(Step("mass", "", 0.0, 0.0, 400.0))
    board.readings()
    got = [reading for _ in range(10) for reading in board.readings()]
    board.close()
    assert len(got) > 50
    zero = station.service._scale.plate.tare_counts
    assert all((r.counts - zero[r.cell]) / 2000 > 80 for r in got)


def test_a_board_in_training_is_not_given(station: VirtualStation) -> None:
    station.say(Press(button="start"))
    station.run(0.1)
    with pytest.raises(BoardError, match="somebody trains on this board"):
        board_of(station)


def test_no_station_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match="no station answers at"):
        SessionBoard(tmp_path / "session.sock")


def test_a_refused_plate_comes_with_its_reason(station: VirtualStation) -> None:
    board = board_of(station)
    with pytest.raises(CalibrationError, match="damaged"):
        board.take_plate(b"{")
    with pytest.raises(CalibrationError, match="no previous plate"):
        board.restore_plate()
    with pytest.raises(CalibrationError, match="calibrate with fewer points"):
        board.take_plate(b'"' + b"a" * 200_000 + b'"')
    board.close()


def test_restore_lets_the_running_station_weigh_with_the_plate_before_at_once(
    station: VirtualStation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BALANCE_SOCKET", raising=False)
    board = board_of(station)
    before, present = (
        board.take_plate(plate_document(counts_per_n=scale).encode()) for scale in (1900, 2100)
    )
    board.close()
    assert station.service._scale.plate.calibration == present
    config = station.folder / "station.toml"
    config.write_text(f'[station]\nid = "s-1"\nstate = "{station.folder}"\n')
    with ThreadPoolExecutor(1) as pool:
        command = pool.submit(main, ["restore", "--config", str(config), "--json"])
        while not command.done():
            station.run(0.05)
    assert command.result() == 0
    assert json.loads(capsys.readouterr().out)["id"] == before
    assert station.service._scale.plate.calibration == before
    station.run(0.1)
    assert not station.service._upkeep.on


def by_another(station: VirtualStation, monkeypatch: pytest.MonkeyPatch, verb: str) -> int:
    """Run one verb as the kiosk does: its user reaches the socket, and sees nothing the station keeps."""
    (own := station.folder / "of-the-kiosk").mkdir(exist_ok=True)
    (own / "station.toml").write_text(f'[station]\nid = "s-1"\nstate = "{own}"\n')
    (own / "answers.toml").write_text('who = "A nephew"\nmasses_kg = [10.0]\n')
    monkeypatch.setenv("BALANCE_SOCKET", str(station.folder / "session.sock"))
    answers = () if verb == "restore" else ("--answers", str(own / "answers.toml"))
    with ThreadPoolExecutor(1) as pool:
        command = pool.submit(main, [verb, "--config", str(own / "station.toml"), "--json", *answers])
        while not command.done():
            station.run(0.05)
    return command.result()


def test_the_kiosk_weighs_with_the_plate_of_the_station_and_what_it_finds_is_remembered_there(
    station: VirtualStation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    board = board_of(station)
    named = board.take_plate(plate_document(counts_per_n=2200).encode())
    board.close()
    assert by_another(station, monkeypatch, "daily") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["cal"] == named
    assert found["force_off"] == pytest.approx(2000 / 2200 - 1, abs=0.03)
    assert found["recalibrate"]
    board = board_of(station)
    (advice,) = board.advice
    assert advice.reason == "span_off"
    assert advice.measured == pytest.approx(100 * found["force_off"], abs=0.1)
    board.close()
    assert by_another(station, monkeypatch, "tare") == 0
    assert "weighs a known mass wrong" in capsys.readouterr().out


def test_the_kiosk_goes_back_to_the_calibration_before_where_there_is_one(
    station: VirtualStation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    board = board_of(station)
    before = board.take_plate(plate_document(counts_per_n=1900).encode())
    board.close()
    assert by_another(station, monkeypatch, "restore") == 1
    assert "there is no calibration before this one" in capsys.readouterr().err
    board = board_of(station)
    board.take_plate(plate_document(counts_per_n=2100).encode())
    board.close()
    assert by_another(station, monkeypatch, "restore") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["id"], told["who"]) == (before, json.loads(plate_document())["who"])
    assert station.service._scale.plate.calibration == before


def test_closing_gives_the_board_back(station: VirtualStation) -> None:
    board = board_of(station)
    board.close()
    board.close()
    station.run(0.1)
    assert not station.service._upkeep.on
