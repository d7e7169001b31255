"""Traces keep what the chips said."""

import zlib

import pytest
from hypothesis import given
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
