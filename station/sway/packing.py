"""Whole numbers in few bits: what cannot be foretold of a series, Rice-coded in blocks.

The code is that of R. F. Rice (JPL 79-22, 1979) as FLAC uses it: a number is zigzag-coded, its low `k` bits
stand as they are, the rest as so many ones and a zero; each block has the `k` that is shortest for it.
The prediction is FLAC's too: a linear one of the differences, with whole coefficients, so that every machine
foretells the same.
"""

import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray

BLOCK: Final = 64
ORDER: Final = 8
COEFFICIENT_BITS: Final = 12
MOST_BITS: Final = 56
MOST_STEP: Final = 2**40  # between two numbers of a series
_SIZES: Final = struct.Struct("<II")
_FIRST: Final = struct.Struct("<q")
_COEFFICIENT_MOST: Final = 2**15 - 1

Ints = NDArray[np.int64]


def pack(values: Ints) -> bytes:
    """Return the bytes of these numbers, each within ±2^54."""
    zigzag = (values << 1) ^ (values >> 63)
    ks = _shortest(zigzag)
    k_each = np.repeat(ks, BLOCK)[: len(zigzag)]
    ones = zigzag >> k_each
    unary = np.ones(int(ones.sum()) + len(ones), dtype=np.uint8)
    unary[np.cumsum(ones + 1) - 1] = 0
    places = _places(k_each)
    low = (np.repeat(zigzag, k_each) >> places) & 1
    unary_bytes, low_bytes = np.packbits(unary).tobytes(), np.packbits(low.astype(np.uint8)).tobytes()
    return (
        _SIZES.pack(len(unary_bytes), len(low_bytes))
        + ks.astype(np.uint8).tobytes()
        + unary_bytes
        + low_bytes
    )


def unpack(data: memoryview, count: int) -> tuple[Ints, int]:
    """Return so many numbers, and how many bytes they took. Raises ValueError or struct.error for others."""
    unary_size, low_size = _SIZES.unpack_from(data)
    at = _SIZES.size
    ks = np.frombuffer(data, dtype=np.uint8, count=-(-count // BLOCK), offset=at).astype(np.int64)
    at += len(ks)
    if len(ks) and ks.max() > MOST_BITS:
        raise ValueError(f"{ks.max()} bits a number")
    unary = np.unpackbits(np.frombuffer(data, dtype=np.uint8, count=unary_size, offset=at))
    at += unary_size
    low = np.unpackbits(np.frombuffer(data, dtype=np.uint8, count=low_size, offset=at)).astype(np.int64)
    ends = np.flatnonzero(unary == 0)[:count]
    k_each = np.repeat(ks, BLOCK)[:count] if len(ends) == count else ks[:0]
    total = int(k_each.sum())
    if len(ends) < count or len(low) < total:
        raise ValueError("cut short")
    ones = np.diff(ends, prepend=-1) - 1
    zigzag = ones << k_each
    np.add.at(zigzag, np.repeat(np.arange(count), k_each), low[:total] << _places(k_each))
    return (zigzag >> 1) ^ -(zigzag & 1), at + low_size


def _places(k_each: Ints) -> Ints:
    """Return, for each low bit of each number, its place, the highest first."""
    ends = np.cumsum(k_each)
    return np.repeat(ends, k_each) - 1 - np.arange(int(k_each.sum()))


def _shortest(zigzag: Ints) -> Ints:
    """Return the shortest `k` of each block."""
    blocks = np.pad(zigzag, (0, -len(zigzag) % BLOCK)).reshape(-1, BLOCK)
    most = int(zigzag.max(initial=0)).bit_length()
    bits = [(blocks >> k).sum(axis=1) + BLOCK * k for k in range(min(most, MOST_BITS) + 1)]
    shortest: Ints = np.argmin(bits, axis=0).astype(np.int64)
    return shortest


def foretold(values: Ints) -> tuple[Ints, Ints]:
    """Return coefficients for these numbers, and how each differs from what they foretell."""
    steps = np.diff(values, prepend=0)
    coefficients = _fitted(steps[1:])
    return coefficients, steps - _predicted(steps, coefficients)


def pack_series(values: Ints) -> bytes:
    """Return the bytes of a series, each number within ±2^24, in which one follows from those before it."""
    coefficients, rest = foretold(values)
    return coefficients.astype("<i2").tobytes() + pack(rest)


def unpack_series(data: memoryview, count: int) -> tuple[Ints, int]:
    """Return a series of so many numbers, and how many bytes it took. Raises like `unpack`."""
    # Written out, since it is done for each number: a loop over eight of them takes three times as long.
    c1, c2, c3, c4, c5, c6, c7, c8 = np.frombuffer(data, dtype="<i2", count=ORDER).tolist()
    s1 = s2 = s3 = s4 = s5 = s6 = s7 = s8 = 0  # the newest step first; none before the first
    rest, size = unpack(data[2 * ORDER :], count)
    steps: list[int] = []
    half = 1 << (COEFFICIENT_BITS - 1)
    for differs in rest.tolist():
        foretold_ = c1 * s1 + c2 * s2 + c3 * s3 + c4 * s4 + c5 * s5 + c6 * s6 + c7 * s7 + c8 * s8
        step = differs + ((foretold_ + half) >> COEFFICIENT_BITS)
        if not -MOST_STEP < step < MOST_STEP:
            raise ValueError("a number without bounds")
        s1, s2, s3, s4, s5, s6, s7, s8 = step, s1, s2, s3, s4, s5, s6, s7
        steps.append(step)
    return np.cumsum(np.array(steps, dtype=np.int64)), 2 * ORDER + size


def _fitted(steps: Ints) -> Ints:
    if len(steps) <= 4 * ORDER:
        return np.zeros(ORDER, dtype=np.int64)
    past = np.column_stack([steps[ORDER - lag : -lag] for lag in range(1, ORDER + 1)]).astype(float)
    # A little on the diagonal, so that a series that stands still has coefficients too.
    squares = past.T @ past + np.eye(ORDER)
    fitted = np.linalg.solve(squares, past.T @ steps[ORDER:].astype(float))
    whole = np.rint(fitted * 2.0**COEFFICIENT_BITS)
    coefficients: Ints = np.clip(whole, -_COEFFICIENT_MOST, _COEFFICIENT_MOST).astype(np.int64)
    return coefficients


def _predicted(steps: Ints, coefficients: Ints) -> Ints:
    padded = np.concatenate([np.zeros(ORDER, dtype=np.int64), steps])
    total = np.zeros(len(steps), dtype=np.int64)
    for lag, coefficient in enumerate(coefficients.tolist(), start=1):
        total += coefficient * padded[ORDER - lag : len(padded) - lag]
    return (total + (1 << (COEFFICIENT_BITS - 1))) >> COEFFICIENT_BITS
