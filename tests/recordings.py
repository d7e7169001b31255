"""Recordings of a motion that is known on paper, as files of every kind that is read."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from station.sway.measures import Floats
from station.sway.plate import Plate

RADIUS_MM = 8.0
TURNS_HZ = 0.5
LOAD_N = 640.0
PLATE = Plate((2000.0, 1900.0, -2100.0, 2050.0), (10_000.0, -20_000.0, 0.0, 5.0), 400.0, 300.0)


def circle(t_s: Floats) -> tuple[Floats, Floats]:
    """A circle around (5, −20) mm: velocity 2πrf, RMS r/√2."""
    turn = 2 * np.pi * TURNS_HZ * t_s
    return 5 + RADIUS_MM * np.cos(turn), -20 + RADIUS_MM * np.sin(turn)


def times(seconds: float, rate_hz: float = 100.0) -> Floats:
    return np.arange(round(seconds * rate_hz)) / rate_hz


def forces(x_mm: Floats, y_mm: Floats, *, width_mm: float, length_mm: float) -> Floats:
    """Forces in corner order, shape (4, n), of a load of 640 N at these places."""
    right, forward = 2 * x_mm / width_mm, 2 * y_mm / length_mm
    sides = ((1 - right) * (1 + forward), (1 + right) * (1 + forward))
    rear = ((1 - right) * (1 - forward), (1 + right) * (1 - forward))
    return np.stack([LOAD_N / 4 * side for side in (*sides, *rear)])


def write(file: Path, header: str, columns: list[Floats], *, digits: int = 9) -> Path:
    np.savetxt(file, np.column_stack(columns), delimiter=",", header=header, comments="", fmt=f"%.{digits}f")
    return file


def force_plate(file: Path, t_s: Floats) -> Path:
    x_mm, y_mm = circle(t_s)
    return write(file, "t_s,load_n,ml_mm,ap_mm", [t_s, np.full_like(t_s, LOAD_N), x_mm, y_mm])


def four_forces(file: Path, t_s: Floats, *, width_mm: float = 400.0, length_mm: float = 400.0) -> Path:
    found = forces(*circle(t_s), width_mm=width_mm, length_mm=length_mm)
    return write(file, "t_s,fl_n,fr_n,rl_n,rr_n", [t_s, *found])


def raw_counts(file: Path, t_s: Floats) -> Path:
    found = forces(*circle(t_s), width_mm=PLATE.width_mm, length_mm=PLATE.length_mm)
    counts = [
        np.rint(force * span + tare)
        for force, span, tare in zip(found, PLATE.counts_per_n, PLATE.tare_counts, strict=True)
    ]
    np.savetxt(
        file,
        np.column_stack([t_s, *counts]),
        delimiter=",",
        header="t_s,fl_counts,fr_counts,rl_counts,rr_counts",
        comments="",
        fmt=["%.6f", "%d", "%d", "%d", "%d"],
    )
    return file


Writer = Callable[[Path, Floats], Path]
