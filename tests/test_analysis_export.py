"""A session as a folder: what stands in it, and that the numbers come out of it again."""

import csv
import gzip
import json
import sqlite3
from base64 import b64encode
from pathlib import Path

import numpy as np
import pytest

from station.__main__ import main
from station.analysis.analyse import Analysis, Settings, analyse_file
from station.analysis.kept import Archive
from station.analysis.plate_file import read_plate
from station.session.store import Header, Store
from station.sway.plate import Plate
from station.sway.reading import ALG, Fault, Reading
from station.sway.report import report
from station.sway.trace import decode_trace, encode_trace
from station.training.result import SessionResult, SupportResult, TrialResult
from tests.recordings import forces

S = 1_000_000_000
START_NS = 5_000 * S + 123_456_789  # the hold begins at no round time
PLATE = Plate((2000.0,) * 4, (10_000.0, -20_000.0, 0.0, 5.0), 400.0, 300.0)
# A pause in the middle: the hold counted twice.
SPANS_NS = ((START_NS, START_NS + 9 * S), (START_NS + 11 * S, START_NS + 20 * S + 7_000_000))
HEADER = Header(
    t="2026-03-01T08:00:00Z",
    mono_ms=1,
    boot="b",
    clock="synced",
    subj="p",
    rx_version=1,
    cal="plate-7",
    alg=ALG,
    sim=False,
)
SESSION = SessionResult(
    session="01a20501-e36d-74d3-9bf2-e5233a3c7bb1",
    started="2026-03-01T08:00:00.250Z",
    ended="2026-03-01T08:10:00Z",
    complete=True,
    ended_by="finished",
    trials=2,
    answers={"pain": 2},
    rx_version=1,
    sim=False,
)


def readings() -> list[Reading]:
    """Four chips at their own rates, a void one among their readings, and 200 ms of silence of one."""
    found = []
    for cell in range(4):
        t_s = np.arange(-3 + 0.001 * cell, 22, 1 / (83 + 3 * cell))
        x_mm, y_mm = 6 * np.sin(2.5 * t_s), -10 + 9 * np.sin(1.9 * t_s)
        force_n = forces(x_mm, y_mm, width_mm=PLATE.width_mm, length_mm=PLATE.length_mm)[cell]
        counts = np.rint(force_n * PLATE.counts_per_n[cell] + PLATE.tare_counts[cell]).astype(int)
        for at_s, count in zip(t_s.tolist(), counts.tolist(), strict=True):
            if cell == 2 and 4 < at_s < 4.2:
                continue
            found.append(Reading(START_NS + round(at_s * 1e9), cell, count, Fault.NONE))
    found[100] = found[100]._replace(fault=Fault.DESYNC)
    return sorted(found)


def keep(store: Store, session: str, number: int, data: bytes) -> TrialResult:
    made = report(decode_trace(data), PLATE, SPANS_NS)
    result = TrialResult(
        trial=f"{session[:8]}-trial-{number}",
        session=session,
        number=number,
        routine="supported-standing",
        rung=1,
        side=None,
        stance="both",
        support_kind="two-hands",
        vision="open",
        surface="firm",
        attempt=number,
        started="2026-03-01T08:01:00Z",
        outcome="done",
        hold_s=18.01,
        target_hold_s=20.0,
        body_weight_n=640.0,
        measures=made.measures,
        quality=made.quality,
        support=SupportResult(mean_percent=12.5, max_percent=20.0, limit_percent=40.0),
        in_target_percent=90.0,
        faults=(),
        cal="plate-7",
        alg=ALG,
        sim=False,
    )
    raw = {
        "trial": result.trial,
        "encoding": "trace-1",
        "data": b64encode(data).decode(),
        "hold_ns": (START_NS, SPANS_NS[-1][1]),
        "spans_ns": SPANS_NS,
        "plate": PLATE.to_dict(),
    }
    store.keep_trial(result, json.dumps(raw).encode(), HEADER)
    return result


@pytest.fixture
def station(tmp_path: Path) -> Path:
    """Return the configuration of a station that has kept one session of two trials."""
    with Store(tmp_path / "station.sqlite3") as store:
        store.begin_session(SESSION.session, started=SESSION.started, rx_version=1)
        for number in (1, 2):
            keep(store, SESSION.session, number, encode_trace(readings()))
        store.end_session(SESSION, HEADER)
    config = tmp_path / "station.toml"
    config.write_text(f'[station]\nid = "home-7"\nstate = "{tmp_path}"\n')
    return config


