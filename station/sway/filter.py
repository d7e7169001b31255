"""Butterworth low-passes: sample by sample for the live path, over a whole stretch for the report.

In numpy alone: `scipy.signal` would take 70 MB of a station that has 150. The tests hold every number here
against it.
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Where an impulse response has fallen to this part, it adds nothing to a double any more.
FALLEN: Final = 1e-18


class Section(NamedTuple):
    """One second-order section: (b0 + b1·z⁻¹ + b2·z⁻²) / (1 + a1·z⁻¹ + a2·z⁻²)."""

    b0: float
    b1: float
    b2: float
    a1: float
    a2: float


@cache
def butterworth(order: int, cutoff_hz: float, rate_hz: float) -> tuple[Section, ...]:
    """Return the sections of a low-pass of this even order.

    The pole pairs of the analogue prototype lie at Q = 1/(2 sin((2k+1)π/(2·order))); the bilinear transform,
    bent so that the cut-off stays where it is, makes K = tan(π·cut-off/rate) of the frequency (Oppenheim &
    Schafer, Discrete-Time Signal Processing, 7.1). Raises ValueError for an odd order.
    """
    if order % 2:
        raise ValueError(f"a low-pass of order {order} is not made of second-order sections alone")
    k = math.tan(math.pi * cutoff_hz / rate_hz)
    sections = []
    for pair in range(order // 2):
        damping = 2 * math.sin((2 * pair + 1) * math.pi / (2 * order)) * k
        scale = 1 + damping + k * k
        gain = k * k / scale
        sections.append(Section(gain, 2 * gain, gain, 2 * (k * k - 1) / scale, (1 - damping + k * k) / scale))
    return tuple(sections)


def response(sections: Sequence[Section], f_hz: Floats, rate_hz: float) -> Floats:
    """Return the gain |H| at these frequencies, shape (n,)."""
    back = np.exp(-2j * np.pi * f_hz / rate_hz)  # z⁻¹
    gain = np.ones_like(back)
    for b0, b1, b2, a1, a2 in sections:
        gain *= (b0 + b1 * back + b2 * back**2) / (1 + a1 * back + a2 * back**2)
    return np.asarray(np.abs(gain), dtype=np.float64)


@cache
def _impulse_response(sections: tuple[Section, ...]) -> Floats:
    slowest = max(math.sqrt(abs(section.a2)) for section in sections)
    taps = max(8, math.ceil(math.log(FALLEN) / math.log(slowest)))
    values = [1.0] + [0.0] * (taps - 1)
    for b0, b1, b2, a1, a2 in sections:
        s1 = s2 = 0.0
        for at, value in enumerate(values):
            values[at] = y = b0 * value + s1
            s1, s2 = b1 * value - a1 * y + s2, b2 * value - a2 * y
    return np.array(values)


def zero_phase(values: Floats, sections: tuple[Section, ...]) -> Floats:
    """Return `values`, shape (n,), passed forward and backward: without delay, with |H|² for gain.

    The ends are continued point-symmetrically, and before them the signal stood still for ever, as
    `scipy.signal.sosfiltfilt` does it with its defaults. Raises ValueError for a stretch shorter than that
    continuation.
    """
    edge = 3 * (2 * len(sections) + 1)
    if len(values) <= edge:
        raise ValueError(
            f"{len(values)} points are too few to pass a filter both ways; {edge + 1} are needed"
        )
    before, after = 2 * values[0] - values[edge:0:-1], 2 * values[-1] - values[-2 : -edge - 2 : -1]
    passed = np.concatenate([before, values, after])
    for _ in range(2):
        passed = _forward(passed, sections)[::-1]
    return passed[edge:-edge]


def _forward(values: Floats, sections: tuple[Section, ...]) -> Floats:
    taps = _impulse_response(sections)
    stood = np.full(len(taps) - 1, values[0])
    return np.convolve(np.concatenate([stood, values]), taps, mode="valid")


class LowPass:
    """Second-order Butterworth over several channels, sample by sample, in plain floats.

    At 10 Hz cut-off it delays slow signals by about 23 ms. The first sample after `reset` sets the state as
    if it had stood there for ever, so there is no transient.
    """

    def __init__(self, *, cutoff_hz: float, rate_hz: float, channels: int) -> None:
        (section,) = butterworth(2, cutoff_hz, rate_hz)
        self._b0, self._b1, self._b2, self._a1, self._a2 = section
        self._channels = channels
        self._states: list[tuple[float, float]] = []

    def reset(self) -> None:
        """Forget the past."""
        self._states = []

    def step(self, values: Sequence[float]) -> list[float]:
        """Return the filtered values of this instant (transposed direct form II)."""
        if not self._states:
            # At rest on v: s2 = (b2 - a2) v, s1 = (b1 - a1) v + s2.
            rest2 = self._b2 - self._a2
            rest1 = self._b1 - self._a1 + rest2
            self._states = [(rest1 * v, rest2 * v) for v in values]
        out = []
        for channel, value in enumerate(values):
            s1, s2 = self._states[channel]
            y = self._b0 * value + s1
            self._states[channel] = (self._b1 * value - self._a1 * y + s2, self._b2 * value - self._a2 * y)
            out.append(y)
        return out
