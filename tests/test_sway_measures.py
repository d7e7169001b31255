"""Measures against signals whose answers are known on paper, and against published values."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.sway.catalogue import CATALOGUE
from station.sway.measures import Piece, prediction_ellipse, sway_measures

PUBLISHED = Path(__file__).parents[2] / "shared/data/hbedb"


def circle(radius_mm: float, seconds: int = 10, rate_hz: int = 100) -> Piece:
    angle = 2 * np.pi * np.arange(seconds * rate_hz + 1) / rate_hz  # one turn a second
    return Piece(radius_mm * np.cos(angle), radius_mm * np.sin(angle))


def test_a_circle_has_the_velocity_area_and_frequency_of_a_circle() -> None:
    measures = sway_measures([circle(5.0)], rate_hz=100)
    assert measures["velocity_mm_s"] == pytest.approx(2 * np.pi * 5, rel=1e-3)
    assert measures["sway_area_mm2_s"] == pytest.approx(np.pi * 25, rel=2e-3)
    assert measures["mean_frequency_hz"] == pytest.approx(1.0, rel=2e-3)
    assert measures["rms_ml_mm"] == pytest.approx(5 / np.sqrt(2), rel=2e-3)
    assert measures["range_ap_mm"] == pytest.approx(10, rel=1e-6)


def test_a_straight_line_has_its_length_as_path_and_no_area() -> None:
    line = Piece(np.linspace(0, 30, 101), np.linspace(0, 40, 101))
    measures = sway_measures([line], rate_hz=100)
    assert measures["path_mm"] == pytest.approx(50)
    assert measures["velocity_ml_mm_s"] == pytest.approx(30)
    assert measures["velocity_ap_mm_s"] == pytest.approx(40)
    assert measures["pea95_mm2"] == pytest.approx(0, abs=1e-4)


def test_the_ellipse_lies_along_the_larger_axis_with_the_known_ratio() -> None:
    rng = np.random.default_rng(3)
    along, across = rng.normal(0, 10, 200_000), rng.normal(0, 2, 200_000)
    turn = np.radians(30)
    x = along * np.cos(turn) - across * np.sin(turn)
    y = along * np.sin(turn) + across * np.cos(turn)
    ellipse = prediction_ellipse(x, y)
    # For many points the scale tends to the 0.95 quantile of chi-square with 2 degrees of freedom, 5.991.
    assert ellipse.major_mm == pytest.approx(10 * np.sqrt(5.991), rel=0.01)
    assert ellipse.minor_mm == pytest.approx(2 * np.sqrt(5.991), rel=0.01)
    assert np.degrees(ellipse.angle_rad) % 180 == pytest.approx(30, abs=0.5)


def test_a_step_across_a_gap_is_not_walked() -> None:
    here = Piece(np.zeros(51), np.zeros(51))
    there = Piece(np.full(51, 100.0), np.zeros(51))
    assert sway_measures([here, there], rate_hz=100)["path_mm"] == 0


def test_a_sine_has_the_frequency_that_prietos_axis_formula_gives_it() -> None:
    t = np.arange(0, 60.005, 0.01)
    measures = sway_measures([Piece(3 * np.sin(2 * np.pi * 0.5 * t), 5 + 0 * t)], rate_hz=100)
    # V = 4Af and mean|x| = 2A/pi, so V/(4 sqrt(2) mean|x|) = pi f / (2 sqrt(2)).
    assert measures["mean_frequency_ml_hz"] == pytest.approx(np.pi * 0.5 / (2 * np.sqrt(2)), rel=1e-3)
    assert "mean_frequency_ap_hz" not in measures, "who does not move has no frequency"
    assert measures["mean_ap_mm"] == pytest.approx(5)
    assert measures["mean_distance_mm"] == pytest.approx(2 * 3 / np.pi, rel=1e-3)


def slow_measures(x: list[float], y: list[float], rate_hz: float) -> dict[str, float]:
    """Prieto 1996, equations 3, 4, 6, 8, 11, 20 and 23, written out point by point."""
    n = len(x)
    mx, my = sum(x) / n, sum(y) / n
    u, v = [a - mx for a in x], [b - my for b in y]
    t_s = (n - 1) / rate_hz
    distance = sum(math.sqrt(a * a + b * b) for a, b in zip(u, v, strict=True)) / n
    path = sum(math.sqrt((u[i + 1] - u[i]) ** 2 + (v[i + 1] - v[i]) ** 2) for i in range(n - 1))
    swept = sum(abs(v[i + 1] * u[i] - u[i + 1] * v[i]) for i in range(n - 1))
    path_ml = sum(abs(u[i + 1] - u[i]) for i in range(n - 1))
    return {
        "mean_distance_mm": distance,
        "path_mm": path,
        "velocity_mm_s": path / t_s,
        "velocity_ml_mm_s": path_ml / t_s,
        "rms_ml_mm": math.sqrt(sum(a * a for a in u) / n),
        "sway_area_mm2_s": swept / (2 * t_s),
        "mean_frequency_hz": path / t_s / (2 * math.pi * distance),
        "mean_frequency_ml_hz": path_ml / t_s / (4 * math.sqrt(2) * sum(abs(a) for a in u) / n),
    }


def test_measures_are_prietos_formulas_written_out_point_by_point() -> None:
    x, y = np.random.default_rng(9).normal(0, 1, (2, 3000)).cumsum(axis=1)
    measures = sway_measures([Piece(x, y)], rate_hz=50)
    for name, value in slow_measures(x.tolist(), y.tolist(), 50).items():
        assert measures[name] == pytest.approx(value, rel=1e-9), name


def test_white_noise_has_the_velocity_of_its_steps() -> None:
    x, y = np.random.default_rng(10).normal(0, 2, (2, 200_000))
    measures = sway_measures([Piece(x, y)], rate_hz=100)
    # A step is normal with variance 2 s^2 on each axis; its length has the mean sqrt(pi/2) sqrt(2) s.
    assert measures["velocity_mm_s"] == pytest.approx(100 * np.sqrt(np.pi / 2) * np.sqrt(2) * 2, rel=0.01)
    assert measures["pea95_mm2"] == pytest.approx(np.pi * 5.991 * 4, rel=0.02)


def test_fewer_than_three_points_are_refused() -> None:
    with pytest.raises(ValueError, match="fewer than three"):
        sway_measures([Piece(np.zeros(2), np.zeros(2))], rate_hz=100)


paths = st.integers(min_value=0, max_value=2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).normal(0, 5, (2, 200)).cumsum(axis=1)
)
TURNED = ("path_mm", "velocity_mm_s", "pea95_mm2", "sway_area_mm2_s", "mean_distance_mm", "mean_frequency_hz")


@given(paths, st.floats(0, 6.28), st.floats(-100, 100))
def test_turning_and_shifting_the_person_changes_no_planar_measure(
    path: np.ndarray, turn: float, shift: float
) -> None:
    x, y = path
    turned = Piece(x * np.cos(turn) - y * np.sin(turn) + shift, x * np.sin(turn) + y * np.cos(turn) - shift)
    before = sway_measures([Piece(x, y)], rate_hz=100)
    after = sway_measures([turned], rate_hz=100)
    for name in TURNED:
        assert after[name] == pytest.approx(before[name], rel=1e-6), name


@given(paths, st.floats(0.01, 100))
def test_another_unit_of_length_scales_each_measure_as_its_own_unit_says(
    path: np.ndarray, factor: float
) -> None:
    x, y = path
    powers = {"mm": 1, "mm/s": 1, "mm²": 2, "mm²/s": 2, "Hz": 0, "°": 0}
    before = sway_measures([Piece(x, y)], rate_hz=100)
    after = sway_measures([Piece(factor * x, factor * y)], rate_hz=100)
    for name, value in before.items():
        expected = value * factor ** powers[CATALOGUE[name].unit]
        assert after[name] == pytest.approx(expected, rel=1e-6, abs=1e-9), name


@given(paths)
def test_time_reversed_sway_has_the_same_measures(path: np.ndarray) -> None:
    x, y = path
    before = sway_measures([Piece(x, y)], rate_hz=100)
    after = sway_measures([Piece(x[::-1], y[::-1])], rate_hz=100)
    assert after == pytest.approx(before)


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason=f"the published recordings are not at {PUBLISHED}")
def test_published_area_and_velocity_come_out_of_the_published_recordings() -> None:
    with (PUBLISHED / "published.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for row in rows:
        data = np.loadtxt(PUBLISHED / f"{row['trial']}.csv", delimiter=",", skiprows=1)
        n = len(data)
        measures = sway_measures([Piece(data[:, 2], data[:, 3])], rate_hz=100)
        assert measures["pea95_mm2"] == pytest.approx(float(row["pea95_mm2"]), rel=1e-9)
        # Published velocity is P/(N/fs); ours is P/((N-1)/fs).
        published = float(row["velocity_mm_s"]) * n / (n - 1)
        assert measures["velocity_mm_s"] == pytest.approx(published, rel=1e-9)