def export(config: Path, out: Path, *words: str) -> int:
    return main(["export", "--config", str(config), "--out", str(out), *words])


@pytest.fixture
def folder(station: Path, tmp_path: Path) -> Path:
    assert export(station, tmp_path / "out") == 0
    (folder,) = (tmp_path / "out").iterdir()
    return folder


def kept(config: Path) -> TrialResult:
    with Store(config.parent / "station.sqlite3") as store:
        return store.trials_of(SESSION.session)[0]


def rows_of(file: Path) -> list[dict[str, str]]:
    with gzip.open(file, "rt", newline="") as text:
        return list(csv.DictReader(text))


def measured(file: Path, settings: Settings) -> Analysis:
    result = analyse_file(file, settings)
    assert isinstance(result, Analysis), result
    return result


def test_a_session_is_a_folder_of_named_files(folder: Path) -> None:
    assert folder.name == "20260301T0800Z-3a3c7bb1"
    assert sorted(file.name for file in folder.iterdir()) == [
        "01-supported-standing-plate.json",
        "01-supported-standing-raw.csv.gz",
        "01-supported-standing.csv.gz",
        "02-supported-standing-plate.json",
        "02-supported-standing-raw.csv.gz",
        "02-supported-standing.csv.gz",
        "README.txt",
        "session.json",
        "trials.csv",
    ]
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}, "it is somebody's health"


def test_the_path_of_a_trial_gives_the_numbers_that_were_kept(folder: Path, station: Path) -> None:
    trial = kept(station)
    found = measured(folder / "01-supported-standing.csv.gz", Settings())
    assert found.report.measures.keys() == trial.measures.keys()
    for name, value in trial.measures.items():
        # The asymmetry is made of the forces, which are exported unfiltered.
        rel = 0.02 if name == "load_asymmetry_percent" else 1e-6
        assert found.report.measures[name] == pytest.approx(value, rel=rel), name
    assert found.report.quality["missing_percent"] == pytest.approx(trial.quality["missing_percent"], abs=0.1)
    assert found.report.quality["longest_gap_s"] == pytest.approx(trial.quality["longest_gap_s"], abs=0.02)


def test_the_raw_counts_of_a_trial_give_the_numbers_to_the_last_digit(folder: Path, station: Path) -> None:
    plate = read_plate(folder / "01-supported-standing-plate.json")
    found = measured(folder / "01-supported-standing-raw.csv.gz", Settings(plate=plate))
    assert found.report.measures == pytest.approx(kept(station).measures, rel=1e-12)
    assert found.report.quality == kept(station).quality


def test_every_reading_is_exported_at_its_own_time_the_void_ones_by_name(folder: Path) -> None:
    rows = rows_of(folder / "01-supported-standing-raw.csv.gz")
    names = ("fl_counts", "fr_counts", "rl_counts", "rr_counts")
    wanted = decode_trace(encode_trace(readings()))
    good = {
        (round(float(row["t_s"]) * 1e9) + START_NS, names.index(name), int(row[name]))
        for row in rows
        for name in names
        if row[name]
    }
    assert good == {(r.t_ns, r.cell, r.counts) for r in wanted if r.fault is Fault.NONE}
    assert [row["void"] for row in rows if row["void"]] == ["FL DESYNC"]


def test_time_that_did_not_count_is_marked_so(folder: Path) -> None:
    for row in rows_of(folder / "01-supported-standing.csv.gz"):
        t_s = float(row["t_s"])
        assert (row["counted"] == "1") == (0 <= t_s <= 9 or 11 <= t_s <= 20.007)


def test_a_silent_cell_leaves_the_position_empty(folder: Path) -> None:
    rows = rows_of(folder / "01-supported-standing.csv.gz")
    silent = [row for row in rows if 4.02 < float(row["t_s"]) < 4.18]
    assert silent
    assert {row["rl_n"] + row["load_n"] + row["ml_mm"] + row["ap_mm"] for row in silent} == {""}
    assert all(row["fl_n"] for row in silent)


