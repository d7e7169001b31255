"""The fit: the plate matrix by least squares, straight or with a curvature for each cell, and its covariance.

Divided by the load, `[F, F·x, F·y]ᵀ = A (counts − tare)` reads `[1, x, y] = A v` with v the counts per
newton of load: residuals are then a relative force and two distances, alike for every mass. Errors of the
place where a mass was put are far larger than the noise of counts averaged over seconds, so counts are taken
as exact.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from calibration.points import Floats, Table, design_of
from calibration.refusal import RefusedError
from station.sway.plate import CORNERS_X, CORNERS_Y, STRAIGHT, Four, Plate, plate_from_matrix
from station.sway.reading import CELL_COUNT

FEWEST_POINTS: Final = 8
ROUNDS: Final = 4  # of Gauss-Newton; the curvature changes forces by a thousandth, so it converges at once
# Standard uncertainty of a cell's curvature that a straight fit cannot know: a half-bridge cell of 500 N may
# bend by 0.05 % of its range at mid-range (b = 4·0.0005/500 N at the limit, a rectangular distribution).
BEND_SD_PER_N: Final = 4 * 0.0005 / 500 / 3**0.5


@dataclass(frozen=True, slots=True)
class Error95:
    """Half widths of 95 % intervals at one place: of x and y in mm, of the force in N."""

    x_mm: float
    y_mm: float
    force_n: float


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted matrix and what is needed to say how sure it is.

    `matrix` (3, 4) in 1, mm and mm per count/N; `bends_per_n` (4,); `spread` (3, 3) is the covariance of the
    residuals (relative force, x and y in mm); `inner` (4, 4) is (VᵀV)⁻¹; `design` the table it was made from.
    """

    matrix: Floats
    bends_per_n: Floats
    spread: Floats
    inner: Floats
    bend_covariance: Floats
    design: Table

    @property
    def curved(self) -> bool:
        """Return whether the cells have curvatures."""
        return bool(np.any(self.bends_per_n))

    @property
    def freedom(self) -> int:
        """Return the degrees of freedom left in each row of the matrix."""
        return len(self.design) - CELL_COUNT

    def predict(self, points: Table) -> Floats:
        """Return force in N, x and y in mm of these points' counts, shape (n, 3)."""
        straight_n = points.net_counts * self.matrix[0]
        forces_n = straight_n * (1 + self.bends_per_n * straight_n)
        load_n = forces_n.sum(axis=1)
        arms = self.matrix[1:] / self.matrix[0]
        return np.column_stack([load_n, (forces_n @ arms.T) / load_n[:, None]])

    def residuals(self, points: Table) -> Floats:
        """Return relative force, x and y in mm, each measured minus true, shape (n, 3)."""
        told = self.predict(points)
        return np.column_stack(
            [told[:, 0] / points.force_n - 1, told[:, 1] - points.x_mm, told[:, 2] - points.y_mm]
        )

    def plate(self, nominal: Plate, tare_counts: Four) -> Plate:
        """Return the fitted plate, as large as `nominal` and not yet named."""
        fl, fr, rl, rr = (float(bend) for bend in self.bends_per_n)
        return plate_from_matrix(
            self.matrix,
            nominal,
            tare_counts=tare_counts,
            bends_per_n=(fl, fr, rl, rr) if self.curved else STRAIGHT,
        )

    def error95(self, x_mm: float, y_mm: float, load_n: float, size_mm: tuple[float, float]) -> Error95:
        """Return how far force and CoP may be off at this place and load, by the calibration alone.

        The residuals' covariance, and the curvature that the cells may have or was fitted with its own
        error; Student's t with the effective degrees of freedom of the two (JCGM 100:2008, G.4). Masses that
        are all wrong by the same share are not in it.
        """
        v = self._counts_at(x_mm, y_mm, size_mm)
        lever = float(v @ self.inner @ v)
        to_cop = np.array([[1.0, 0, 0], [-x_mm, 1, 0], [-y_mm, 0, 1]])
        seen = np.diag(to_cop @ (self.spread * lever) @ to_cop.T)
        bent = np.diag(to_cop @ self._bending(v, load_n) @ to_cop.T)
        force, x, y = self._t95(seen, bent) * np.sqrt(seen + bent)
        return Error95(float(x), float(y), float(force * load_n))

    def _t95(self, seen: Floats, bent: Floats) -> Floats:
        """Return the factors that make 95 % of these variances, one seen in the residuals and one of bends.

        A curvature that nobody fitted comes from the cells' data sheet, not from few residuals: its variance
        is known, and widens no interval by being learnt from little (Welch-Satterthwaite).
        """
        if self.curved:
            return np.asarray(stats.t.ppf(0.975, np.full(len(seen), self.freedom)))
        sure = self.freedom * ((seen + bent) / np.maximum(seen, 1e-30)) ** 2
        return np.asarray(stats.t.ppf(0.975, sure))

    def _counts_at(self, x_mm: float, y_mm: float, size_mm: tuple[float, float]) -> Floats:
        """Return counts per newton of load at a place: those nearest to a flat plate's that give it."""
        across = 1 + np.array(CORNERS_X) * 2 * x_mm / size_mm[0]
        along = 1 + np.array(CORNERS_Y) * 2 * y_mm / size_mm[1]
        flat = across * along / 4 / self.matrix[0]
        return np.asarray(flat + np.linalg.pinv(self.matrix) @ ([1.0, x_mm, y_mm] - self.matrix @ flat))

    def _bending(self, v: Floats, load_n: float) -> Floats:
        """Return the covariance (3, 3) that curvatures bring to relative force and moments per newton."""
        lasting = _bend_columns(self.matrix, v[None, :], np.array([load_n]))[0]
        known = design_of(self.design)
        taught = _bend_columns(self.matrix, known, self.design.force_n)
        # What the straight fit already took up of each cell's curvature, seen at this place.
        taken = np.einsum("n,nrc->rc", known @ (self.inner @ v), taught)
        left = lasting - taken
        return np.asarray(left @ self.bend_covariance @ left.T)


