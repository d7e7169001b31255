"""The seam to time: the real monotonic clock, and virtual ones in which hours pass in seconds."""

import time
from collections.abc import Callable, Iterator
from typing import ClassVar, Final, Protocol

SHORTEST_WAIT_NS: Final = 750_000
WAIT_SPREAD_NS: Final = 500_000
GOLDEN: Final = 0.6180339887498949


class Clock(Protocol):
    """A monotonic clock that can wait."""

    def now_ns(self) -> int:
        """Return the time in ns (CLOCK_MONOTONIC)."""
        ...

    def sleep_ns(self, ns: int) -> None:
        """Wait at least this long."""
        ...


class MonotonicClock:
    """CLOCK_MONOTONIC of the running system."""

    def now_ns(self) -> int:
        """Return the time in ns."""
        return time.monotonic_ns()

    def sleep_ns(self, ns: int) -> None:
        """Wait at least this long; a negative wait returns at once."""
        if ns > 0:
            time.sleep(ns * 1e-9)


class VirtualClock:
    """Time that passes only when somebody waits, or calls `advance`."""

    def __init__(self, start_ns: int = 0) -> None:
        self._now_ns = start_ns

    def now_ns(self) -> int:
        """Return the virtual time in ns."""
        return self._now_ns

    def sleep_ns(self, ns: int) -> None:
        """Let this much virtual time pass; a negative wait passes none."""
        self.advance(max(0, ns))

    def advance(self, ns: int) -> int:
        """Let `ns` pass, and return the time."""
        self._now_ns += ns
        return self._now_ns


class PacedClock(VirtualClock):
    """Virtual time that keeps step with a real clock whenever somebody waits.

    Between two waits only `advance` moves it, so simulated chips see pulses of exactly the length their pins
    were given, whatever else the computer is doing; a delay of the computer is caught up, not measured.
    """

    # It falls so far behind, then catches up: a wait of each millisecond would cost more than the chips.
    PACE_NS: ClassVar[int] = 4_000_000
    IDLE_PACE_NS: ClassVar[int] = 12_000_000  # with nobody on the board
    # A computer that was asleep or stopped for longer does not play the missed time again.
    LONGEST_LAG_NS: ClassVar[int] = 2_000_000_000

    def __init__(self, real: Clock | None = None, *, idle: Callable[[], bool] = lambda: False) -> None:
        """`idle` says that nobody waits for what happens next."""
        self._real: Clock = MonotonicClock() if real is None else real
        self._idle = idle
        super().__init__(self._real.now_ns())

    def sleep_ns(self, ns: int) -> None:
        """Let `ns` pass; wait, when the real clock has not come as far, until it is a pace ahead."""
        super().sleep_ns(ns)
        ahead_ns = self._now_ns - self._real.now_ns()
        if ahead_ns > 0:
            self._real.sleep_ns(ahead_ns + (self.IDLE_PACE_NS if self._idle() else self.PACE_NS))
        elif ahead_ns < -self.LONGEST_LAG_NS:
            self.advance(-ahead_ns)


def poll_waits_ns() -> Iterator[int]:
    """Yield waits of about a millisecond that never fall in step with a chip.

    Polls at even steps would see a chip of 12.000 ms at the same phase for minutes, and its dates would be
    off by the same part of a millisecond; steps spread by the golden ratio see every phase equally often.
    """
    phase = 0.0
    while True:
        phase = (phase + GOLDEN) % 1.0
        yield SHORTEST_WAIT_NS + int(phase * WAIT_SPREAD_NS)
