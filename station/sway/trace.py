"""The raw trace of a trial as bytes: every reading with its time to 1 µs, its counts, its fault.

Layout of `trace-1` (zlib-compressed, little-endian): number of readings of each cell (4 × u32), then for
each cell that has any: first time in µs (i64), second differences of the times in µs, first differences of
the counts, faults (u8). Differences are zigzag-coded and written byte plane by byte plane, which is what
makes them compress.
"""

import struct
import zlib
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from station.errors import MessageError
from station.sway.reading import CELL_COUNT, Fault, Reading

ENCODING: Final = "trace-1"
MAX_TRACE_BYTES: Final = 32_000_000
_COUNTS: Final = struct.Struct("<4I")
_FIRST: Final = struct.Struct("<q")

_Ints = NDArray[np.int64]


def _zigzag(values: _Ints) -> bytes:
    unsigned = ((values << 1) ^ (values >> 63)).astype("<u8")
    return unsigned.view(np.uint8).reshape(-1, 8).T.tobytes()


def _unzigzag(planes: bytes) -> _Ints:
    columns = np.frombuffer(planes, dtype=np.uint8).reshape(8, -1).T
    unsigned = np.ascontiguousarray(columns).view("<u8").reshape(-1).astype(np.uint64)
    return (unsigned >> np.uint64(1)).astype(np.int64) ^ -(unsigned & np.uint64(1)).astype(np.int64)


def encode_trace(readings: Iterable[Reading]) -> bytes:
    """Return the bytes of these readings; the order between cells is given up, times are rounded to 1 µs."""
    by_cell: list[list[Reading]] = [[] for _ in range(CELL_COUNT)]
    for reading in readings:
        by_cell[reading.cell].append(reading)
    parts = [_COUNTS.pack(*(len(of_cell) for of_cell in by_cell))]
    for of_cell in by_cell:
        if not of_cell:
            continue
        t_us = np.array([(r.t_ns + 500) // 1000 for r in of_cell], dtype=np.int64)
        counts = np.array([r.counts if r.fault is Fault.NONE else 0 for r in of_cell], dtype=np.int64)
        parts.append(_FIRST.pack(int(t_us[0])))
        steps_us = np.diff(t_us, prepend=t_us[0])
        parts.append(_zigzag(np.diff(steps_us, prepend=0)))
        parts.append(_zigzag(np.diff(counts, prepend=0)))
        parts.append(bytes(int(r.fault) for r in of_cell))
    return zlib.compress(b"".join(parts), level=9)


def decode_trace(data: bytes) -> list[Reading]:
    """Return the readings in order of time. Raises MessageError when the bytes are no trace."""
    try:
        inflater = zlib.decompressobj()
        plain = memoryview(inflater.decompress(data, MAX_TRACE_BYTES))
        if not inflater.eof:
            raise MessageError(f"trace: cut short, or longer than {MAX_TRACE_BYTES} bytes")
        return _decode(plain)
    except (zlib.error, struct.error, ValueError) as error:
        if isinstance(error, MessageError):
            raise
        raise MessageError(f"trace: not in the form {ENCODING}: {error}") from None


def _decode(plain: memoryview) -> list[Reading]:
    sizes = _COUNTS.unpack_from(plain)
    at = _COUNTS.size
    readings: list[Reading] = []
    for cell, size in enumerate(sizes):
        if not size:
            continue
        (first_us,) = _FIRST.unpack_from(plain, at)
        at += _FIRST.size
        end = at + 17 * size
        if end > len(plain):
            raise MessageError("trace: shorter than it says")
        t_us = first_us + np.cumsum(np.cumsum(_unzigzag(bytes(plain[at : at + 8 * size]))))
        counts = np.cumsum(_unzigzag(bytes(plain[at + 8 * size : at + 16 * size])))
        faults = plain[at + 16 * size : end]
        at = end
        readings += [
            Reading(t * 1000, cell, c, Fault(f))
            for t, c, f in zip(t_us.tolist(), counts.tolist(), faults, strict=True)
        ]
    readings.sort()
    return readings
