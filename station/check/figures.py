"""What the readings of a few seconds say of each cell. Pure: readings in, figures out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import sqrt
from statistics import fmean, median
from typing import Final

import msgspec

from station.board.config import BoardConfig
from station.board.load import GRAVITY_M_S2
from station.sway.plate import Four, Plate
from station.sway.reading import CELLS, Fault, Reading

S: Final = 1_000_000_000
FULL_SCALE_COUNTS: Final = 0x800000
# A word whose first pulses were lost reads as trailing ones; short ones are ordinary small numbers.
PATTERNS: Final = frozenset((1 << n) - 1 for n in range(8, 23))
# Two settled values on each side of a step by a factor of two: the gain changed, not the load.
FACTOR_TOLERANCE: Final = 0.02
LEVEL_TOLERANCE: Final = 0.05
LEAST_LEVEL_COUNTS: Final = 2000


class CellFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One cell over the run. None: too few good readings to say, or (`load_kg`) no tare is known.

    `noise` is the rms of successive differences over √2, so that sway and drift do not count as noise.
    `range_percent` is the largest reading as a share of the converter's full scale; `drift` is that of a
    straight line over the run. `late_pulses` … `silent` count void readings by their reason.
    """

    cell: str
    data_pin: int
    clock_pin: int
    good: int
    sps: float | None
    mean_counts: float | None
    noise_counts: float | None
    noise_g: float | None
    drift_g: float | None
    range_percent: float | None
    load_kg: float | None
    unique: int
    patterns: int
    jumps: int
    saturated: int
    late_pulses: int
    desync: int
    late_reads: int
    missed: int
    silent: int
    lost: int


def figures_of(
    readings: Iterable[Reading], config: BoardConfig, plate: Plate, tare: Four | None
) -> tuple[CellFigures, ...]:
    """Return the figures of all four cells; `plate` gives the scale, `tare` the counts of the empty board."""
    by_cell: list[list[Reading]] = [[] for _ in CELLS]
    for reading in readings:
        by_cell[reading.cell].append(reading)
    return tuple(_cell(cell, its, config, plate, tare) for cell, its in enumerate(by_cell))


def _cell(
    cell: int, readings: Sequence[Reading], config: BoardConfig, plate: Plate, tare: Four | None
) -> CellFigures:
    good = [r for r in readings if r.fault is Fault.NONE]
    voids = Counter(r.fault for r in readings if r.fault is not Fault.NONE)
    counts = [r.counts for r in good]
    times_ns = [r.t_ns for r in good]
    enough = len(good) > 2
    mean = fmean(counts) if counts else None
    noise = sqrt(fmean((b - a) ** 2 for a, b in pairwise(counts)) / 2) if enough else None
    counts_per_g = abs(plate.counts_per_n[cell]) * GRAVITY_M_S2 / 1000
    load_n = None if tare is None or mean is None else (mean - tare[cell]) / plate.counts_per_n[cell]
    return CellFigures(
        cell=CELLS[cell],
        data_pin=config.data_pins[cell],
        clock_pin=config.clock_pins[cell],
        good=len(good),
        sps=_rounded(S / median(b - a for a, b in pairwise(times_ns)), 2) if enough else None,
        mean_counts=_rounded(mean, 1),
        noise_counts=_rounded(noise, 1),
        noise_g=_rounded(None if noise is None else noise / counts_per_g, 2),
        drift_g=_rounded(_drift_counts(times_ns, counts) / counts_per_g, 2) if enough else None,
        range_percent=_rounded(100 * max(map(abs, counts)) / FULL_SCALE_COUNTS, 1) if counts else None,
        load_kg=_rounded(None if load_n is None else load_n / GRAVITY_M_S2, 2),
        unique=len(set(counts)),
        patterns=sum(count in PATTERNS for count in counts),
        jumps=_jumps(counts),
        saturated=voids[Fault.SATURATED],
        late_pulses=voids[Fault.LATE_CLOCK],
        desync=voids[Fault.DESYNC],
        late_reads=voids[Fault.LATE_READ],
        missed=voids[Fault.OVERRUN],
        silent=voids[Fault.SILENT],
        lost=voids[Fault.LOST] + voids[Fault.RESTARTED],
    )


def _drift_counts(times_ns: Sequence[int], counts: Sequence[int]) -> float:
    """Return how far a straight line through the counts goes from the first reading to the last."""
    times_s = [(t_ns - times_ns[0]) / S for t_ns in times_ns]
    middle_s, mean = fmean(times_s), fmean(counts)
    spread = sum((t_s - middle_s) ** 2 for t_s in times_s)
    slope = sum((t_s - middle_s) * (c - mean) for t_s, c in zip(times_s, counts, strict=True)) / spread
    return slope * times_s[-1]


def _jumps(counts: Sequence[int]) -> int:
    """Count steps by a factor of 2 or ½ between two levels: the gain of 64 where 128 was set, or back."""
    jumps = 0
    for a, b, c, d in zip(counts, counts[1:], counts[2:], counts[3:], strict=False):
        if min(abs(b), abs(c)) < LEAST_LEVEL_COUNTS or not (_level(a, b) and _level(c, d)):
            continue
        jumps += any(abs(c / b / factor - 1) < FACTOR_TOLERANCE for factor in (2, 0.5))
    return jumps


def _level(a: int, b: int) -> bool:
    return abs(b - a) <= LEVEL_TOLERANCE * abs(a)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
