"""Four free-running chips on one time grid: spikes voided, gaps kept, the CoP low-passed without delay."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from station.sway.filter import butterworth, zero_phase
from station.sway.measures import Floats, Piece
from station.sway.plate import MIN_LOAD_N, Plate
from station.sway.reading import CELL_COUNT, Fault, Reading
from station.sway.spline import spline_at

RATE_HZ: Final = 100
CUTOFF_HZ: Final = 7.0
ORDER: Final = 4

# Two good readings of a cell further apart than this are a gap: four conversions at 80 SPS.
GAP_S: Final = 0.05
# A stretch needs some length before a zero-phase filter of it means anything.
SHORTEST_S: Final = 0.5

# A reading is a spike when it is further from the cubic through its four neighbours than this many of the
# cell's own typical deviations, and than any noise of a sound cell. A moving person is smooth over 50 ms.
SPIKE_DEVIATIONS: Final = 8.0
SPIKE_N: Final = 3.0
SPIKE_PASSES: Final = 4  # two spikes side by side hide each other until one is gone
NEIGHBOURS: Final = (-2, -1, 1, 2)

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CopPath:
    """The low-passed CoP on a grid: times, x, y and load, each of shape (n,); NaN in gaps.

    `spikes` counts the readings that were voided as spikes.
    """

    t_ns: Ints
    x_mm: Floats
    y_mm: Floats
    forces_n: Floats  # shape (4, n)
    spikes: int = 0
    rate_hz: float = RATE_HZ

    def _inside(self, spans_ns: Sequence[tuple[int, int]]) -> list[Mask]:
        finite = np.isfinite(self.x_mm)
        return [(self.t_ns >= start) & (self.t_ns <= end) & finite for start, end in spans_ns]

    def pieces(self, spans_ns: Sequence[tuple[int, int]]) -> list[Piece]:
        """Return the stretches without a gap inside these spans of time."""
        return [
            Piece(self.x_mm[run], self.y_mm[run]) for inside in self._inside(spans_ns) for run in runs(inside)
        ]

    def load_n(self, spans_ns: Sequence[tuple[int, int]]) -> float:
        """Return the mean load inside these spans, in N."""
        loads = [self.forces_n[:, inside].sum(axis=0) for inside in self._inside(spans_ns)]
        return float(np.concatenate(loads).mean())


def runs(mask: Mask) -> list[slice]:
    """Return the stretches in which `mask` is true."""
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    return [slice(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def spikes(t_s: Floats, force_n: Floats) -> Mask:
    """Return which readings of one cell, times and forces of shape (n,), are spikes."""
    spike = np.zeros(len(force_n), dtype=np.bool_)
    for _ in range(SPIKE_PASSES):
        kept = np.flatnonzero(~spike)
        if len(kept) <= 2 * len(NEIGHBOURS):
            break
        off_n = np.zeros(len(kept))
        off_n[2:-2] = np.abs(_off_neighbours(t_s[kept], force_n[kept]))
        limit_n = max(SPIKE_N, SPIKE_DEVIATIONS * 1.4826 * float(np.median(off_n)))
        # A spike pulls its neighbours' cubic along: only the worst of five is one.
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(off_n, 2), 5)
        found = kept[(off_n > limit_n) & (off_n >= windows.max(axis=1))]
        if not len(found):
            break
        spike[found] = True
    return spike


def _off_neighbours(t_s: Floats, force_n: Floats) -> Floats:
    """Return how far each reading but the outer two is from its neighbours' cubic, shape (n−4,)."""
    n = len(t_s)
    middle = t_s[2 : n - 2]
    times = [t_s[2 + k : n - 2 + k] for k in NEIGHBOURS]
    off_n = force_n[2 : n - 2].copy()
    for a, k in enumerate(NEIGHBOURS):
        weight = np.ones(n - 4)
        for b in range(len(NEIGHBOURS)):
            if a != b:
                weight *= (middle - times[b]) / (times[a] - times[b])
        off_n -= weight * force_n[2 + k : n - 2 + k]
    return off_n


