"""The span of one cell from several masses put right above it: a line, and how far the cell is from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from calibration.refusal import RefusedError

# Klipper's rule (docs/Load_Cell.md): readings less than 1 % apart cannot carry a span.
LEAST_APART: Final = 0.01


@dataclass(frozen=True, slots=True)
class Span:
    """Counts per newton with its standard error, and the distance of the points from the line in N."""

    counts_per_n: float
    error_counts_per_n: float
    rms_n: float
    max_n: float


def cell_span(forces_n: Sequence[float], net_counts: Sequence[float]) -> Span:
    """Return the line through zero of one cell's net counts. Raises CalibrationError naming what is unfit."""
    if len(set(forces_n)) < 2:
        text = "one mass is too few for a span; use at least two different ones"
        raise RefusedError("one_mass", text)
    apart = np.diff(np.sort(np.abs(net_counts)))
    if np.any(apart < LEAST_APART * np.max(np.abs(net_counts))):
        text = "two masses read less than 1 % apart; use masses that differ more"
        raise RefusedError("masses_alike", text)
    force, counts = np.asarray(forces_n), np.asarray(net_counts)
    slope = float(force @ counts / (force @ force))
    off = counts - slope * force
    error = float(np.sqrt(off @ off / (len(force) - 1) / (force @ force)))
    off_n = np.abs(off / slope)
    return Span(slope, error, float(np.sqrt((off_n**2).mean())), float(off_n.max()))
