"""One recording to its report: motions known on paper, in every kind of file; many files at once."""

import csv
from pathlib import Path

import numpy as np
import pytest

from station.analysis.analyse import Analysis, Failure, Settings, analyse_file, analyse_files
from station.sway.catalogue import CATALOGUE
from tests.recordings import (
    LOAD_N,
    PLATE,
    RADIUS_MM,
    TURNS_HZ,
    Writer,
    circle,
    force_plate,
    forces,
    four_forces,
    raw_counts,
    times,
    write,
)

PUBLISHED = Path(__file__).parents[2] / "shared/data/hbedb"
AS_IT_IS = Settings(filter="none")
VELOCITY_MM_S = 2 * np.pi * RADIUS_MM * TURNS_HZ


def analysed(file: Path, settings: Settings = AS_IT_IS) -> Analysis:
    result = analyse_file(file, settings)
    assert isinstance(result, Analysis), result
    return result


def refused(file: Path, settings: Settings = AS_IT_IS) -> str:
    result = analyse_file(file, settings)
    assert isinstance(result, Failure)
    assert result.error.startswith(f"{file}:")
    return result.error


@pytest.mark.parametrize("settings", [Settings(), AS_IT_IS], ids=["cop-1", "none"])
@pytest.mark.parametrize("kind", [force_plate, four_forces], ids=["force-plate", "forces"])
def test_a_circle_has_the_numbers_of_a_circle(tmp_path: Path, kind: Writer, settings: Settings) -> None:
    measures = analysed(kind(tmp_path / "circle.csv", times(60)), settings).report.measures
    assert measures["velocity_mm_s"] == pytest.approx(VELOCITY_MM_S, rel=1e-3)
    assert measures["rms_ml_mm"] == pytest.approx(RADIUS_MM / np.sqrt(2), rel=1e-3)
    assert measures["mean_ml_mm"] == pytest.approx(5, abs=1e-3)
    assert measures["mean_ap_mm"] == pytest.approx(-20, abs=1e-3)
    assert measures["f50_ml_hz"] == pytest.approx(TURNS_HZ, abs=1e-6)


@pytest.mark.parametrize("settings", [Settings(plate=PLATE), Settings("none", PLATE)], ids=["cop-1", "none"])
def test_raw_counts_are_weighed_with_the_plate_named(tmp_path: Path, settings: Settings) -> None:
    measures = analysed(raw_counts(tmp_path / "raw.csv", times(30)), settings).report.measures
    assert measures["velocity_mm_s"] == pytest.approx(VELOCITY_MM_S, rel=1e-3)
    assert measures["mean_ap_mm"] == pytest.approx(-20, abs=0.01)
    assert measures["load_asymmetry_percent"] == pytest.approx(100 * 5 / 200, rel=1e-2)


def test_forces_are_taken_over_the_distances_of_the_plate_named(tmp_path: Path) -> None:
    file = four_forces(tmp_path / "f.csv", times(20), width_mm=400, length_mm=300)
    assert analysed(file, Settings("none", PLATE)).report.measures["mean_ap_mm"] == pytest.approx(
        -20, abs=1e-3
    )
    assert analysed(file).report.measures["mean_ap_mm"] == pytest.approx(-20 * 400 / 300, abs=1e-3)


def test_only_a_recording_of_forces_tells_the_load_asymmetry(tmp_path: Path) -> None:
    of_forces = analysed(four_forces(tmp_path / "f.csv", times(20))).report
    assert of_forces.measures["load_asymmetry_percent"] == pytest.approx(100 * 5 / 200, rel=1e-6)
    assert "load_asymmetry_percent" not in of_forces.withheld
    of_plate = analysed(force_plate(tmp_path / "p.csv", times(20))).report
    assert "load_asymmetry_percent" in of_plate.withheld
    assert [name for name in CATALOGUE if name in of_forces.measures] == list(of_forces.measures)


