"""WAV files of phrases: 16-bit, one channel. Whatever else the bytes are, they are refused."""

import wave
from io import BytesIO
from typing import Final, NamedTuple

# What the reader of the standard library raises for a header that lies.
LIES: Final = (wave.Error, EOFError, RuntimeError, ValueError, ArithmeticError)


class Samples(NamedTuple):
    """Samples as they stand in the file, how many there should be, and their rate."""

    data: bytes
    claimed: int
    rate_hz: int


def read_wav(file: bytes) -> Samples | None:
    """Return the samples that are there; None for anything but 16-bit samples of one channel."""
    try:
        with wave.open(BytesIO(file)) as source:
            claimed, rate_hz = source.getnframes(), source.getframerate()
            if (source.getnchannels(), source.getsampwidth()) != (1, 2) or rate_hz <= 0:
                return None
            data = source.readframes(min(claimed, len(file)))
    except LIES:
        return None
    return Samples(data[: len(data) // 2 * 2], claimed, rate_hz)


def write_wav(data: bytes, rate_hz: int) -> bytes:
    """Return a file of these samples."""
    target = BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(data)
    return target.getvalue()


def is_whole(file: bytes) -> bool:
    """Return whether this is a phrase of the length it claims."""
    samples = read_wav(file)
    return samples is not None and len(samples.data) == 2 * samples.claimed > 0
