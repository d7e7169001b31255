"""The even time grid that measures need, found in the times of the rows or made."""

from typing import Final

import numpy as np
from scipy import interpolate

from station.errors import RecordingError
from station.sway.grid import GAP_S, RATE_HZ
from station.sway.measures import Floats

# Rows further apart than this many typical steps are a gap.
GAP_STEPS: Final = 1.5
# Times written in whole milliseconds are off by up to a third of a step at 300 Hz, and mean no unevenness.
MOST_OFF_STEPS: Final = 0.35


def even_times(t_s: Floats) -> Floats:
    """Return the times of the even grid these rows were sampled on, shape (n,); gaps stay gaps.

    The step is the mean over all rows, not the one step that rounded times happen to show most.
    Raises RecordingError naming the first row that fits no grid.
    """
    steps_s = np.diff(t_s)
    gaps = steps_s > GAP_STEPS * float(np.median(steps_s))
    step_s = float(steps_s[~gaps].mean())
    first = np.concatenate([[0], np.flatnonzero(gaps) + 1])
    length = np.diff(np.append(first, len(t_s)))
    within = np.arange(len(t_s)) - np.repeat(first, length)
    even_s = np.repeat(t_s[first], length) + within * step_s
    off = np.abs(t_s - even_s) > MOST_OFF_STEPS * step_s
    if off.any():
        row_s = float(t_s[int(np.argmax(off))])
        raise RecordingError(
            f"its rows are not evenly spaced (from {row_s:g} s on they leave the {1 / step_s:.4g} Hz of the "
            "whole); use --filter cop-1, which puts them on an even grid"
        )
    return np.asarray(even_s, dtype=np.float64)


def resampled(t_s: Floats, columns: Floats) -> tuple[Floats, Floats]:
    """Return times and columns, shape (k, n), on an even 100 Hz grid, gaps left out.

    Through every column goes a cubic spline: a straight line between two rows would bias the velocity
    (Audiffren & Contal 2016, doi 10.3390/s16081208).
    """
    grid_s = np.arange(int((t_s[-1] - t_s[0]) * RATE_HZ + 1e-6) + 1) / RATE_HZ + t_s[0]
    right = np.clip(np.searchsorted(t_s, grid_s), 1, len(t_s) - 1)
    longest_s = max(GAP_S, GAP_STEPS * float(np.median(np.diff(t_s))))
    inside = (t_s[right] - t_s[right - 1] <= longest_s) | (t_s[right] == grid_s)
    on_grid = interpolate.CubicSpline(t_s, columns, axis=1)(grid_s[inside])
    return grid_s[inside], np.asarray(on_grid, dtype=np.float64)


def on_even_grid(t_s: Floats, columns: Floats, *, may_resample: bool) -> tuple[Floats, Floats]:
    """Return times and columns on an even grid; one is made where `may_resample`.

    Raises RecordingError when there is none and none may be made.
    """
    try:
        return even_times(t_s), columns
    except RecordingError:
        if not may_resample:
            raise
        return resampled(t_s, columns)
