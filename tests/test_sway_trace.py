"""Traces keep what the chips said."""

import contextlib
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.errors import MessageError
from station.sway.reading import Fault, Reading
from station.sway.trace import decode_trace, encode_trace

readings = st.lists(
    st.builds(
        Reading,
        t_ns=st.integers(0, 2**50).map(lambda us: us * 1000),
        cell=st.integers(0, 3),
        counts=st.integers(-(2**23), 2**23 - 1),
        fault=st.just(Fault.NONE),
    ),
    max_size=50,
)


@given(readings)
def test_every_reading_comes_back(before: list[Reading]) -> None:
    assert decode_trace(encode_trace(before)) == sorted(before)


def test_a_void_reading_keeps_its_reason() -> None:
    void = Reading(5_000, 2, 0, Fault.DESYNC)
    assert decode_trace(encode_trace([void])) == [void]


@given(st.binary(max_size=200))
def test_bytes_that_are_no_trace_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(MessageError, match="trace"):
        decode_trace(data)


@given(st.binary(max_size=200))
def test_compressed_nonsense_is_refused_in_words(data: bytes) -> None:
    # Sixteen zero bytes say "no readings" and are a trace; anything else here is not.
    if data[:16] != bytes(16):
        with pytest.raises(MessageError, match="trace"):
            decode_trace(zlib.compress(data))


@settings(max_examples=300)
@given(st.data())
def test_a_spoiled_trace_is_read_or_refused_in_words(data: st.DataObject) -> None:
    spoiled = bytearray(encode_trace(stance(seconds=2)))
    for _ in range(data.draw(st.integers(1, 4))):
        spoiled[data.draw(st.integers(1, len(spoiled) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(MessageError):
        decode_trace(bytes(spoiled[: data.draw(st.integers(1, len(spoiled)))]))


def stance(*, seconds: float = 30, noise_counts: float = 490, sps: float = 80) -> list[Reading]:
    """Somebody sways on four cells; the dates wander by some 10 µs, as those of a straight line do."""
    draw = np.random.default_rng(1)
    readings = []
    for cell in range(4):
        t_s = (np.arange(round(seconds * sps)) + cell / 4) / sps
        counts = 320_000 + 40_000 * np.sin(1.9 * t_s + cell) + noise_counts * draw.standard_normal(len(t_s))
        t_ns = (t_s * 1e9 + 10_000 * draw.standard_normal(len(t_s))).astype(int) // 1000 * 1000
        readings += [
            Reading(t, cell, round(c), Fault.NONE)
            for t, c in zip(t_ns.tolist(), counts.tolist(), strict=True)
        ]
    return sorted(readings)


def test_a_trace_with_faults_and_silent_cells_comes_back_whole() -> None:
    whole = [r._replace(counts=0, fault=Fault.LATE_READ) if r.t_ns % 7 == 0 else r for r in stance(seconds=5)]
    some = [r for r in whole if r.cell != 2]
    assert decode_trace(encode_trace(some)) == some


@pytest.mark.parametrize("noise_counts", [38, 200, 490])
def test_a_lean_trace_differs_by_far_less_than_the_noise(noise_counts: float) -> None:
    whole = stance(noise_counts=noise_counts)
    by_cell = sorted(whole, key=lambda r: (r.cell, r.t_ns))
    lean = sorted(decode_trace(encode_trace(whole, lean=True)), key=lambda r: (r.cell, r.t_ns))
    counts = np.array([r.counts for r in lean]) - np.array([r.counts for r in by_cell])
    late_us = (np.array([r.t_ns for r in lean]) - np.array([r.t_ns for r in by_cell])) / 1000
    assert [r.cell for r in lean] == [r.cell for r in by_cell]
    assert np.abs(counts).max() <= noise_counts / 6
    assert np.abs(late_us).max() <= 32


@pytest.mark.parametrize("noise_counts", [0, 38, 200, 490])
def test_thirty_seconds_are_sent_in_fifteen_kilobytes_whatever_the_noise(noise_counts: float) -> None:
    # 33 s: three before the hold are sent with it. What is around the trace takes less than a kilobyte.
    assert len(encode_trace(stance(seconds=33, noise_counts=noise_counts), lean=True)) * 4 / 3 < 14_000


def test_a_board_without_noise_is_sent_as_it_is() -> None:
    still = [Reading(t * 12_500_000, cell, 1000 + cell, Fault.NONE) for t in range(400) for cell in range(4)]
    lean = decode_trace(encode_trace(still, lean=True))
    assert [(r.cell, r.counts) for r in lean] == [(r.cell, r.counts) for r in still]


def test_a_trace_of_an_older_station_is_read() -> None:
    whole = stance(seconds=3)
    parts = [struct.pack("<4I", *(sum(r.cell == cell for r in whole) for cell in range(4)))]
    for cell in range(4):
        t_us = np.array([r.t_ns // 1000 for r in whole if r.cell == cell])
        counts = np.array([r.counts for r in whole if r.cell == cell])
        parts.append(struct.pack("<q", t_us[0]))
        parts.append(byte_planes(np.diff(np.diff(t_us, prepend=t_us[0]), prepend=0)))
        parts.append(byte_planes(np.diff(counts, prepend=0)))
        parts.append(bytes(len(t_us)))
    assert decode_trace(zlib.compress(b"".join(parts))) == whole


def byte_planes(values: np.ndarray[tuple[int], np.dtype[np.int64]]) -> bytes:
    unsigned = ((values << 1) ^ (values >> 63)).astype("<u8")
    return unsigned.view(np.uint8).reshape(-1, 8).T.tobytes()
