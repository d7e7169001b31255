"""`balance-calibrate fit`: a CSV in, a plate file and a report out; what does not pass writes no plate."""

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from calibration.__main__ import main
from calibration.bench import interrupted
from calibration.points import Point, write_points
from calibration.truth import TruePlate, grid_mm, measured
from station.config import load_config
from station.errors import BoardError
from station.session.plates import read_plate_file
from station.weighing import own_plates

PNG = b"\x89PNG\r\n\x1a\n"


def points(placing_mm: float = 1.0) -> list[Point]:
    rng = np.random.default_rng(5)
    return measured(TruePlate(rng), grid_mm(3, 150), [98.0, 196.0], rng, placing_mm=placing_mm)


def csv_file(folder: Path, what: list[Point]) -> str:
    write_points(what, folder / "points.csv")
    return str(folder / "points.csv")


def test_fit_writes_a_plate_and_prints_one_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "plate.json"
    assert main(["fit", csv_file(tmp_path, points()), "--out", str(out), "--json", "--who", "Ayşe"]) == 0
    said = json.loads(capsys.readouterr().out)
    file = read_plate_file(out)
    assert said["id"] == file.id == file.board().calibration
    assert said["light"] == file.verified.light == "green"
    assert file.who == "Ayşe"
    assert len(file.uncertainty) == 9
    assert sum(point.off is not None for point in file.points) == 18


def test_fit_tells_a_person_how_good_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", csv_file(tmp_path, points()), "--out", str(tmp_path / "plate.json")]) == 0
    said = capsys.readouterr().out
    assert "GREEN" in said
    assert "nominal values on the same points" in said
    assert "by hand easily 1.4 mm" in said


