"""The whole way from points to a plate that knows how good it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.choice import choose, held_out
from calibration.fit import Fit, fit_curved, fit_straight
from calibration.mistakes import Outlier, sift
from calibration.points import Floats, Point, Table, reference_tare, table
from calibration.verification import Verification, verify
from station.sway.plate import Four, Plate


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a calibration came to; `verification` is of the new plate (not yet named), `before` of nominal."""

    fit: Fit
    plate: Plate
    outliers: tuple[Outlier, ...]
    verification: Verification
    before: Verification
    tare_counts: Four


def plate_residuals(plate: Plate, points: Table) -> Floats:
    """Return relative force, x and y in mm of a plate on these points, measured minus true, shape (n, 3)."""
    forces_n = [
        plate.force_n(cell, points.net_counts[:, cell] + tare) for cell, tare in enumerate(plate.tare_counts)
    ]
    load_n = np.sum(forces_n, axis=0)
    x_mm, y_mm = plate.cop_mm(forces_n, load_n)
    return np.column_stack([load_n / points.force_n - 1, x_mm - points.x_mm, y_mm - points.y_mm])


def calibrate(points: Sequence[Point], nominal: Plate) -> Outcome:
    """Return the plate of these points. Raises CalibrationError when they do not make one.

    Verified on the `verify` points where there are any, else on each place by a fit that did not see it.
    """
    good, outliers = sift(table(points, "fit"), nominal)
    fit = choose(good)
    tare_counts = reference_tare(points)
    apart = table(points, "verify")
    make = fit_curved if fit.curved else fit_straight
    residuals = fit.residuals(apart) if len(apart) else held_out(good, make)
    shown = apart if len(apart) else good
    return Outcome(
        fit=fit,
        plate=fit.plate(nominal, tare_counts),
        outliers=tuple(outliers),
        verification=verify(residuals, own_points=bool(len(apart))),
        before=verify(plate_residuals(nominal, shown), own_points=bool(len(apart))),
        tare_counts=tare_counts,
    )
