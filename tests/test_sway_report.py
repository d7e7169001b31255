"""The report path on readings whose CoP is known."""

from collections.abc import Callable

import numpy as np
import pytest

from station.sway.grid import cop_path
from station.sway.plate import Plate
from station.sway.reading import Fault, Reading
from station.sway.report import report

PLATE = Plate((2000.0,) * 4, (10_000.0, -20_000.0, 0.0, 5.0), 400.0, 400.0)
S = 1_000_000_000
Path = Callable[[float], tuple[float, float]]


def sway(t_s: float) -> tuple[float, float]:
    return 6 * np.sin(2 * np.pi * 0.4 * t_s), 9 * np.sin(2 * np.pi * 0.3 * t_s)


def readings(
    path: Path, *, seconds: float, noise_n: float = 0.0, load_n: float = 600.0, lost: float = 0.0
) -> list[Reading]:
    """Four chips at their own rates, 83 to 92 SPS."""
    rng = np.random.default_rng(7)
    out = []
    for cell, (right, forward) in enumerate(((-1, 1), (1, 1), (-1, -1), (1, -1))):
        times = np.arange(0.001 * cell, seconds, 1 / (83 + 3 * cell))
        for t_s in times[rng.random(len(times)) >= lost]:
            x, y = path(t_s)
            force = load_n / 4 * (1 + right * x / 200) * (1 + forward * y / 200) + rng.normal(0, noise_n)
            counts = round(force * 2000 + PLATE.tare_counts[cell])
            out.append(Reading(round(t_s * 1e9), cell, counts, Fault.NONE))
    return sorted(out)


def known(seconds: float) -> dict[str, float]:
    t = np.arange(0, seconds, 0.001)
    x, y = np.array([sway(s) for s in t]).T
    return {
        "velocity_mm_s": float(np.hypot(np.diff(x), np.diff(y)).sum() / (t[-1] - t[0])),
        "rms_ml_mm": float(x.std()),
        "rms_ap_mm": float(y.std()),
    }


def test_a_known_sway_comes_out_of_four_unsynchronised_chips() -> None:
    got = report(readings(sway, seconds=32), PLATE, [(1 * S, 31 * S)]).measures
    for name, value in known(30).items():
        assert got[name] == pytest.approx(value, rel=0.01), name


def test_noise_of_25_g_a_cell_moves_a_slow_sway_by_less_than_five_percent() -> None:
    got = report(readings(sway, seconds=32, noise_n=0.245), PLATE, [(1 * S, 31 * S)]).measures
    assert got["velocity_mm_s"] == pytest.approx(known(30)["velocity_mm_s"], rel=0.05)
    assert got["rms_ml_mm"] == pytest.approx(known(30)["rms_ml_mm"], rel=0.01)


def test_one_percent_lost_readings_are_no_gap() -> None:
    result = report(readings(sway, seconds=32, lost=0.01), PLATE, [(1 * S, 31 * S)])
    assert result.measures["velocity_mm_s"] == pytest.approx(known(30)["velocity_mm_s"], rel=0.01)
    assert not result.quality["flagged"]


def test_a_gap_is_flagged_and_kept_out_of_the_sums() -> None:
    whole = readings(sway, seconds=32)
    holed = [r for r in whole if not 10 * S < r.t_ns < 11 * S]
    result = report(holed, PLATE, [(1 * S, 31 * S)])
    assert result.quality["flagged"]
    assert result.quality["longest_gap_s"] == pytest.approx(1.0, abs=0.1)
    assert result.measures["velocity_mm_s"] == pytest.approx(known(30)["velocity_mm_s"], rel=0.03)


def test_void_readings_are_never_used() -> None:
    spoiled = [
        r._replace(counts=8_000_000, fault=Fault.SATURATED) if i % 97 == 0 else r
        for i, r in enumerate(readings(sway, seconds=32))
    ]
    got = report(spoiled, PLATE, [(1 * S, 31 * S)]).measures
    assert got["velocity_mm_s"] == pytest.approx(known(30)["velocity_mm_s"], rel=0.01)


def test_a_short_hold_carries_no_sway_measures() -> None:
    assert report(readings(sway, seconds=5), PLATE, [(S, 4 * S)]).measures == {}


def test_an_empty_board_has_no_path() -> None:
    path = cop_path(readings(sway, seconds=5, load_n=0.0), PLATE)
    assert not np.isfinite(path.x_mm).any()


def test_no_readings_are_no_path_and_all_missing() -> None:
    result = report([], PLATE, [(0, S)])
    assert result.measures == {}
    assert result.quality["missing_percent"] == 100
