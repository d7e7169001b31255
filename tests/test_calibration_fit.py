"""The fit: a known plate is found again, its error bar is honest, a curvature is taken only where it pays."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.choice import choose, held_out
from calibration.fit import fit_curved, fit_straight
from calibration.outcome import calibrate
from calibration.points import Point, table
from calibration.truth import Imperfections, TruePlate, grid_mm, measured
from station.errors import CalibrationError
from station.sway.plate import Plate

NOMINAL = Plate((2000.0,) * 4, (0.0,) * 4, 400.0, 400.0)
USUAL = Imperfections()
EXACT = Imperfections(noise_n=0, drift_n=0, bend=0)
LIGHT_N, HEAVY_N = 98.0, 196.0


def points_of(
    seed: int,
    flaws: Imperfections = USUAL,
    *,
    side: int = 3,
    forces_n: list[float] | None = None,
    placing_mm: float = 1.0,
) -> tuple[TruePlate, list[Point]]:
    rng = np.random.default_rng(seed)
    plate = TruePlate(rng, flaws=flaws)
    masses = forces_n or [LIGHT_N, HEAVY_N]
    return plate, measured(plate, grid_mm(side, 150), masses, rng, placing_mm=placing_mm)


def cop_errors_mm(plate: Plate, truth: TruePlate, rng: np.random.Generator) -> list[float]:
    errors = []
    tared = plate.tared(tuple(truth.tare_counts))
    for _ in range(25):
        force_n, (x_mm, y_mm) = rng.uniform(500, 900), rng.uniform(-120, 120, 2)
        counts = truth.forces_n(force_n, x_mm, y_mm) * 2000 + truth.tare_counts
        forces_n = [tared.force_n(cell, float(counts[cell])) for cell in range(4)]
        told_x, told_y = tared.cop_mm(forces_n, sum(forces_n))
        errors.append(float(np.hypot(told_x - x_mm, told_y - y_mm)))
    return errors


def test_without_noise_a_straight_plate_is_found_exactly() -> None:
    truth, points = points_of(1, EXACT, placing_mm=0)
    plate = calibrate(points, NOMINAL).plate
    assert max(cop_errors_mm(plate, truth, np.random.default_rng(2))) < 1e-6


def test_household_masses_bring_the_cop_within_a_millimetre_and_nominal_values_do_not() -> None:
    rng = np.random.default_rng(3)
    after, before = [], []
    for seed in range(10):
        truth, points = points_of(seed)
        after += cop_errors_mm(calibrate(points, NOMINAL).plate, truth, rng)
        before += cop_errors_mm(NOMINAL, truth, rng)
    assert np.sqrt(np.mean(np.square(after))) < 1.0 < np.sqrt(np.mean(np.square(before)))


def test_the_95_percent_interval_covers_the_true_error_about_that_often() -> None:
    inside = []
    for seed in range(60):
        truth, points = points_of(seed)
        made = calibrate(points, NOMINAL)
        plate = made.plate.tared(tuple(truth.tare_counts))
        counts = truth.forces_n(700, 80, -60) * 2000 + truth.tare_counts
        forces_n = [plate.force_n(cell, float(counts[cell])) for cell in range(4)]
        x_mm, y_mm = plate.cop_mm(forces_n, sum(forces_n))
        bar = made.fit.error95(80, -60, 700, (400, 400))
        inside += [abs(x_mm - 80) <= bar.x_mm, abs(y_mm + 60) <= bar.y_mm]
    assert 0.89 <= np.mean(inside) <= 0.99


def test_a_bend_known_from_the_cells_widens_no_interval_as_if_it_were_learnt_from_few_points() -> None:
    # 18 points leave 14 degrees of freedom: Student's t is 2.14 for what they show, 1.96 for what is known.
    fit = fit_straight(table(points_of(4)[1], "fit"))
    shown, known = replace(fit, bend_covariance=np.zeros((4, 4))), replace(fit, spread=np.zeros((3, 3)))
    both_n, shown_n, known_n = (each.error95(0, 0, 700, (400, 400)).force_n for each in (fit, shown, known))
    assert max(shown_n, known_n) < both_n < 0.99 * np.hypot(shown_n, known_n)


def test_the_error_bar_grows_towards_the_edge() -> None:
    fit = calibrate(points_of(4)[1], NOMINAL).fit
    middle, edge = (fit.error95(x, 0, 700, (400, 400)) for x in (0, 190))
    assert edge.x_mm > middle.x_mm


def test_straight_cells_are_fitted_straight() -> None:
    curved = [choose(table(points_of(seed, Imperfections(bend=0))[1], "fit")).curved for seed in range(20)]
    assert sum(curved) <= 4


def test_a_curvature_that_pays_on_unseen_places_is_taken() -> None:
    strong = Imperfections(bend=0.01)
    points = table(points_of(6, strong, side=5, forces_n=[100, 300, 600], placing_mm=0.3)[1], "fit")
    assert choose(points).curved
    unseen = [np.sqrt((held_out(points, make)[:, 1:] ** 2).mean()) for make in (fit_curved, fit_straight)]
    assert unseen[0] < unseen[1]


def test_a_walking_zero_is_taken_off_between_the_tares() -> None:
    truth, points = points_of(7, Imperfections(drift_n=5, bend=0, noise_n=0), placing_mm=0)
    plate = calibrate(points, NOMINAL).plate
    assert max(cop_errors_mm(plate, truth, np.random.default_rng(8))) < 0.05


def test_verify_rows_are_not_seen_by_the_fit() -> None:
    truth, points = points_of(9)
    rng = np.random.default_rng(10)
    far = measured(truth, grid_mm(2, 100), [150.0], rng, placing_mm=1, use="verify")
    made = calibrate([*points, *far], NOMINAL)
    assert made.verification.own_points
    assert made.verification.points == 4
    assert len(made.fit.design) == 18


def test_the_verification_says_how_sure_its_rmse_is() -> None:
    found = calibrate(points_of(11)[1], NOMINAL).verification
    assert found.rmse_low_mm < found.rmse_mm < found.rmse_high_mm
    assert found.light in {"green", "amber"}


def test_points_on_one_line_do_not_make_a_plate() -> None:
    rng = np.random.default_rng(12)
    places = [(x, 0.0) for x in np.linspace(-150, 150, 9).tolist()]
    points = measured(TruePlate(rng), places, [LIGHT_N, HEAVY_N], rng, placing_mm=1)
    with pytest.raises(CalibrationError, match="near all four corners"):
        calibrate(points, NOMINAL)


def test_too_few_points_are_refused() -> None:
    with pytest.raises(CalibrationError, match="too few"):
        calibrate(points_of(13, side=2, forces_n=[LIGHT_N])[1], NOMINAL)
