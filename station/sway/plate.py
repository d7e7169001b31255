"""The plate: how counts of four cells become newtons, a load and a centre of pressure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from station.errors import ConfigError
from station.sway.reading import CELL_COUNT

if TYPE_CHECKING:  # the uplink reads which plate there is, and has no other use for numpy's 12 MB
    import numpy as np
    from numpy.typing import NDArray

NOMINAL_ID: Final = "nominal"

# Below this load the CoP is a quotient of noise: 25 g rms a cell moves it by about 1 mm at 50 N.
MIN_LOAD_N: Final = 50.0

Four = tuple[float, float, float, float]
Matrix = tuple[Four, Four, Four]
# One value on the live path, an array on the report path: one formula for both.
Value = TypeVar("Value", float, "NDArray[np.float64]")

# Where the cells are, in half widths to the right and in half lengths forward of the centre.
CORNERS_X: Final[Four] = (-1.0, 1.0, -1.0, 1.0)
CORNERS_Y: Final[Four] = (1.0, 1.0, -1.0, -1.0)
STRAIGHT: Final[Four] = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Plate:
    """One calibrated (or nominal) board; all fours in corner order.

    `width_mm` (ML) and `length_mm` (AP) are the distances between the cells. `arms_x` and `arms_y` say where
    each cell's force acts, in half widths and half lengths from the centre: ±1 on the nominal plate, fitted
    on a calibrated one. `bends_per_n` is the curvature b of a cell whose force is f·(1 + b·f), f its straight
    line. Together they are the matrix A of `[F, F·x, F·y]ᵀ = A (counts − tare)`. `calibration` is the id
    stored with every result; a board never calibrated says so.
    """

    counts_per_n: Four
    tare_counts: Four
    width_mm: float
    length_mm: float
    calibration: str = NOMINAL_ID
    arms_x: Four = CORNERS_X
    arms_y: Four = CORNERS_Y
    bends_per_n: Four = STRAIGHT

    def __post_init__(self) -> None:
        fours = (self.counts_per_n, self.tare_counts, self.arms_x, self.arms_y, self.bends_per_n)
        if not all(math.isfinite(n) for n in (*(n for four in fours for n in four), *self.size_mm)):
            raise ConfigError("plate: every number must be finite")
        if any(c == 0 for c in self.counts_per_n) or min(self.size_mm) <= 0:
            raise ConfigError("plate: counts_per_n must not be 0, and width_mm and length_mm must be above 0")

    @property
    def size_mm(self) -> tuple[float, float]:
        """Return width and length."""
        return self.width_mm, self.length_mm

    @property
    def nominal(self) -> bool:
        """Return whether this board was never calibrated."""
        return self.calibration == NOMINAL_ID

    def force_n(self, cell: int, counts: Value) -> Value:
        """Return the force on one cell, in N."""
        straight_n = (counts - self.tare_counts[cell]) / self.counts_per_n[cell]
        return straight_n * (1.0 + self.bends_per_n[cell] * straight_n)

    def cop_mm(self, forces_n: Sequence[Value], load_n: Value) -> tuple[Value, Value]:
        """Return x and y of the centre of pressure in mm: Σ Fᵢxᵢ / ΣFᵢ, where the cells' forces act."""
        fl, fr, rl, rr = forces_n
        (x0, x1, x2, x3), (y0, y1, y2, y3) = self.arms_x, self.arms_y
        x_mm = (x0 * fl + x1 * fr + x2 * rl + x3 * rr) / load_n * (self.width_mm / 2)
        y_mm = (y0 * fl + y1 * fr + y2 * rl + y3 * rr) / load_n * (self.length_mm / 2)
        return x_mm, y_mm

    @property
    def matrix(self) -> Matrix:
        """Return A of `[F, F·x, F·y]ᵀ = A (counts − tare)`: rows in N, N·mm and N·mm per count."""
        half_x, half_y = self.width_mm / 2, self.length_mm / 2
        return (
            _four_of([1 / c for c in self.counts_per_n]),
            _four_of([a * half_x / c for a, c in zip(self.arms_x, self.counts_per_n, strict=True)]),
            _four_of([a * half_y / c for a, c in zip(self.arms_y, self.counts_per_n, strict=True)]),
        )

    def tared(self, tare_counts: Four) -> Self:
        """Return the same plate with the zero of this session."""
        return replace(self, tare_counts=tare_counts)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data that `plate_from_dict` reads back."""
        return {
            "counts_per_n": list(self.counts_per_n),
            "tare_counts": list(self.tare_counts),
            "width_mm": self.width_mm,
            "length_mm": self.length_mm,
            "calibration": self.calibration,
            "arms_x": list(self.arms_x),
            "arms_y": list(self.arms_y),
            "bends_per_n": list(self.bends_per_n),
        }


def plate_from_matrix(
    matrix: "NDArray[np.float64]", nominal: Plate, *, tare_counts: Four, bends_per_n: Four = STRAIGHT
) -> Plate:
    """Return the plate of this A (shape (3, 4)), as large as `nominal` and not yet named.

    Raises ConfigError when a cell has no part in the load: its row-0 entry is 0.
    """
    per_count, moment_x, moment_y = (_four_of(row) for row in matrix)
    if not all(per_count):
        raise ConfigError("plate: a cell of this matrix takes no part in the load")
    return replace(
        nominal,
        counts_per_n=_four_of([1 / of_cell for of_cell in per_count]),
        tare_counts=tare_counts,
        arms_x=_arms(moment_x, per_count, nominal.width_mm / 2),
        arms_y=_arms(moment_y, per_count, nominal.length_mm / 2),
        bends_per_n=bends_per_n,
    )


def _arms(moments: Four, per_count: Four, half_mm: float) -> Four:
    return _four_of([moment / n / half_mm for moment, n in zip(moments, per_count, strict=True)])


def _four_of(values: "Sequence[float] | NDArray[np.float64]") -> Four:
    fl, fr, rl, rr = (float(value) for value in values)
    return fl, fr, rl, rr


def _four(data: Mapping[str, Any], key: str, default: Four | None = None) -> Four:
    values = data.get(key, default)
    if not isinstance(values, list | tuple) or len(values) != CELL_COUNT:
        raise ConfigError(f"plate: {key} must be four numbers in the order FL, FR, RL, RR")
    return _four_of([_number(value, key) for value in values])


def _number(value: object, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(f"plate: {key} holds {value!r}, which is no number")
    return float(value)


def plate_from_dict(data: Mapping[str, Any]) -> Plate:
    """Return the plate of plain data; without arms and bends its cells are straight and at the corners.

    Raises ConfigError naming the key that is wrong.
    """
    return Plate(
        counts_per_n=_four(data, "counts_per_n"),
        tare_counts=_four(data, "tare_counts"),
        width_mm=_number(data.get("width_mm"), "width_mm"),
        length_mm=_number(data.get("length_mm"), "length_mm"),
        calibration=str(data.get("calibration", NOMINAL_ID)),
        arms_x=_four(data, "arms_x", CORNERS_X),
        arms_y=_four(data, "arms_y", CORNERS_Y),
        bends_per_n=_four(data, "bends_per_n", STRAIGHT),
    )
