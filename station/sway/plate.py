"""The plate: how counts of four cells become newtons, a load and a centre of pressure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from station.errors import ConfigError
from station.sway.reading import CELL_COUNT

NOMINAL_ID: Final = "nominal"

# Below this load the CoP is a quotient of noise: 25 g rms a cell moves it by about 1 mm at 50 N.
MIN_LOAD_N: Final = 50.0

Four = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Plate:
    """One calibrated (or nominal) board.

    `counts_per_n` and `tare_counts` in corner order. `width_mm` (ML) and `length_mm` (AP) are the distances
    between the cells. `calibration` is the id stored with every result; a board never calibrated says so.
    """

    counts_per_n: Four
    tare_counts: Four
    width_mm: float
    length_mm: float
    calibration: str = NOMINAL_ID

    def __post_init__(self) -> None:
        numbers = (*self.counts_per_n, *self.tare_counts, self.width_mm, self.length_mm)
        if not all(math.isfinite(n) for n in numbers):
            raise ConfigError("plate: every number must be finite")
        if any(c == 0 for c in self.counts_per_n) or self.width_mm <= 0 or self.length_mm <= 0:
            raise ConfigError("plate: counts_per_n must not be 0, and width_mm and length_mm must be above 0")

    def force_n(self, cell: int, counts: float) -> float:
        """Return the force on one cell, in N."""
        return (counts - self.tare_counts[cell]) / self.counts_per_n[cell]

    def cop_mm(self, forces_n: Sequence[float], load_n: float) -> tuple[float, float]:
        """Return x and y of the centre of pressure in mm: Σ Fᵢxᵢ / ΣFᵢ with the cells at the corners."""
        fl, fr, rl, rr = forces_n
        x_mm = (fr + rr - fl - rl) / load_n * self.width_mm / 2
        y_mm = (fl + fr - rl - rr) / load_n * self.length_mm / 2
        return x_mm, y_mm

    def tared(self, tare_counts: Four) -> Self:
        """Return the same plate with the zero of this session."""
        return type(self)(self.counts_per_n, tare_counts, self.width_mm, self.length_mm, self.calibration)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data that `plate_from_dict` reads back."""
        return {
            "counts_per_n": list(self.counts_per_n),
            "tare_counts": list(self.tare_counts),
            "width_mm": self.width_mm,
            "length_mm": self.length_mm,
            "calibration": self.calibration,
        }


def _four(data: Mapping[str, Any], key: str) -> Four:
    values = data.get(key)
    if not isinstance(values, list | tuple) or len(values) != CELL_COUNT:
        raise ConfigError(f"plate: {key} must be four numbers in the order FL, FR, RL, RR")
    fl, fr, rl, rr = (_number(value, key) for value in values)
    return fl, fr, rl, rr


def _number(value: object, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(f"plate: {key} holds {value!r}, which is no number")
    return float(value)


def plate_from_dict(data: Mapping[str, Any]) -> Plate:
    """Return the plate of plain data. Raises ConfigError naming the key that is wrong."""
    return Plate(
        counts_per_n=_four(data, "counts_per_n"),
        tare_counts=_four(data, "tare_counts"),
        width_mm=_number(data.get("width_mm"), "width_mm"),
        length_mm=_number(data.get("length_mm"), "length_mm"),
        calibration=str(data.get("calibration", NOMINAL_ID)),
    )
