"""Simulated plates whose truth is known: what a real board does to a mass, and the readings it would give."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from calibration.points import Floats, Point, Use
from station.sway.plate import CORNERS_X, CORNERS_Y, Four, Plate

COUNTS_PER_N: Final = 2000.0
CELL_RANGE_N: Final = 500.0
READINGS: Final = 240  # three seconds at 80 SPS
STANDING: Final = 0.6  # of the half sides: where people stand
STANDING_N: Final = (500.0, 900.0)
PLACES: Final = 40


@dataclass(frozen=True, slots=True)
class Imperfections:
    """Standard deviations, or largest values where said, of what is wrong with a board."""

    span: float = 0.01  # largest, relative
    bend: float = 0.0005  # largest deviation from the straight line, of the cell's range
    corner_mm: float = 1.0
    tilt_deg: float = 0.3  # largest
    height_mm: float = 50.0  # of the surface above the cells: a tilt moves the CoP by height·tan(tilt)
    crosstalk: float = 0.002
    noise_n: float = 0.25  # 25 g, one reading of one cell
    drift_n: float = 0.3  # of one cell's zero, over the whole calibration


class TruePlate:
    """One board with its own imperfections, drawn from `rng`."""

    def __init__(
        self,
        rng: np.random.Generator,
        size_mm: tuple[float, float] = (400.0, 400.0),
        flaws: Imperfections | None = None,
    ) -> None:
        self._rng = rng
        self._size_mm = size_mm
        flaws = flaws or Imperfections()
        self._flaws = flaws
        self.tare_counts = rng.uniform(10_000, 60_000, 4)
        self._counts_per_n = COUNTS_PER_N * (1 + rng.uniform(-flaws.span, flaws.span, 4))
        # A parabola that is 0 at both ends of the range and `bend` of it in the middle, either way.
        self._bends_per_n = rng.uniform(-1, 1, 4) * 4 * flaws.bend / CELL_RANGE_N
        self._x_mm = np.array(CORNERS_X) * size_mm[0] / 2 + rng.normal(0, flaws.corner_mm, 4)
        self._y_mm = np.array(CORNERS_Y) * size_mm[1] / 2 + rng.normal(0, flaws.corner_mm, 4)
        self._crosstalk = np.eye(4) + rng.normal(0, flaws.crosstalk, (4, 4)) * (1 - np.eye(4))
        angle = math.radians(rng.uniform(0, flaws.tilt_deg))
        toward = rng.uniform(0, 2 * math.pi)
        shift_mm = flaws.height_mm * math.tan(angle)
        self._shift_mm = (shift_mm * math.cos(toward), shift_mm * math.sin(toward))
        self._upright = math.cos(angle)
        self._drift_n = rng.normal(0, flaws.drift_n, 4)

    def forces_n(self, force_n: float, x_mm: float, y_mm: float) -> Floats:
        """Return the force each cell tells, after all imperfections but noise and drift."""
        load_n = force_n * self._upright
        x_mm, y_mm = x_mm + self._shift_mm[0], y_mm + self._shift_mm[1]
        across, along = 2 * x_mm / self._size_mm[0], 2 * y_mm / self._size_mm[1]
        flat = load_n / 4 * (1 + np.array(CORNERS_X) * across) * (1 + np.array(CORNERS_Y) * along)
        # A stiff plate on four cells: the least change of the flat shares that holds it in balance.
        balance = np.stack([np.ones(4), self._x_mm, self._y_mm])
        on_cells = flat + np.linalg.pinv(balance) @ (load_n * np.array([1.0, x_mm, y_mm]) - balance @ flat)
        told = self._crosstalk @ on_cells
        bent = told + self._bends_per_n * told * (CELL_RANGE_N - told)
        return np.asarray(bent * self._counts_per_n / COUNTS_PER_N)

    def counts(
        self, force_n: float, x_mm: float, y_mm: float, *, at: float = 0.0, readings: float = READINGS
    ) -> Four:
        """Return mean counts of some seconds; `at` is the share of the calibration that has passed."""
        noise_n = self._rng.normal(0, self._flaws.noise_n / math.sqrt(readings), 4)
        told_n = self.forces_n(force_n, x_mm, y_mm) + noise_n + at * self._drift_n
        fl, fr, rl, rr = (told_n * COUNTS_PER_N + self.tare_counts).tolist()
        return fl, fr, rl, rr


def grid_mm(side: int, reach_mm: float) -> list[tuple[float, float]]:
    """Return side × side places from −reach to +reach."""
    steps = np.linspace(-reach_mm, reach_mm, side).tolist()
    return [(x, y) for y in reversed(steps) for x in steps]


def measured(
    plate: TruePlate,
    places_mm: list[tuple[float, float]],
    forces_n: list[float],
    rng: np.random.Generator,
    *,
    placing_mm: float,
    use: Use = "fit",
) -> list[Point]:
    """Return the points a person takes: each mass at each place, a tare before each place and at the end."""
    points: list[Point] = []
    total = len(places_mm) * (len(forces_n) + 1)
    for x_mm, y_mm in places_mm:
        points.append(Point("tare", 0, 0, 0, plate.counts(0, 0, 0, at=len(points) / total), use))
        for force_n in forces_n:
            dx, dy = rng.normal(0, placing_mm, 2)
            counts = plate.counts(force_n, x_mm + dx, y_mm + dy, at=len(points) / total)
            points.append(Point(f"point {len(points) + 1}", x_mm, y_mm, force_n, counts, use))
    points.append(Point("tare", 0, 0, 0, plate.counts(0, 0, 0, at=1.0), use))
    return points


def standing(rng: np.random.Generator, size_mm: tuple[float, float] = (400.0, 400.0)) -> Floats:
    """Return rows of force in N, x and y in mm of people standing, shape (40, 3)."""
    reach_mm = STANDING * np.array(size_mm) / 2
    return np.column_stack([rng.uniform(*STANDING_N, PLACES), rng.uniform(-reach_mm, reach_mm, (PLACES, 2))])


def true_errors(plate: Plate, truth: TruePlate, at: Floats) -> Floats:
    """Return x and y in mm and relative force, told minus true, at rows of force, x, y; shape (n, 3)."""
    untared = plate.tared((0.0,) * 4)
    counts = np.array([truth.forces_n(*row) for row in at.tolist()]) * COUNTS_PER_N
    forces_n = [untared.force_n(cell, counts[:, cell]) for cell in range(4)]
    load_n = np.sum(forces_n, axis=0)
    x_mm, y_mm = untared.cop_mm(forces_n, load_n)
    return np.column_stack([x_mm - at[:, 1], y_mm - at[:, 2], load_n / at[:, 0] - 1])


def rmse_mm(errors: Floats) -> float:
    """Return the root mean square distance of a plate's errors."""
    return float(np.sqrt((errors[:, :2] ** 2).sum(axis=1).mean()))
