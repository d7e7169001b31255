"""Mistakes of hands: a mass mistyped or exchanged, a wrong place, a cable on the wrong chip; all named."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from calibration.fit import FEWEST_POINTS, fit_straight
from calibration.points import Floats, Table, design_of
from calibration.refusal import RefusedError
from station.sway.plate import CORNERS_X, CORNERS_Y, Plate
from station.sway.reading import CELLS

# Cells of one board differ by a few per cent, and so does the weight they tell from place to place.
MASS_OFF: Final = 0.06
# A board never calibrated is off by 2 to 6 mm (Leach 2014); a mass this far off stood somewhere else.
PLACE_OFF_MM: Final = 30.0
# Below this share of good rows it is not for us to say which half is the mistake.
MOST_LEFT_OUT: Final = 0.2
CHANCE: Final = 0.01  # of calling a good point of a whole table an outlier


@dataclass(frozen=True, slots=True)
class Outlier:
    """A point that was left out, and why in one sentence."""

    name: str
    reason: str


def sift(points: Table, nominal: Plate) -> tuple[Table, list[Outlier]]:
    """Return the points that fit together, and those left out.

    Raises CalibrationError when too many do not fit together, or the cells are not where they should be.
    """
    _check_wiring(points, nominal)
    outliers: list[Outlier] = []
    good = points
    for find in (_wrong_masses, _wrong_places):
        found = find(good, nominal)
        outliers += found
        good = _without(good, found)
        _check_left(points, outliers)
    while True:
        worst = _worst(good)
        if worst is None:
            return good, outliers
        outliers.append(worst)
        good = _without(good, [worst])
        _check_left(points, outliers)


def _without(points: Table, outliers: list[Outlier]) -> Table:
    gone = {outlier.name for outlier in outliers}
    return points.rows(np.array([name not in gone for name in points.names], dtype=np.bool_))


def _check_left(points: Table, outliers: list[Outlier]) -> None:
    if len(outliers) <= MOST_LEFT_OUT * len(points):
        return
    first = "; ".join(f"{outlier.name}: {outlier.reason}" for outlier in outliers[:3])
    text = (
        f"{len(outliers)} of {len(points)} points do not fit together ({first}); "
        "check masses and places and measure them again"
    )
    raise RefusedError("points_apart", text, apart=len(outliers), points=len(points))


def _check_wiring(points: Table, nominal: Plate) -> None:
    """Refuse exchanged, inverted or dead cells: their counts follow another corner's share of the load."""
    if not len(points):
        text = "the points hold no row with a load to fit; put known masses on known places"
        raise RefusedError("too_few", text, points=0)
    shares = _corner_shares(points, nominal)
    counts = design_of(points)
    if len(points) < FEWEST_POINTS or np.linalg.matrix_rank(shares, tol=0.05) < len(CELLS):
        return  # too few places to tell; the fit itself says so
    # Slopes of each cell's counts on each corner's share: large on the diagonal when the wires are right.
    slopes = np.linalg.lstsq(shares, counts, rcond=None)[0]
    size = float(np.median(np.abs(slopes).max(axis=0)))
    for cell, name in enumerate(CELLS):
        own = float(slopes[cell, cell])
        strongest = int(np.argmax(np.abs(slopes[:, cell])))
        if np.abs(slopes[:, cell]).max() < 0.2 * size:
            text = f"cell {name} hardly answers to any load; check its wires to the HX711"
            raise RefusedError("cell_dead", text, cells=(name,))
        if strongest != cell and abs(float(slopes[strongest, cell])) > 2 * abs(own):
            text = (
                f"cell {name} answers to loads at {CELLS[strongest]}; "
                "exchange the two cables, or measure the corners in their own order"
            )
            raise RefusedError("cells_exchanged", text, cells=(name, CELLS[strongest]))
        if own < 0 < float(np.median(np.diag(slopes))):
            text = f"cell {name} counts down under load; exchange its two signal wires (A+ and A−)"
            raise RefusedError("cell_inverted", text, cells=(name,))


def _corner_shares(points: Table, nominal: Plate) -> Floats:
    across, along = 2 * points.x_mm / nominal.width_mm, 2 * points.y_mm / nominal.length_mm
    signs = zip(CORNERS_X, CORNERS_Y, strict=True)
    return np.column_stack([(1 + sx * across) * (1 + sy * along) / 4 for sx, sy in signs])


def _wrong_masses(points: Table, _nominal: Plate) -> list[Outlier]:
    per_n = design_of(points).sum(axis=1)
    usual = float(np.median(per_n))
    if not usual:
        text = "the counts do not change with the load; check that the board is powered"
        raise RefusedError("no_answer", text)
    ratio = per_n / usual
    return [
        Outlier(
            points.names[at],
            f"entered as {points.force_n[at]:.1f} N, "
            f"weighs {points.force_n[at] * ratio[at]:.1f} N by the other points",
        )
        for at in np.flatnonzero(np.abs(ratio - 1) > MASS_OFF)
    ]


def _wrong_places(points: Table, nominal: Plate) -> list[Outlier]:
    net = points.net_counts / points.net_counts.sum(axis=1)[:, None]
    x_mm = net @ np.array(CORNERS_X) * nominal.width_mm / 2
    y_mm = net @ np.array(CORNERS_Y) * nominal.length_mm / 2
    off_x, off_y = x_mm - points.x_mm, y_mm - points.y_mm
    off_mm = np.hypot(off_x - np.median(off_x), off_y - np.median(off_y))
    return [
        Outlier(
            points.names[at],
            f"entered at ({points.x_mm[at]:.0f}, {points.y_mm[at]:.0f}) mm, "
            f"stood near ({x_mm[at]:.0f}, {y_mm[at]:.0f}) mm",
        )
        for at in np.flatnonzero(off_mm > PLACE_OFF_MM)
    ]


def _worst(points: Table) -> Outlier | None:
    """Return the point furthest off a fit that was made without it, when chance does not explain it.

    Externally studentised residuals of force, x and y (Cook & Weisberg 1982, 2.2.2), Bonferroni over all.
    """
    freedom = len(points) - len(CELLS) - 1
    if freedom < 3:
        return None
    fit = fit_straight(points)
    v = design_of(points)
    free = 1 - np.einsum("nj,jk,nk->n", v, fit.inner, v)
    off = np.column_stack([np.ones(len(points)), points.x_mm, points.y_mm]) - v @ fit.matrix.T
    inside = off / np.sqrt(np.maximum(np.diag(fit.spread) * free[:, None], 1e-18))
    outside = inside * np.sqrt(freedom / np.maximum(freedom + 1 - inside**2, 1e-9))
    limit = float(stats.t.ppf(1 - CHANCE / 2 / off.size, freedom))
    at, row = (int(i) for i in np.unravel_index(np.argmax(np.abs(outside)), off.shape))
    if abs(outside[at, row]) <= limit:
        return None
    what = ("the load is off by {:.1f} %", "x is off by {:.1f} mm", "y is off by {:.1f} mm")[row]
    size = -off[at, row] / free[at] * (100 if row == 0 else 1)
    return Outlier(points.names[at], f"{what.format(size)}, too far from all others")
