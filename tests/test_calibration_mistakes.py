"""Mistakes of hands are named, or the whole calibration is refused; none makes a quiet wrong plate."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from calibration.outcome import calibrate
from calibration.points import Point
from calibration.truth import TruePlate, grid_mm, measured
from station.errors import CalibrationError
from station.sway.plate import Plate

NOMINAL = Plate((2000.0,) * 4, (0.0,) * 4, 400.0, 400.0)


def good(seed: int = 1) -> list[Point]:
    rng = np.random.default_rng(seed)
    return measured(TruePlate(rng), grid_mm(3, 150), [98.0, 196.0], rng, placing_mm=1)


def at(points: list[Point], index: int) -> int:
    return [n for n, point in enumerate(points) if not point.tare][index]


def changed(points: list[Point], index: int, change: Callable[[Point], Point]) -> tuple[list[Point], str]:
    where = at(points, index)
    return [change(p) if n == where else p for n, p in enumerate(points)], points[where].name


def test_good_points_are_all_kept() -> None:
    assert calibrate(good(), NOMINAL).outliers == ()


@pytest.mark.parametrize("factor", [10.0, 0.1, 2.0, 1.15])
def test_a_mistyped_mass_is_named_with_what_it_weighs(factor: float) -> None:
    points, name = changed(good(), 7, lambda p: replace(p, force_n=p.force_n * factor))
    (outlier,) = calibrate(points, NOMINAL).outliers
    assert outlier.name == name
    assert "weighs" in outlier.reason


def test_two_exchanged_masses_are_both_named() -> None:
    points, first = changed(good(), 4, lambda p: replace(p, force_n=196.0))
    points, second = changed(points, 5, lambda p: replace(p, force_n=98.0))
    assert {o.name for o in calibrate(points, NOMINAL).outliers} == {first, second}


def test_a_mass_at_the_wrong_corner_is_named() -> None:
    points, name = changed(good(), 0, lambda p: replace(p, x_mm=-p.x_mm))
    (outlier,) = calibrate(points, NOMINAL).outliers
    assert outlier.name == name
    assert "stood near" in outlier.reason


def test_a_mass_ten_millimetres_off_is_named() -> None:
    points, name = changed(good(), 9, lambda p: replace(p, y_mm=p.y_mm + 12))
    assert name in {o.name for o in calibrate(points, NOMINAL).outliers}


def test_masses_exchanged_everywhere_are_refused() -> None:
    points = [p if p.tare else replace(p, force_n=294.0 - p.force_n) for p in good()]
    with pytest.raises(CalibrationError, match="do not fit together"):
        calibrate(points, NOMINAL)


def test_exchanged_cables_are_refused_by_name() -> None:
    points = [replace(p, counts=(p.counts[1], p.counts[0], p.counts[2], p.counts[3])) for p in good()]
    with pytest.raises(CalibrationError, match="cell FL answers to loads at FR"):
        calibrate(points, NOMINAL)


def test_an_inverted_cell_is_refused_by_name() -> None:
    points = [replace(p, counts=(p.counts[0], p.counts[1], -p.counts[2], p.counts[3])) for p in good()]
    with pytest.raises(CalibrationError, match="cell RL counts down"):
        calibrate(points, NOMINAL)


def test_a_dead_cell_is_refused_by_name() -> None:
    points = [replace(p, counts=(p.counts[0], p.counts[1], p.counts[2], 5.0)) for p in good()]
    with pytest.raises(CalibrationError, match="cell RR hardly answers"):
        calibrate(points, NOMINAL)
