"""The raw trace of a trial as older stations made it.

Layout of `trace-1` (zlib-compressed, little-endian): number of readings of each cell (4 × u32), then for
each cell that has any: first time in µs (i64), second differences of the times in µs, first differences of
the counts, faults (u8). Differences are zigzag-coded and written byte plane by byte plane, which is what
makes them compress.
"""

import struct
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from station.errors import MessageError
from station.sway.reading import Fault, Reading

ENCODING: Final = "trace-1"
MAX_TRACE_BYTES: Final = 32_000_000
_COUNTS: Final = struct.Struct("<4I")
_FIRST: Final = struct.Struct("<q")

_Ints = NDArray[np.int64]


def _unzigzag(planes: bytes) -> _Ints:
    columns = np.frombuffer(planes, dtype=np.uint8).reshape(8, -1).T
    unsigned = np.ascontiguousarray(columns).view("<u8").reshape(-1).astype(np.uint64)
    return (unsigned >> np.uint64(1)).astype(np.int64) ^ -(unsigned & np.uint64(1)).astype(np.int64)


def decode_trace_1(data: bytes) -> list[Reading]:
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
