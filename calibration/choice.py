"""Which fit: a curvature for each cell is taken only where it pays on points the fit has not seen."""

from collections.abc import Callable
from typing import Final

import numpy as np

from calibration.fit import FEWEST_POINTS, Fit, fit_curved, fit_straight
from calibration.points import Floats, Table

# Two masses nearly alike cannot tell a curved cell from a straight one.
LEAST_RATIO_OF_MASSES: Final = 1.5
# Below this many points per curvature and matrix element the held-out error is itself mostly chance.
FEWEST_FOR_CURVES: Final = 16
# How many standard errors a gain must exceed: choosing by luck would make the error bars too short.
SURE: Final = 2.0

Maker = Callable[[Table], Fit]


def choose(points: Table) -> Fit:
    """Return the straight fit, or the curved one when it is better on held-out places beyond chance.

    The gain of each place (mean squared residual, in units of the straight fit's own spread) must on average
    exceed `SURE` standard errors. Raises CalibrationError when there are too few points for either.
    """
    straight = fit_straight(points)
    masses_n = points.force_n
    if len(points) < FEWEST_FOR_CURVES or masses_n.max() < LEAST_RATIO_OF_MASSES * masses_n.min():
        return straight
    scale = np.sqrt(np.maximum(np.diag(straight.spread), 1e-16))
    lost = [((held_out(points, make) / scale) ** 2).sum(axis=1) for make in (fit_straight, fit_curved)]
    places = points.places
    gains = np.array([(lost[0] - lost[1])[places == place].mean() for place in np.unique(places)])
    error = gains.std(ddof=1) / np.sqrt(len(gains))
    return fit_curved(points) if gains.mean() > SURE * error else straight


def held_out(points: Table, make: Maker) -> Floats:
    """Return each point's residuals by a fit that did not see its place, shape (n, 3).

    Relative force, x and y in mm. NaN where the rest is too little for a fit.
    """
    places = points.places
    residuals = np.full((len(points), 3), np.nan)
    for place in np.unique(places):
        here = places == place
        if np.count_nonzero(~here) >= FEWEST_POINTS:
            residuals[here] = make(points.rows(~here)).residuals(points.rows(here))
    return residuals
