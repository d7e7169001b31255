"""The report path: the raw readings of a trial to its measures. The method is frozen as `ALG`.

Each cell's readings go on one 100 Hz grid by a cubic spline through their own measured times; forces; CoP;
then one zero-phase Butterworth low-pass of order 4 at 7 Hz over each stretch between gaps. Differentiating a
linear interpolation would bias the velocity (Audiffren & Contal 2016, doi 10.3390/s16081208).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import interpolate, signal

from station.sway.measures import Floats, Piece, sway_measures
from station.sway.plate import MIN_LOAD_N, Plate
from station.sway.reading import CELL_COUNT, Fault, Reading

RATE_HZ: Final = 100
CUTOFF_HZ: Final = 7.0
ORDER: Final = 4

# Two good readings of a cell further apart than this are a gap: four conversions at 80 SPS.
GAP_S: Final = 0.05
# A stretch needs some length before a zero-phase filter of it means anything.
SHORTEST_S: Final = 0.5
# Holds shorter than this carry no sway measures: the ellipse of a few sways is chance.
SHORTEST_HOLD_S: Final = 5.0

Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class CopPath:
    """The filtered CoP of a trial on the 100 Hz grid: times, x and y, each of shape (n,); NaN in gaps."""

    t_ns: np.ndarray[tuple[int], np.dtype[np.int64]]
    x_mm: Floats
    y_mm: Floats

    def pieces(self, spans_ns: Spans) -> list[Piece]:
        """Return the stretches without a gap inside these spans of time."""
        pieces = []
        for start_ns, end_ns in spans_ns:
            inside = (self.t_ns >= start_ns) & (self.t_ns <= end_ns) & np.isfinite(self.x_mm)
            pieces += [Piece(self.x_mm[run], self.y_mm[run]) for run in _runs(inside)]
        return pieces


@dataclass(frozen=True, slots=True)
class Report:
    """Measures by name, and how far they may be trusted."""

    measures: dict[str, float]
    quality: dict[str, float | bool]


def _runs(mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[slice]:
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    return [slice(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _on_grid(grid_s: Floats, t_s: Floats, force_n: Floats) -> Floats:
    """Return one cell's force on the grid, NaN outside its readings and in its gaps."""
    on_grid = interpolate.CubicSpline(t_s, force_n, extrapolate=False)(grid_s)
    right = np.searchsorted(t_s, grid_s)
    inside = (right > 0) & (right < len(t_s))
    gap_s = t_s[np.clip(right, 1, len(t_s) - 1)] - t_s[np.clip(right, 1, len(t_s) - 1) - 1]
    on_grid[~inside | (gap_s > GAP_S)] = np.nan
    return np.asarray(on_grid, dtype=np.float64)


def cop_path(readings: Sequence[Reading], plate: Plate) -> CopPath:
    """Return the CoP of all these readings; empty when a cell has hardly any good ones."""
    good = [[r for r in readings if r.cell == cell and r.fault is Fault.NONE] for cell in range(CELL_COUNT)]
    empty = CopPath(np.empty(0, np.int64), np.empty(0), np.empty(0))
    if any(len(of_cell) < 4 for of_cell in good):
        return empty
    first_ns = max(of_cell[0].t_ns for of_cell in good)
    last_ns = min(of_cell[-1].t_ns for of_cell in good)
    if last_ns <= first_ns:
        return empty
    grid_ns = np.arange(first_ns, last_ns, 1_000_000_000 // RATE_HZ, dtype=np.int64)
    grid_s = np.asarray((grid_ns - first_ns) * 1e-9, dtype=np.float64)
    forces_n = np.empty((CELL_COUNT, len(grid_ns)))
    for cell, of_cell in enumerate(good):
        t_ns, where = np.unique([r.t_ns for r in of_cell], return_index=True)
        counts = np.array([r.counts for r in of_cell], dtype=np.float64)[where]
        force_n = (counts - plate.tare_counts[cell]) / plate.counts_per_n[cell]
        forces_n[cell] = _on_grid(grid_s, np.asarray((t_ns - first_ns) * 1e-9, dtype=np.float64), force_n)
    load_n = forces_n.sum(axis=0)
    load_n[~(load_n >= MIN_LOAD_N)] = np.nan
    fl, fr, rl, rr = forces_n
    x_mm = (fr + rr - fl - rl) / load_n * (plate.width_mm / 2)
    y_mm = (fl + fr - rl - rr) / load_n * (plate.length_mm / 2)
    return CopPath(grid_ns, *_low_pass(x_mm, y_mm))


def _low_pass(x_mm: Floats, y_mm: Floats) -> tuple[Floats, Floats]:
    sections = signal.butter(ORDER, CUTOFF_HZ, fs=RATE_HZ, output="sos")
    smooth = np.full((2, len(x_mm)), np.nan)
    for run in _runs(np.isfinite(x_mm)):
        if run.stop - run.start >= SHORTEST_S * RATE_HZ:
            smooth[:, run] = signal.sosfiltfilt(sections, np.stack([x_mm[run], y_mm[run]]), axis=1)
    return smooth[0], smooth[1]


def report(readings: Sequence[Reading], plate: Plate, spans_ns: Spans) -> Report:
    """Return measures and quality of the time that counted.

    `spans_ns` are the spans of the hold in the readings' own time; the readings should begin and end about a
    second outside them, so that the filter has settled. A hold under `SHORTEST_HOLD_S` carries no measures.
    """
    wanted_s = sum(end - start for start, end in spans_ns) * 1e-9
    path = cop_path(readings, plate)
    pieces = path.pieces(spans_ns)
    got_s = sum(len(piece.x_mm) for piece in pieces) / RATE_HZ
    missing = max(0.0, 1 - got_s / wanted_s) if wanted_s > 0 else 1.0
    longest_gap_s = _longest_gap_s(path, spans_ns)
    quality: dict[str, float | bool] = {
        "missing_percent": round(100 * missing, 3),
        "longest_gap_s": round(longest_gap_s, 3),
        "flagged": missing > 0.01 or longest_gap_s > 0.5,
    }
    if got_s < SHORTEST_HOLD_S:
        return Report({}, quality)
    return Report(sway_measures(pieces, rate_hz=RATE_HZ), quality)


def _longest_gap_s(path: CopPath, spans_ns: Spans) -> float:
    longest = 0
    for start_ns, end_ns in spans_ns:
        inside = (path.t_ns >= start_ns) & (path.t_ns <= end_ns) & np.isfinite(path.x_mm)
        times = path.t_ns[inside]
        edges = np.concatenate([[start_ns], times, [end_ns]])
        longest = max(longest, int(np.diff(edges).max()))
    step_ns = 1_000_000_000 // RATE_HZ
    return max(0, longest - step_ns) * 1e-9
