"""How good a fitted plate is on points it has not seen, as numbers and as a traffic light with words."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy import stats

from calibration.points import Floats

# Boards err by 0.5–2 mm calibrated and 2–6 mm uncalibrated (Leach 2014, doi 10.3390/s141018244); held-out
# errors also hold that of placing the mass by hand, some 1 mm along each axis.
GREEN_MM: Final = 2.5
AMBER_MM: Final = 5.0
# The furthest of some twenty points lies at about two and a half times the root mean square.
FURTHEST: Final = 2.5
GREEN_FORCE: Final = 0.01
AMBER_FORCE: Final = 0.03
FEWEST: Final = 4
BY_HAND_MM: Final = 1.4  # a mass is put 1 mm beside its place along each axis
PLACING_SHOWS: Final = 0.7  # of it: a smaller error is of masses put with more care

Light = Literal["green", "amber", "red"]
WORDS: Final[dict[Light, str]] = {
    "green": "good: as exact as boards of this kind get",
    "amber": "usable, hardly better than uncalibrated; repeat it with more care when there is time",
    "red": "not usable: repeat the calibration; the plate is not taken into use",
}


@dataclass(frozen=True, slots=True)
class Verification:
    """Errors on held-out points: CoP (distance) in mm, force relative.

    `rmse_low_mm` and `rmse_high_mm` bound the root mean square error with 95 % confidence. `own_points` says
    whether separate verify rows were used, rather than leaving out one place of the fit at a time.
    """

    points: int
    own_points: bool
    rmse_mm: float
    rmse_low_mm: float
    rmse_high_mm: float
    max_mm: float
    force_rms: float
    force_max: float

    @property
    def light(self) -> Light:
        """Return green, amber or red."""
        if self.points < FEWEST or not self._within(AMBER_MM, AMBER_FORCE):
            return "red"
        return "green" if self._within(GREEN_MM, GREEN_FORCE) else "amber"

    def _within(self, cop_mm: float, force: float) -> bool:
        near = self.rmse_mm <= cop_mm and self.max_mm <= FURTHEST * cop_mm
        return near and self.force_max <= FURTHEST * force

    @property
    def words(self) -> str:
        """Return the light in words."""
        if self.points < FEWEST:
            return f"not usable: verified on {self.points} points, at least {FEWEST} are needed"
        return WORDS[self.light]


def placing_mm(rmse_mm: float) -> float | None:
    """Return what placing by hand may have to do with held-out errors of this size; None when nothing."""
    return BY_HAND_MM if rmse_mm >= PLACING_SHOWS * BY_HAND_MM else None


def verify(residuals: Floats, *, own_points: bool) -> Verification:
    """Return the verification of residuals (n, 3): relative force, x and y in mm; NaN rows are left out.

    The interval of the RMSE is that of a chi-square with two values a point.
    """
    told = residuals[np.all(np.isfinite(residuals), axis=1)]
    if not len(told):
        return Verification(0, own_points, *(float("inf"),) * 6)
    squares = told[:, 1] ** 2 + told[:, 2] ** 2
    rmse_mm = float(np.sqrt(squares.mean()))
    freedom = 2 * len(told)
    low, high = (float(np.sqrt(freedom / stats.chi2.ppf(p, freedom))) for p in (0.975, 0.025))
    return Verification(
        points=len(told),
        own_points=own_points,
        rmse_mm=rmse_mm,
        rmse_low_mm=rmse_mm * low,
        rmse_high_mm=rmse_mm * high,
        max_mm=float(np.sqrt(squares.max())),
        force_rms=float(np.sqrt((told[:, 0] ** 2).mean())),
        force_max=float(np.abs(told[:, 0]).max()),
    )