def _targets(points: Table) -> Floats:
    return np.column_stack([np.ones(len(points)), points.x_mm, points.y_mm])


def _bend_columns(matrix: Floats, v: Floats, load_n: Floats) -> Floats:
    """Return what a curvature of 1/N of each cell adds to each row, shape (n, 3, 4)."""
    share = v * matrix[0]  # of the load on each cell
    arms = matrix / matrix[0]
    return np.asarray(arms[None] * (share**2 * load_n[:, None])[:, None, :])


def fit_straight(points: Table) -> Fit:
    """Return the straight fit. Raises CalibrationError when the points cannot tell the four cells apart."""
    v = design_of(points)
    if len(points) < FEWEST_POINTS:
        text = f"{len(points)} usable points are too few; measure at least 9 places with 2 masses each"
        raise RefusedError("too_few", text, points=len(points))
    scale = float(np.abs(v).mean()) or 1.0
    if np.linalg.matrix_rank(v / scale, tol=0.05 * np.sqrt(len(points))) < CELL_COUNT:
        text = (
            "the points do not tell the four cells apart; put the masses near all four corners and the middle"
        )
        raise RefusedError("cells_alike", text)
    inner = np.asarray(np.linalg.inv(v.T @ v), dtype=np.float64)
    matrix = (inner @ v.T @ _targets(points)).T
    off = _targets(points) - v @ matrix.T
    spread: Floats = off.T @ off / (len(points) - CELL_COUNT)
    free = np.eye(CELL_COUNT) * BEND_SD_PER_N**2
    return Fit(matrix, np.zeros(CELL_COUNT), spread, inner, free, points)


def fit_curved(points: Table) -> Fit:
    """Return the fit with a curvature for each cell, by Gauss-Newton from the straight one.

    The rows share the four curvatures, so each is weighted by its own residual.
    """
    straight = fit_straight(points)
    if len(points) <= FEWEST_POINTS:
        return straight
    matrix, bends = straight.matrix, np.zeros(CELL_COUNT)
    weights = 1 / np.sqrt(np.maximum(np.diag(straight.spread), 1e-16))
    v, targets = design_of(points), _targets(points)
    for _ in range(ROUNDS):
        columns = _bend_columns(matrix, v, points.force_n)
        # Eliminate A: what the straight fit cannot take up of targets and of the bends' columns.
        hat = v @ straight.inner @ v.T
        rest = np.einsum("nm,mrc->nrc", np.eye(len(points)) - hat, columns)
        goal = (targets - hat @ targets) * weights
        flat = (rest * weights[None, :, None]).reshape(-1, CELL_COUNT)
        information = flat.T @ flat
        bends = np.linalg.lstsq(flat, goal.reshape(-1), rcond=1e-10)[0]
        matrix = (straight.inner @ v.T @ (targets - columns @ bends)).T
    off = targets - v @ matrix.T - _bend_columns(matrix, v, points.force_n) @ bends
    freedom = max(1.0, len(points) - CELL_COUNT - CELL_COUNT / 3)
    spread: Floats = off.T @ off / freedom
    bend_covariance: Floats = np.linalg.pinv(information)
    return Fit(matrix, np.asarray(bends, dtype=np.float64), spread, straight.inner, bend_covariance, points)
