"""Points from CSV: read strictly, and a fault names its line and column."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.points import parse_points, read_points, reference_tare, table, write_points
from calibration.truth import TruePlate, grid_mm, measured
from station.errors import CalibrationError

HEADER = "x_mm,y_mm,force_n,fl_counts,fr_counts,rl_counts,rr_counts"
ROW = "0,0,100,50000,50000,50000,50000"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: column x_mm is missing"),
        (HEADER.replace("fr_counts", "fl_counts"), "column fl_counts stands twice"),
        (f"{HEADER},colour", "column 'colour' is unknown"),
        (HEADER, "no points"),
        (f"{HEADER}\n1,2,3", "line 2: 3 values where the header names 7"),
        (f"{HEADER}\n{ROW}\n0,zero,100,1,1,1,1", "line 3, column y_mm: 'zero' is no number"),
        (f"{HEADER}\n0,0,-5,1,1,1,1", "line 2, column force_n: -5 is outside 0 to 5000"),
        (f"{HEADER}\n0,0,nan,1,1,1,1", "line 2, column force_n"),
        (f"{HEADER}\n0,0,5,1,1,1,9e6", "line 2, column rr_counts"),
        (f"{HEADER},use\n{ROW},maybe", "line 2, column use: 'maybe' is neither"),
    ],
)
def test_a_fault_names_its_line_and_column(text: str, said: str) -> None:
    with pytest.raises(CalibrationError, match=said):
        parse_points(text.splitlines(), where="points.csv")


@given(st.text(alphabet=',.-0123456789abc"\n xyenf_mcounts', max_size=200))
def test_no_text_is_read_as_anything_but_points_or_a_named_fault(text: str) -> None:
    with suppress(CalibrationError):
        points = parse_points([HEADER, *text.split("\n")], where="f")
        assert all(0 <= point.force_n <= 5000 for point in points)


def test_written_points_read_back(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    points = measured(TruePlate(rng), grid_mm(2, 150), [98.0], rng, placing_mm=1)
    write_points(points, tmp_path / "p.csv")
    again = read_points(tmp_path / "p.csv")
    assert [(p.x_mm, p.force_n, p.use) for p in again] == [(p.x_mm, p.force_n, p.use) for p in points]
    assert np.allclose([p.counts for p in again], [p.counts for p in points], atol=0.01)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="No such file"):
        read_points(tmp_path / "none.csv")


def test_the_zero_walks_evenly_between_two_tares() -> None:
    text = [HEADER, "0,0,0,0,0,0,0", "0,0,100,150,150,150,150", "0,0,0,100,100,100,100"]
    points = parse_points(text, where="f")
    assert table(points, "fit").net_counts.tolist() == [[100.0] * 4]
    assert reference_tare(points) == (50.0,) * 4


def test_points_without_a_tare_are_refused() -> None:
    with pytest.raises(CalibrationError, match="force 0"):
        table(parse_points([HEADER, ROW], where="f"), "fit")
