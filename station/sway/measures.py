"""Report measures of a CoP path. x is ML, y is AP, mm; a path may come in pieces between gaps.

Sources: Prieto 1996 (doi 10.1109/10.532130); Schubert & Kirchner 2014 (doi 10.1016/j.gaitpost.2013.09.001)
for the prediction ellipse; Quijoux 2021 (doi 10.14814/phy2.15067).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Piece(NamedTuple):
    """A stretch of the path without a gap: x and y in mm on one uniform grid, shape (n,)."""

    x_mm: Floats
    y_mm: Floats


@dataclass(frozen=True, slots=True)
class Ellipse:
    """The 95 % prediction ellipse: centre, half axes in mm, angle of the major axis from +x in radians."""

    x_mm: float
    y_mm: float
    major_mm: float
    minor_mm: float
    angle_rad: float

    @property
    def area_mm2(self) -> float:
        """Return PEA95."""
        return float(np.pi * self.major_mm * self.minor_mm)


def prediction_ellipse(x_mm: Floats, y_mm: Floats) -> Ellipse:
    """Return the ellipse in which the next point falls with 95 % probability.

    Half axes √(2F(n−1)(n+1)/(n(n−2))·λ) with F the 0.95 quantile of F(2, n−2) and λ the eigenvalues of the
    covariance with n−1; the area is 2π·F·(n−1)(n+1)/(n(n−2))·√det S (Schubert & Kirchner 2014). With two
    degrees of freedom above, the quantile of p has the closed form (m/2)·((1−p)^(−2/m) − 1), m = n−2.
    Raises ValueError below three points.
    """
    n = len(x_mm)
    if n < 3:
        raise ValueError(f"an ellipse needs three points, not {n}")
    quantile = (n - 2) / 2 * math.expm1(-2 / (n - 2) * math.log(0.05))
    scale = 2 * quantile * (n - 1) * (n + 1) / (n * (n - 2))
    eigenvalues, vectors = np.linalg.eigh(np.cov(x_mm, y_mm))
    minor, major = np.sqrt(scale * np.clip(eigenvalues, 0, None))
    angle = np.arctan2(vectors[1, 1], vectors[0, 1])
    return Ellipse(float(x_mm.mean()), float(y_mm.mean()), float(major), float(minor), float(angle))


def sway_measures(pieces: Sequence[Piece], *, rate_hz: float) -> dict[str, float]:
    """Return position, size and speed of the path by the names of `catalogue.py`.

    Steps across a gap belong to no piece and enter no sum; T is the sum over the pieces. Raises ValueError
    when no piece has two points or all of them together fewer than three.
    """
    steps = sum(len(piece.x_mm) - 1 for piece in pieces if len(piece.x_mm) > 1)
    if steps < 2:
        raise ValueError("a path of fewer than three points has no measures")
    t_s = steps / rate_hz
    all_x = np.concatenate([piece.x_mm for piece in pieces])
    all_y = np.concatenate([piece.y_mm for piece in pieces])
    mean_x, mean_y = float(all_x.mean()), float(all_y.mean())
    x, y = all_x - mean_x, all_y - mean_y
    sums = _sums(pieces, mean_x, mean_y)
    mean_distance_mm = float(np.hypot(x, y).mean())
    ellipse = prediction_ellipse(all_x, all_y)
    measures = {
        "mean_ml_mm": mean_x,
        "mean_ap_mm": mean_y,
        "rms_ml_mm": float(np.sqrt(np.mean(x * x))),
        "rms_ap_mm": float(np.sqrt(np.mean(y * y))),
        "range_ml_mm": float(np.ptp(x)),
        "range_ap_mm": float(np.ptp(y)),
        "mean_distance_mm": mean_distance_mm,
        "pea95_mm2": ellipse.area_mm2,
        "ellipse_major_mm": ellipse.major_mm,
        "ellipse_minor_mm": ellipse.minor_mm,
        "ellipse_angle_deg": float(np.degrees(ellipse.angle_rad)) % 180,
        "path_mm": sums.path_mm,
        "velocity_mm_s": sums.path_mm / t_s,
        "velocity_ml_mm_s": sums.path_ml_mm / t_s,
        "velocity_ap_mm_s": sums.path_ap_mm / t_s,
        "sway_area_mm2_s": sums.swept_mm2 / (2 * t_s),
    }
    if mean_distance_mm > 0:
        measures["mean_frequency_hz"] = measures["velocity_mm_s"] / (2 * math.pi * mean_distance_mm)
    for axis, values in (("ml", x), ("ap", y)):
        distance_mm = float(np.abs(values).mean())
        if distance_mm > 0:
            velocity_mm_s = measures[f"velocity_{axis}_mm_s"]
            measures[f"mean_frequency_{axis}_hz"] = velocity_mm_s / (4 * math.sqrt(2) * distance_mm)
    return measures


class _Sums(NamedTuple):
    path_mm: float
    path_ml_mm: float
    path_ap_mm: float
    swept_mm2: float


def _sums(pieces: Sequence[Piece], mean_x: float, mean_y: float) -> _Sums:
    path = path_x = path_y = swept = 0.0
    for piece in pieces:
        x, y = piece.x_mm - mean_x, piece.y_mm - mean_y
        dx, dy = np.diff(x), np.diff(y)
        path += float(np.hypot(dx, dy).sum())
        path_x += float(np.abs(dx).sum())
        path_y += float(np.abs(dy).sum())
        swept += float(np.abs(y[1:] * x[:-1] - x[1:] * y[:-1]).sum())
    return _Sums(path, path_x, path_y, swept)
