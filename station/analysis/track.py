"""The CoP of one recording, whatever kind of file it came from."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from station.analysis.even import even_times, on_even_grid
from station.analysis.formats import (
    COP_COLUMNS,
    COUNT_COLUMNS,
    COUNTED,
    COUNTS,
    FORCE_COLUMNS,
    FORCES,
    TIME,
    TRIAL,
)
from station.analysis.table import Table
from station.errors import RecordingError
from station.sway.grid import Ints, Mask
from station.sway.measures import Floats
from station.sway.plate import MIN_LOAD_N, Plate
from station.sway.reading import CELL_COUNT, Fault, Reading

SHORTEST_S: Final = 1.0
SATURATED: Final = (-0x800000, 0x7FFFFF)

# The plate of forces that name none: 400 mm between the cells both ways.
NOMINAL_PLATE: Final = Plate((1.0,) * 4, (0.0,) * 4, 400.0, 400.0)


@dataclass(frozen=True, slots=True)
class Track:
    """CoP in mm at the times of an even grid, each of shape (n,).

    Rows without a CoP are left out, so that a gap is a jump in the times. `asymmetry_percent` is None where
    the recording does not hold the forces. `missing` marks, of the time that was asked for, where the board
    could not tell the CoP; None where all of it was asked for.
    """

    t_s: Floats
    x_mm: Floats
    y_mm: Floats
    load_n: Floats
    asymmetry_percent: float | None = None
    missing: Mask | None = None


def check_length(t_s: Floats) -> None:
    """Refuse a recording that is too short to be one. Raises RecordingError."""
    if len(t_s) < 3:
        raise RecordingError(
            f"it has {len(t_s)} rows of numbers; a recording lasts {SHORTEST_S:g} s or longer"
        )
    seconds = float(t_s[-1] - t_s[0])
    if seconds < SHORTEST_S - 1.5 * seconds / (len(t_s) - 1):
        raise RecordingError(f"it lasts {seconds:.3g} s; a recording lasts {SHORTEST_S:g} s or longer")


def track_of(table: Table, plate: Plate | None, *, filtered: bool) -> Track:
    """Return the CoP that the rows of a file tell. Raises RecordingError with what is wrong with them.

    `filtered` says that the method's low-pass will follow: only then may uneven rows be put on a grid.
    """
    if table.format is TRIAL:
        return _of_trial(table)
    t_s = table.columns[TIME]
    if table.format is FORCES:
        return _of_forces(t_s, table.stack(FORCE_COLUMNS), plate or NOMINAL_PLATE, filtered=filtered)
    if table.format is COUNTS:
        counts, weighed = table.stack(COUNT_COLUMNS), _needed(plate)
        tare, span = np.array(weighed.tare_counts)[:, None], np.array(weighed.counts_per_n)[:, None]
        forces_n = (counts - tare) / span
        whole = np.isfinite(forces_n).all(axis=0) & ~np.isin(counts, SATURATED).any(axis=0)
        check_rows(whole)
        return _of_forces(t_s[whole], forces_n[:, whole], weighed, filtered=filtered)
    load_n, ml_mm, ap_mm = table.stack(COP_COLUMNS)
    # Without a filter the file is taken as it is, its own CoP included.
    told = load_n >= MIN_LOAD_N if filtered else np.ones(len(t_s), dtype=np.bool_)
    _check_load(told, load_n)
    even_s, (x_mm, y_mm, load_n) = on_even_grid(
        t_s[told], np.stack([ml_mm, ap_mm, load_n])[:, told], may_resample=filtered
    )
    return Track(even_s, x_mm, y_mm, load_n)


def check_rows(whole: Mask) -> None:
    """Refuse raw counts in which no row holds all four cells. Raises RecordingError."""
    if np.count_nonzero(whole) < 3:
        raise RecordingError(
            "hardly any row has the counts of all four cells; use --filter cop-1, which merges them"
        )


def _needed(plate: Plate | None) -> Plate:
    if plate is None:
        raise RecordingError("it holds raw counts; name the plate they were measured with: --plate FILE")
    return plate


def _check_load(told: Mask, load_n: Floats) -> None:
    if np.count_nonzero(told) < 3:
        most_n = float(np.nanmax(load_n))
        raise RecordingError(
            f"the load is {most_n:.4g} N at most: nobody stood on the plate; "
            f"a CoP is told from {MIN_LOAD_N:g} N on"
        )


def _of_forces(t_s: Floats, forces_n: Floats, plate: Plate, *, filtered: bool) -> Track:
    even_s, forces_n = on_even_grid(t_s, forces_n, may_resample=filtered)
    load_n = forces_n.sum(axis=0)
    told = load_n >= MIN_LOAD_N
    _check_load(told, load_n)
    forces_n, load_n = forces_n[:, told], load_n[told]
    fl, fr, rl, rr = forces_n
    x_mm = (fr + rr - fl - rl) / load_n * (plate.width_mm / 2)
    y_mm = (fl + fr - rl - rr) / load_n * (plate.length_mm / 2)
    return Track(even_s[told], x_mm, y_mm, load_n, _asymmetry_percent(forces_n))


def _asymmetry_percent(forces_n: Floats) -> float:
    """Return 100·(R−L)/(R+L), the mean over the rows of forces of shape (4, n)."""
    fl, fr, rl, rr = forces_n
    return float(100 * ((fr + rr - fl - rl) / forces_n.sum(axis=0)).mean())


def _of_trial(table: Table) -> Track:
    t_s = even_times(table.columns[TIME])
    load_n, x_mm, y_mm = table.stack(COP_COLUMNS)
    counted = table.columns[COUNTED] == 1
    told = counted & np.isfinite(x_mm) & np.isfinite(y_mm)
    if np.count_nonzero(told) < 3:
        raise RecordingError("no time in it counted as a hold; there is nothing to measure")
    asymmetry_percent = _asymmetry_percent(table.stack(FORCE_COLUMNS)[:, told])
    return Track(t_s[told], x_mm[told], y_mm[told], load_n[told], asymmetry_percent, ~told[counted])


def readings_of(table: Table) -> tuple[list[Reading], list[tuple[int, int]]]:
    """Return the readings of raw counts in order of time, and the spans that counted.

    Without a column that says so all of it counted. Times in ns of the recording's own time; an empty
    field is a chip without a conversion at this time.
    """
    t_ns = np.rint(table.columns[TIME] * 1e9).astype(np.int64)
    readings: list[Reading] = []
    for cell, name in zip(range(CELL_COUNT), COUNT_COLUMNS, strict=True):
        counts = table.columns[name]
        there = np.isfinite(counts)
        for at_ns, value in zip(t_ns[there].tolist(), counts[there].astype(np.int64).tolist(), strict=True):
            fault = Fault.SATURATED if value in SATURATED else Fault.NONE
            readings.append(Reading(at_ns, cell, value, fault))
    readings.sort()
    return readings, _spans(t_ns, table.columns.get(COUNTED))


def _spans(t_ns: Ints, counted: Floats | None) -> list[tuple[int, int]]:
    if counted is None:
        return [(int(t_ns[0]), int(t_ns[-1]))]
    edges = np.flatnonzero(np.diff((counted == 1).astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    return [(int(t_ns[start]), int(t_ns[end - 1])) for start, end in edges]