def _on_grid(grid_s: Floats, t_s: Floats, force_n: Floats) -> Floats:
    """Return one cell's force on the grid, NaN outside its readings and in its gaps."""
    on_grid = spline_at(grid_s, t_s, force_n)
    right = np.searchsorted(t_s, grid_s)
    inside = (right > 0) & (right < len(t_s))
    right = np.clip(right, 1, len(t_s) - 1)
    on_grid[~inside | (t_s[right] - t_s[right - 1] > GAP_S)] = np.nan
    return on_grid


def cop_path(readings: Sequence[Reading], plate: Plate) -> CopPath:
    """Return the CoP of all these readings; empty when a cell has hardly any good ones."""
    cells = [_cell_force(readings, cell, plate) for cell in range(CELL_COUNT)]
    voided = sum(count for _, _, count in cells)
    empty = CopPath(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty((CELL_COUNT, 0)))
    if any(len(t_ns) < 4 for t_ns, _, _ in cells):
        return empty
    first_ns = max(int(t_ns[0]) for t_ns, _, _ in cells)
    last_ns = min(int(t_ns[-1]) for t_ns, _, _ in cells)
    if last_ns <= first_ns:
        return empty
    grid_ns = np.arange(first_ns, last_ns, 1_000_000_000 // RATE_HZ, dtype=np.int64)
    grid_s = _seconds(grid_ns - first_ns)
    forces_n = np.stack([_on_grid(grid_s, _seconds(t_ns - first_ns), force_n) for t_ns, force_n, _ in cells])
    x_mm, y_mm = _cop(forces_n, plate)
    return CopPath(grid_ns, *_low_pass(x_mm, y_mm), forces_n, voided)


def _cell_force(readings: Sequence[Reading], cell: int, plate: Plate) -> tuple[Ints, Floats, int]:
    """Return times and forces of one cell's good readings, and how many spikes were left out."""
    good = [(r.t_ns, r.counts) for r in readings if r.cell == cell and r.fault is Fault.NONE]
    if not good:
        return np.empty(0, np.int64), np.empty(0), 0
    table = np.array(good, dtype=np.int64)
    t_ns, where = np.unique(table[:, 0], return_index=True)
    force_n = plate.force_n(cell, table[where, 1].astype(np.float64))
    void = spikes(_seconds(t_ns - t_ns[0]), force_n)
    return t_ns[~void], force_n[~void], int(void.sum())


def _seconds(ns: Ints) -> Floats:
    return np.asarray(ns * 1e-9, dtype=np.float64)


def _cop(forces_n: Floats, plate: Plate) -> tuple[Floats, Floats]:
    """Return x and y in mm of forces of shape (4, n); NaN where the load is too small to tell."""
    load_n = forces_n.sum(axis=0)
    load_n[~(load_n >= MIN_LOAD_N)] = np.nan
    return plate.cop_mm(list(forces_n), load_n)


def smoothed(piece: Piece, rate_hz: float) -> Piece | None:
    """Return one stretch through the method's low-pass, or None when it is too short for it.

    A recording too slow to hold anything above the cut-off is returned as it is.
    """
    if len(piece.x_mm) < SHORTEST_S * rate_hz or len(piece.x_mm) <= 3 * (2 * ORDER + 1):
        return None
    if rate_hz <= 2.2 * CUTOFF_HZ:
        return piece
    sections = butterworth(ORDER, CUTOFF_HZ, rate_hz)
    return Piece(zero_phase(piece.x_mm, sections), zero_phase(piece.y_mm, sections))


def _low_pass(x_mm: Floats, y_mm: Floats) -> tuple[Floats, Floats]:
    smooth = np.full((2, len(x_mm)), np.nan)
    for run in runs(np.isfinite(x_mm)):
        piece = smoothed(Piece(x_mm[run], y_mm[run]), RATE_HZ)
        if piece is not None:
            smooth[:, run] = piece
    return smooth[0], smooth[1]