def test_raw_counts_without_a_plate_are_refused_with_the_option_to_give(tmp_path: Path) -> None:
    file = raw_counts(tmp_path / "raw.csv", times(20))
    for settings in (Settings(), AS_IT_IS):
        assert "it holds raw counts; name the plate they were measured with: --plate FILE" in refused(
            file, settings
        )


def test_a_saturated_count_is_a_void_reading(tmp_path: Path) -> None:
    file = raw_counts(tmp_path / "raw.csv", times(20))
    lines = file.read_text().splitlines()
    lines[700] = ",".join([lines[700].split(",")[0], "8388607", *lines[700].split(",")[2:]])
    file.write_text("\n".join(lines))
    for settings in (Settings("none", PLATE), Settings(plate=PLATE)):
        assert analysed(file, settings).report.measures["range_ml_mm"] == pytest.approx(
            2 * RADIUS_MM, rel=1e-2
        )


def test_steps_across_a_gap_enter_no_sum(tmp_path: Path) -> None:
    t_s = times(60)
    t_s = t_s[(t_s < 20) | (t_s >= 30.5)]
    report = analysed(force_plate(tmp_path / "gap.csv", t_s)).report
    assert report.measures["velocity_mm_s"] == pytest.approx(VELOCITY_MM_S, rel=1e-3)
    assert report.quality["longest_gap_s"] == pytest.approx(10.5, abs=0.02)
    assert report.quality["flagged"]


def test_times_in_whole_milliseconds_are_an_even_grid(tmp_path: Path) -> None:
    exact_s = times(30, rate_hz=300)
    x_mm, y_mm = circle(exact_s)
    file = write(
        tmp_path / "ms.csv",
        "t_s,load_n,ml_mm,ap_mm",
        [np.round(exact_s, 3), np.full_like(exact_s, LOAD_N), x_mm, y_mm],
    )
    found = analysed(file)
    assert found.rate_hz == pytest.approx(300, rel=1e-3)
    assert found.report.measures["velocity_mm_s"] == pytest.approx(VELOCITY_MM_S, rel=2e-3)


@pytest.mark.parametrize("kind", [force_plate, four_forces], ids=["force-plate", "forces"])
def test_uneven_rows_are_put_on_a_grid_by_the_method_and_refused_without_it(
    tmp_path: Path, kind: Writer
) -> None:
    t_s = np.cumsum(np.random.default_rng(3).uniform(0.006, 0.016, 3000))
    file = kind(tmp_path / "uneven.csv", t_s)
    found = analysed(file, Settings())
    assert found.rate_hz == 100
    assert found.report.measures["velocity_mm_s"] == pytest.approx(VELOCITY_MM_S, rel=5e-3)
    assert "its rows are not evenly spaced" in refused(file)
    assert "use --filter cop-1" in refused(file)


def test_a_gap_between_uneven_rows_is_not_filled(tmp_path: Path) -> None:
    t_s = np.cumsum(np.random.default_rng(3).uniform(0.006, 0.016, 3000))
    file = force_plate(tmp_path / "uneven.csv", t_s[(t_s < 10) | (t_s > 12)])
    quality = analysed(file, Settings()).report.quality
    assert quality["longest_gap_s"] == pytest.approx(2, abs=0.05)


def test_a_short_recording_says_what_it_may_not_tell_and_why(tmp_path: Path) -> None:
    report = analysed(force_plate(tmp_path / "short.csv", times(30))).report
    assert "velocity_mm_s" in report.measures
    assert "told from 60 s on" in report.withheld["f95_ap_hz"]
    assert report.measures.keys() | report.withheld.keys() == CATALOGUE.keys()


@pytest.mark.parametrize(("seconds", "says"), [(0.01, "it has 1 rows"), (0.5, "it lasts 0.49 s")])
def test_a_recording_under_a_second_is_none(tmp_path: Path, seconds: float, says: str) -> None:
    assert says in refused(force_plate(tmp_path / "blink.csv", times(seconds)))


