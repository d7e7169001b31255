"""Every measure is described, and told only of trials that may carry it."""

import numpy as np
import pytest

from station.sway.catalogue import CATALOGUE
from station.sway.report import report_path


def wander(seconds: float, rate_hz: int = 100) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(11)
    n = round(seconds * rate_hz)
    t = np.arange(n) / rate_hz
    x = 4 * np.sin(2 * np.pi * 0.3 * t) + rng.normal(0, 0.5, n).cumsum() * 0.05
    y = 6 * np.sin(2 * np.pi * 0.5 * t + 1) + rng.normal(0, 0.5, n).cumsum() * 0.05
    return t, x, y


def test_a_minute_carries_every_measure_that_needs_no_plate() -> None:
    report = report_path(*wander(60), low_pass=True)
    assert set(report.withheld) == {"load_asymmetry_percent"}
    assert list(report.measures) == [name for name in CATALOGUE if name in report.measures]
    assert all(np.isfinite(value) for value in report.measures.values())


def test_twenty_seconds_carry_no_frequency_and_no_regularity() -> None:
    report = report_path(*wander(20), low_pass=True)
    assert "velocity_mm_s" in report.measures
    for name in ("mean_frequency_hz", "f95_ap_hz", "entropy_ml"):
        assert "60 s" in report.withheld[name]


def test_five_seconds_carry_nothing() -> None:
    report = report_path(*wander(5), low_pass=True)
    assert report.measures == {}
    assert "5.0 s" in report.withheld["velocity_mm_s"]


def test_a_gap_in_a_file_is_flagged_and_no_step_is_made_of_it() -> None:
    t, x, y = wander(60)
    keep = (t < 20) | (t > 22)
    whole = report_path(t, x, y, low_pass=False)
    holed = report_path(t[keep], x[keep], y[keep] + np.where(t[keep] > 22, 500.0, 0.0), low_pass=False)
    assert holed.quality["flagged"]
    assert holed.quality["longest_gap_s"] == pytest.approx(2, abs=0.05)
    assert holed.measures["velocity_mm_s"] == pytest.approx(whole.measures["velocity_mm_s"], rel=0.1)


def test_units_stand_in_the_names() -> None:
    endings = {"mm": "_mm", "mm/s": "_mm_s", "mm²": "_mm2", "mm²/s": "_mm2_s", "Hz": "_hz", "%": "_percent"}
    for name, measure in CATALOGUE.items():
        if measure.unit in endings:
            assert name.endswith(endings[measure.unit]), name


def test_the_same_sway_in_metres_scales_as_its_unit_says() -> None:
    t, x, y = wander(60)
    one = report_path(t, x, y, low_pass=False).measures
    ten = report_path(t, 10 * x, 10 * y, low_pass=False).measures
    power = {"mm": 1, "mm/s": 1, "mm²": 2, "mm²/s": 2, "Hz": 0, "": 0, "°": 0}
    for name, value in one.items():
        expected = value * 10 ** power[CATALOGUE[name].unit]
        assert ten[name] == pytest.approx(expected, rel=1e-5), name
