"""The cubic spline through points at their own times, in numpy alone (`scipy.interpolate` takes 50 MB)."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def spline_at(at: Floats, t: Floats, values: Floats) -> Floats:
    """Return the not-a-knot cubic spline through (`t`, `values`), shape (n,), at the times `at`, shape (m,).

    `t` ascends. Outside of it the outermost cubic goes on. The spline is that of
    `scipy.interpolate.CubicSpline`: twice continuously differentiable, with one cubic over the first two and
    one over the last two intervals (de Boor 1978, A Practical Guide to Splines, chapter IV).
    Raises ValueError below four points.
    """
    if len(t) < 4:
        raise ValueError(f"a spline of this kind needs four points, not {len(t)}")
    step = np.diff(t)
    rise = np.diff(values) / step
    slope = _slopes(step, rise)
    left = np.clip(np.searchsorted(t, at, side="right") - 1, 0, len(step) - 1)
    h, since = step[left], at - t[left]
    bend = (slope[left] + slope[left + 1] - 2 * rise[left]) / h
    square = (rise[left] - slope[left]) / h - bend
    return np.asarray(values[left] + since * (slope[left] + since * (square + since * bend / h)))


def _slopes(step: Floats, rise: Floats) -> Floats:
    """Return the first derivative at each point, shape (n,), of n − 1 intervals and their rises."""
    before, after = step[:-1], step[1:]
    both = before + after
    below, diagonal, above = after.copy(), 2 * both, before.copy()
    right = 3 * (after * rise[:-1] + before * rise[1:])
    # The two conditions at the ends: what they give for the outermost slopes goes into their neighbours'
    # rows, which leaves a system whose diagonal is the largest in every row.
    first = ((before[0] + 2 * both[0]) * after[0] * rise[0] + before[0] ** 2 * rise[1]) / both[0]
    last = ((after[-1] + 2 * both[-1]) * before[-1] * rise[-1] + after[-1] ** 2 * rise[-2]) / both[-1]
    diagonal[0] -= both[0]
    diagonal[-1] -= both[-1]
    right[0] -= first
    right[-1] -= last
    below[0] = above[-1] = 0.0
    inner = _solve_tridiagonal(below, diagonal, above, right)
    start = (first - both[0] * inner[0]) / after[0]
    end = (last - both[-1] * inner[-1]) / before[-1]
    return np.concatenate([[start], inner, [end]])


def _solve_tridiagonal(below: Floats, diagonal: Floats, above: Floats, right: Floats) -> Floats:
    """Return x of below[i]·x[i−1] + diagonal[i]·x[i] + above[i]·x[i+1] = right[i].

    Parallel cyclic reduction (Hockney & Jesshope 1981): every row rids itself of its two neighbours by their
    own rows, which doubles the distance to the next ones, until there are none.
    """
    n, reach = len(diagonal), 1
    while reach < n:
        up, down = np.zeros(n), np.zeros(n)
        up[reach:] = -below[reach:] / diagonal[:-reach]
        down[:-reach] = -above[:-reach] / diagonal[reach:]
        diagonal = diagonal + up * _shifted(above, reach) + down * _shifted(below, -reach)
        right = right + up * _shifted(right, reach) + down * _shifted(right, -reach)
        below, above = up * _shifted(below, reach), down * _shifted(above, -reach)
        reach *= 2
    return right / diagonal


def _shifted(values: Floats, by: int) -> Floats:
    """Return the values moved to the right (left, below 0), with zeros where none come from."""
    moved = np.zeros_like(values)
    if by > 0:
        moved[by:] = values[:-by]
    else:
        moved[:by] = values[-by:]
    return moved
