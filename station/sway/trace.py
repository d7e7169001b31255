"""The raw trace of a trial as bytes: every reading with its time to 1 µs, its counts, its fault.

Layout of `trace-2` (little-endian): the byte 2; number of readings of each cell (4 × u32); bits left out of
the times in µs (u8) and of each cell's counts (4 × u8); length of the zlib-compressed faults (u32) and these,
cell after cell; then for each cell that has any: first time and usual step (2 × i64), how each step differs
from that (`packing.pack`), and the counts of the readings without a fault (`packing.pack_series`).

A *lean* trace leaves out what says nothing: it is what a station sends by itself. Times are kept to 64 µs,
where dates are good to some 100 µs, and counts to a step of at most a sixth of the noise, which adds less
than 0.3 % to its variance (a uniform error of one step has a twelfth of its square).

`trace-1`, which older stations made, is read too (`station.sway.trace_1`).
"""

import struct
import zlib
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from station.errors import MessageError
from station.sway.packing import BLOCK, foretold, pack, pack_series, unpack, unpack_series
from station.sway.reading import CELL_COUNT, Fault, Reading
from station.sway.trace_1 import decode_trace_1

ENCODING: Final = "trace-2"
MOST_READINGS: Final = 1_000_000  # of some 45 minutes
LEAN_TIME_BITS: Final = 6
LEAN_NOISE_STEPS: Final = 6.0  # a step is at most this part of the noise
MOST_LEFT_OUT_BITS: Final = 16
_MARK: Final = b"\x02"
_HEAD: Final = struct.Struct("<4I5BI")
_TIMES: Final = struct.Struct("<qq")
_FAULTS: Final = {int(fault): fault for fault in Fault}

_Ints = NDArray[np.int64]


def encode_trace(readings: Iterable[Reading], *, lean: bool = False) -> bytes:
    """Return the bytes of these readings; the order between cells is given up, times are rounded to 1 µs.

    `lean`: without what lies below the noise.
    """
    by_cell: list[list[Reading]] = [[] for _ in range(CELL_COUNT)]
    for reading in readings:
        by_cell[reading.cell].append(reading)
    counts = [np.array([r.counts for r in cell if r.fault is Fault.NONE], dtype=np.int64) for cell in by_cell]
    time_bits = LEAN_TIME_BITS if lean else 0
    bits = [_bits_below_noise(of_cell) if lean else 0 for of_cell in counts]
    faults = zlib.compress(bytes(int(r.fault) for of_cell in by_cell for r in of_cell), level=9)
    parts = [_MARK, _HEAD.pack(*map(len, by_cell), time_bits, *bits, len(faults)), faults]
    for cell, of_cell in enumerate(by_cell):
        if of_cell:
            t_us = np.array([(r.t_ns + 500) // 1000 for r in of_cell], dtype=np.int64)
            parts.append(_packed_times(_without(t_us, time_bits)))
            parts.append(pack_series(_without(counts[cell], bits[cell])))
    return b"".join(parts)


def _packed_times(times: _Ints) -> bytes:
    steps = np.diff(times)
    usual = int(np.median(steps)) if len(steps) else 0
    return _TIMES.pack(int(times[0]), usual) + pack(steps - usual)


def _without(values: _Ints, bits: int) -> _Ints:
    """Return these numbers in steps of 2^bits, rounded."""
    return (values + (1 << bits >> 1)) >> bits


def _bits_below_noise(counts: _Ints) -> int:
    """Return how many low bits of these counts are far below the noise, as the quietest parts show it."""
    if len(counts) < 4 * BLOCK:
        return 0
    rest = foretold(counts)[1][BLOCK:]  # the first ones are foretold from nothing
    blocks = rest[: len(rest) // BLOCK * BLOCK].reshape(-1, BLOCK).astype(float)
    noise_counts = float(np.quantile(np.sqrt((blocks**2).mean(axis=1)), 0.25))
    step = noise_counts / LEAN_NOISE_STEPS
    return 0 if step < 2 else min(MOST_LEFT_OUT_BITS, int(np.log2(step)))


def decode_trace(data: bytes) -> list[Reading]:
    """Return the readings in order of time. Raises MessageError when the bytes are no trace."""
    if not data.startswith(_MARK):
        return decode_trace_1(data)
    try:
        readings = _decode(memoryview(data)[1:])
    except (zlib.error, struct.error, ValueError, OverflowError) as error:
        raise MessageError(f"trace: not in the form {ENCODING}: {error}") from None
    readings.sort()
    return readings


def _decode(data: memoryview) -> list[Reading]:
    *sizes, time_bits, bits_1, bits_2, bits_3, bits_4, faults_size = _HEAD.unpack_from(data)
    total = sum(sizes)
    if total > MOST_READINGS or max(time_bits, bits_1, bits_2, bits_3, bits_4) > MOST_LEFT_OUT_BITS:
        raise ValueError("more readings, or more left out, than there can be")
    at = _HEAD.size + faults_size
    inflater = zlib.decompressobj()
    faults = inflater.decompress(data[_HEAD.size : at], total + 1)
    if len(faults) != total or not inflater.eof:
        raise ValueError("cut short")
    if set(faults) - _FAULTS.keys():
        raise ValueError("a fault that is not known")
    readings: list[Reading] = []
    for cell, (size, bits) in enumerate(zip(sizes, (bits_1, bits_2, bits_3, bits_4), strict=True)):
        if not size:
            continue
        of_cell = [_FAULTS[f] for f in faults[len(readings) : len(readings) + size]]
        first, usual = _TIMES.unpack_from(data, at)
        at += _TIMES.size
        steps, taken = unpack(data[at:], size - 1)
        at += taken
        counts, taken = unpack_series(data[at:], of_cell.count(Fault.NONE))
        at += taken
        times = np.cumsum(np.concatenate([np.array([first], dtype=np.int64), steps + usual])) << time_bits
        good = iter((counts << bits).tolist())
        readings += [
            Reading(t_us * 1000, cell, next(good) if fault is Fault.NONE else 0, fault)
            for t_us, fault in zip(times.tolist(), of_cell, strict=True)
        ]
    return readings
