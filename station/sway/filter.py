"""The causal low-pass of the live path: a second-order Butterworth, one sample at a time."""

from collections.abc import Sequence

from scipy import signal


class LowPass:
    """Second-order Butterworth over several channels, sample by sample, in plain floats.

    At 10 Hz cut-off it delays slow signals by about 23 ms. The first sample after `reset` sets the state as
    if it had stood there for ever, so there is no transient.
    """

    def __init__(self, *, cutoff_hz: float, rate_hz: float, channels: int) -> None:
        b, a = signal.butter(2, cutoff_hz, fs=rate_hz)
        self._b0, self._b1, self._b2 = (float(value) for value in b)
        self._a1, self._a2 = float(a[1]), float(a[2])
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