def test_a_plate_nobody_stood_on_is_refused(tmp_path: Path) -> None:
    t_s = times(20)
    zero = np.zeros_like(t_s)
    file = write(tmp_path / "empty.csv", "t_s,fl_n,fr_n,rl_n,rr_n", [t_s, zero + 1, zero, zero, zero])
    assert "the load is 1 N at most: nobody stood on the plate" in refused(file)


def test_time_off_the_plate_is_a_gap_and_no_position(tmp_path: Path) -> None:
    t_s = times(40)
    load_n = np.where((t_s > 15) & (t_s < 20), 3.0, LOAD_N)
    x_mm, y_mm = circle(t_s)
    x_mm[load_n < 50] = 5000.0
    file = write(tmp_path / "off.csv", "t_s,load_n,ml_mm,ap_mm", [t_s, load_n, x_mm, y_mm])
    assert analysed(file, Settings()).report.measures["range_ml_mm"] < 2.01 * RADIUS_MM


def test_only_the_counted_rows_of_a_trial_are_measured(tmp_path: Path) -> None:
    t_s = times(30)
    x_mm, y_mm = circle(t_s)
    found = forces(x_mm, y_mm, width_mm=400, length_mm=400)
    counted = (t_s >= 5) & (t_s < 20)
    x_mm = np.where(counted, x_mm, 100.0)
    columns = [t_s, *found, np.full_like(t_s, LOAD_N), x_mm, y_mm, counted.astype(float)]
    header = "t_s,fl_n,fr_n,rl_n,rr_n,load_n,ml_mm,ap_mm,counted"
    for settings in (Settings(), AS_IT_IS):
        result = analysed(write(tmp_path / "trial.csv", header, columns), settings)
        assert result.report.measures["rms_ml_mm"] == pytest.approx(RADIUS_MM / np.sqrt(2), rel=0.05)
        assert result.report.quality["missing_percent"] == 0
        assert result.duration_s == 15
        assert result.filter == "cop-1", "the path of a trial went through the method before"


def test_a_trial_in_which_nothing_counted_is_refused(tmp_path: Path) -> None:
    t_s = times(3)
    columns = [t_s, *[np.full_like(t_s, 160.0)] * 4, np.full_like(t_s, LOAD_N), t_s, t_s, np.zeros_like(t_s)]
    file = write(tmp_path / "t.csv", "t_s,fl_n,fr_n,rl_n,rr_n,load_n,ml_mm,ap_mm,counted", columns)
    assert "no time in it counted as a hold" in refused(file)


@pytest.mark.parametrize("fewest", [2, 100], ids=["processes", "one-process"])
def test_files_come_back_in_the_order_named_the_bad_ones_among_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fewest: int
) -> None:
    monkeypatch.setattr("station.analysis.analyse.FEWEST_FOR_PROCESSES", fewest)
    monkeypatch.setattr("station.analysis.analyse.CHUNK", 1)
    good = force_plate(tmp_path / "good.csv", times(12))
    other = four_forces(tmp_path / "other.csv", times(12))
    bad = tmp_path / "bad.csv"
    bad.write_text("t_s,load_n,ml_mm,ap_mm\n0,1,x,2\n")
    named = [good, bad, other, tmp_path / "gone.csv", good]
    results = list(analyse_files(named, AS_IT_IS))
    assert [result.file for result in results] == named
    assert [isinstance(result, Analysis) for result in results] == [True, False, True, False, True]


@pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason=f"the recordings of Santos & Duarte are not at {PUBLISHED}"
)
def test_published_ellipses_and_velocities_are_reproduced() -> None:
    with (PUBLISHED / "published.csv").open(newline="") as text:
        rows = {row["trial"]: row for row in csv.DictReader(text)}
    for trial, row in rows.items():
        measures = analysed(PUBLISHED / f"{trial}.csv").report.measures
        assert measures["pea95_mm2"] == pytest.approx(float(row["pea95_mm2"]), rel=1e-9)
        # Published is P/(N/fs); ours is P/T with T = (N−1)/fs.
        assert measures["velocity_mm_s"] == pytest.approx(float(row["velocity_mm_s"]) * 6000 / 5999, rel=1e-9)