def test_fit_draws_the_error_map(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    plot, out = tmp_path / "map.png", tmp_path / "plate.json"
    assert main(["fit", csv_file(tmp_path, points()), "--out", str(out), "--plot", str(plot)]) == 0
    assert plot.read_bytes().startswith(PNG)


def test_careless_placing_makes_no_plate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "plate.json"
    assert main(["fit", csv_file(tmp_path, points(placing_mm=8)), "--out", str(out), "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["id"] is None
    assert "does not pass" in said.err
    assert not out.exists()


def test_a_bad_file_gets_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("a,b\n1,2\n")
    assert main(["fit", str(path), "--out", str(tmp_path / "plate.json")]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "line 1" in said.err


@pytest.fixture
def station(tmp_path: Path) -> list[str]:
    """Options of a simulated station in a folder of its own, with answers for everything."""
    config, answers = tmp_path / "station.toml", tmp_path / "answers.toml"
    config.write_text(f'[station]\nid = "s-1"\nstate = "{tmp_path / "state"}"\n')
    answers.write_text('who = "A nephew"\nmasses_kg = [10.02, 19.96]\n')
    return ["--config", str(config), "--answers", str(answers), "--json"]


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_unattended_a_simulated_board_is_calibrated_verified_and_taken_back(
    station: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", *station]) == 0
    assert said(capsys)["cal"] == "nominal"
    assert main(["plate", *station]) == 0
    first = said(capsys)
    assert first["light"] == "green"
    assert first["simulated"]["rmse_mm"] < min(1.0, first["simulated"]["nominal_rmse_mm"])
    assert main(["verify", *station]) == 0
    verified = said(capsys)
    assert verified["cal"] == first["id"]
    assert verified["rmse_mm"] < 2.5
    plates = own_plates(load_config(station[1]))
    newer = plates.current()
    assert newer is not None
    plates.install(msgspec.structs.replace(newer, who="Somebody else"))
    assert main(["restore", *station[:2], "--json"]) == 0
    restored = said(capsys)
    assert (restored["id"], restored["who"]) == (first["id"], "A nephew")
    # The next step back would be beyond the first calibration.
    assert main(["restore", *station[:2]]) == 1
    assert "no calibration before this one" in capsys.readouterr().err


def test_tare_corners_cells_and_the_daily_check_run_unattended(
    station: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tare", *station]) == 0
    assert len(said(capsys)["tare_counts"]) == 4
    assert main(["corners", *station]) == 0
    assert said(capsys)["right"]
    assert main(["cells", *station]) == 0
    assert said(capsys)["FL"]["counts_per_n"] == pytest.approx(2000, rel=0.03)
    assert main(["daily", *station]) == 0
    assert not said(capsys)["recalibrate"]


def test_wrong_answers_are_named(station: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path(station[3]).write_text("masses_kg = [10, -1]\n")
    assert main(["plate", *station]) == 1
    assert "masses_kg" in capsys.readouterr().err


def test_a_person_answers_goes_back_and_quits_and_the_work_is_kept(
    station: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = ["Ayşe", "ten", "10.02 19.96", "", "", "back", "", "quit"]
    typed = tmp_path / "typed"
    typed.write_text("".join(f"{line}\n" for line in lines))
    with typed.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert main(["plate", *station[:2], "--json"]) == 1
    first = capsys.readouterr().err
    assert "Numbers above 0" in first
    assert "goes on from here" in first
    with typed.open() as stdin:  # whoever comes back to it
        monkeypatch.setattr("sys.stdin", stdin)
        assert main(["plate", *station[:2], "--json"]) == 1
    again = capsys.readouterr().err
    assert again.count("going on after step 2") == 1
    assert "back repeats step 2" in again
    assert main(["plate", *station]) == 0
    assert capsys.readouterr().err.count("going on after step") == 1


def test_a_mistyped_mass_costs_no_step(
    station: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def types(text: str) -> str:
        (tmp_path / "typed").write_text(text)
        with (tmp_path / "typed").open() as stdin:
            monkeypatch.setattr("sys.stdin", stdin)
            assert main(["plate", *station[:2], "--json"]) == 1
        return capsys.readouterr().err

    types("Ayşe\n10.02 19.96\n\n\nquit\n")
    wrong = types("Ayşe\n10.02 19.69\n\n\nquit\n")
    assert "steps with other masses are kept (10.02 19.96 kg)" in wrong
    assert "going on" not in wrong.replace("to go on", "")
    assert "going on after step 2" in types("Ayşe\n10.02 19.96\nquit\n")
    assert main(["plate", *station]) == 0
    left = {path.name for path in (tmp_path / "state").glob("calibration-*.csv")}
    assert left == {"calibration-last.csv"}


@pytest.mark.parametrize(("second", "steps"), [("19.96", "1 of 28"), ("", "1 of 19")])
def test_whoever_names_one_mass_is_asked_for_another_and_may_do_without(
    station: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    second: str,
    steps: str,
) -> None:
    (tmp_path / "typed").write_text(f"Ayşe\n10.02\n{second}\nquit\n")
    with (tmp_path / "typed").open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert main(["plate", *station[:2], "--json"]) == 1
    told = capsys.readouterr()
    assert "A second, in kg" in told.err
    assert steps in told.err


@pytest.mark.parametrize(
    ("typed", "why", "steps"),
    [
        ("Ayşe\n10.02 19.96\n\n\nquit\n", "stopped", "the first 2 steps are kept, and the same command"),
        ("Ayşe\n10.02 19.96\n\nquit\n", "stopped", "the first step is kept, and the same command"),
        ("Ayşe\n10.02 19.96\n\n\n", "the input ended", "the first 2 steps are kept, and the same command"),
        ("Ayşe\n10.02 19.96\nquit\n", "stopped", ""),
    ],
)
def test_an_interrupted_calibration_says_what_becomes_of_the_steps_so_far(
    station: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    typed: str,
    why: str,
    steps: str,
) -> None:
    (tmp_path / "typed").write_text(typed)
    with (tmp_path / "typed").open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert main(["plate", *station[:2], "--json"]) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith(f"balance-calibrate plate: {why}")
    assert ("kept" in last) is bool(steps)
    assert steps in last


def test_ctrl_c_at_a_question_says_that_nothing_was_changed(
    station: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("calibration.terminal.ask_answers", interrupted)
    with Path(os.devnull).open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert main(["plate", *station[:2]]) == 130
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == (
        "balance-calibrate plate: stopped; the plate in use stays, and so do steps kept before; "
        "the same command begins again"
    )


def test_a_station_that_goes_away_meanwhile_is_told_with_what_is_kept() -> None:
    told = interrupted(BoardError("the station is gone"), 5)
    assert isinstance(told, BoardError)  # which a screen tells apart
    assert str(told).startswith("the station is gone; the first 5 steps are kept")


def test_a_check_that_keeps_nothing_does_not_say_that_it_does(
    station: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "typed").write_text("Ayşe\n10.02\n\nquit\n")
    with (tmp_path / "typed").open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert main(["verify", *station[:2], "--json"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "balance-calibrate verify: stopped"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_what_root_calibrates_belongs_to_whoever_owns_the_station(
    station: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    os.chown(state, 12345, 12346)
    assert main(["plate", *station]) == 0
    made = list(state.rglob("*"))
    assert {path.name for path in made} >= {"calibration-last.csv", "plates", "history"}
    assert {(path.stat().st_uid, path.stat().st_gid) for path in made} == {(12345, 12346)}
