"""The measures of what counted, from a CoP path."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from station.analysis.even import on_even_grid
from station.sway.grid import smoothed
from station.sway.measures import Floats, Piece
from station.sway.report import Report, report_path

FEWEST_ROWS: Final = 3
LONGEST_S: Final = 600.0  # no hold is longer; regularity takes the square of the time
NS: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Path:
    """A CoP path: virtual times in s, CoP in mm, each of shape (n,); `filtered` went through the method."""

    t_s: Floats
    x_mm: Floats
    y_mm: Floats
    filtered: bool = False


def measured(path: Path, spans_ns: Sequence[tuple[int, int]]) -> Report | None:
    """Return the report of these spans, or None where too little is known of them, or they are too long.

    The method's low-pass runs over the whole path, so that it has settled where a span begins.
    """
    counted_s = sum(end_ns - start_ns for start_ns, end_ns in spans_ns) * NS
    if len(path.t_s) < FEWEST_ROWS or counted_s > LONGEST_S:
        return None
    t_s, columns = on_even_grid(path.t_s, np.stack([path.x_mm, path.y_mm]), may_resample=True)
    x_mm, y_mm = columns
    if not path.filtered:
        x_mm, y_mm = _smooth(t_s, x_mm, y_mm)
    inside = np.isfinite(x_mm)
    counted = np.zeros(len(t_s), dtype=np.bool_)
    for start_ns, end_ns in spans_ns:
        counted |= (t_s >= start_ns * NS - 1e-6) & (t_s <= end_ns * NS + 1e-6)
    inside &= counted
    if np.count_nonzero(inside) < FEWEST_ROWS:
        return None
    return report_path(t_s[inside], x_mm[inside], y_mm[inside], low_pass=False)


def _smooth(t_s: Floats, x_mm: Floats, y_mm: Floats) -> tuple[Floats, Floats]:
    step_s = float(np.median(np.diff(t_s)))
    out = np.full((2, len(t_s)), np.nan)
    edges = np.concatenate([[0], np.flatnonzero(np.diff(t_s) > 1.5 * step_s) + 1, [len(t_s)]])
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        piece = smoothed(Piece(x_mm[start:end], y_mm[start:end]), 1 / step_s)
        if piece is not None:
            out[:, start:end] = piece
    return out[0], out[1]