def test_trials_and_session_stand_in_tables_of_their_own(folder: Path, station: Path) -> None:
    with (folder / "trials.csv").open(newline="") as text:
        first, second = csv.DictReader(text)
    assert (first["number"], second["number"]) == ("1", "2")
    assert (first["routine"], first["cal"], first["alg"], first["side"]) == (
        "supported-standing",
        "plate-7",
        ALG,
        "",
    )
    assert float(first["velocity_mm_s"]) == kept(station).measures["velocity_mm_s"]
    assert first["f95_ap_hz"] == "", "withheld"
    assert first["file"] == "01-supported-standing.csv.gz"
    session = json.loads((folder / "session.json").read_text())
    assert (session["format"], session["station"], session["result"]["answers"]) == (1, "home-7", {"pain": 2})
    assert len(session["trials"]) == 2


def test_the_readme_names_every_column_and_every_kind_of_file(folder: Path) -> None:
    readme = (folder / "README.txt").read_text()
    columns = {name for file in folder.glob("*.csv.gz") for name in rows_of(file)[0]}
    kinds = {file.name.replace("01-supported-standing", "NN-ROUTINE") for file in folder.glob("0[1]-*")}
    assert [name for name in columns | kinds | {"session.json", "trials.csv"} if name not in readme] == []


def test_what_is_there_is_never_written_over(
    folder: Path, station: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "trials.csv").write_text("with my notes")
    assert export(station, folder.parent) == 1
    assert f"{folder} is already there and was left as it is" in capsys.readouterr().err
    assert (folder / "trials.csv").read_text() == "with my notes"
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_full_disk_leaves_no_half_folder(
    station: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    assert export(station, tmp_path / "out") == 1
    assert "it cannot be written (No space left on device); name another --out" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


def test_one_session_is_chosen_by_how_its_id_begins(
    station: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store(tmp_path / "station.sqlite3") as store:
        store.begin_session("02b3-other", started="2026-03-02T08:00:00Z", rx_version=None)
    assert export(station, tmp_path / "out", "--session", "02b3") == 0
    (folder,) = (tmp_path / "out").iterdir()
    assert capsys.readouterr().out == f"{folder}\n"
    assert json.loads((folder / "session.json").read_text())["result"] is None, "it has not ended"
    assert export(station, tmp_path / "out", "--session", "ff") == 1
    assert "there is no session whose id begins with ff" in capsys.readouterr().err


def test_a_trial_whose_trace_is_gone_is_kept_without_a_file(station: Path, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "station.sqlite3") as db:
        db.execute("UPDATE trial SET raw = '' WHERE id LIKE '%-trial-1'")
    db.close()
    assert export(station, tmp_path / "out") == 0
    (folder,) = (tmp_path / "out").iterdir()
    with (folder / "trials.csv").open(newline="") as text:
        assert [row["file"] for row in csv.DictReader(text)] == ["", "02-supported-standing.csv.gz"]


def test_what_is_kept_is_opened_for_reading_only(station: Path, tmp_path: Path) -> None:
    with (
        Archive(tmp_path / "station.sqlite3") as archive,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        archive._db.execute("DELETE FROM trial")


def test_a_running_station_is_not_disturbed(station: Path, tmp_path: Path) -> None:
    with Store(tmp_path / "station.sqlite3") as store:
        before = store.backlog()
        assert export(station, tmp_path / "out") == 0
        store.remember("still", b"writing")
        assert store.backlog() == before


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (lambda file: file.unlink(), "there is no database"),
        (lambda file: file.write_text("hello " * 100), "file is not a database"),
        (
            lambda file: (
                sqlite3.connect(file, isolation_level=None)
                .execute("PRAGMA user_version = 99")
                .connection.close()
            ),
            "written by a newer station",
        ),
        (
            lambda file: (
                sqlite3.connect(file, isolation_level=None)
                .execute("UPDATE trial SET raw = x'00'")
                .connection.close()
            ),
            "database",
        ),
    ],
    ids=["missing", "no-database", "newer", "damaged"],
)
def test_a_database_that_cannot_be_read_is_one_sentence(
    station: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], break_it: object, says: str
) -> None:
    for extra in ("-wal", "-shm"):
        (tmp_path / f"station.sqlite3{extra}").unlink(missing_ok=True)
    break_it(tmp_path / "station.sqlite3")  # type: ignore[operator]
    assert export(station, tmp_path / "out") == 1
    err = capsys.readouterr().err
    assert says in err
    assert "station.sqlite3" in err
    assert err.count("\n") == 1
