"""What the acquisition loop polls: our own driver, or something bought that makes readings by itself."""

from collections import deque
from types import TracebackType
from typing import Protocol, Self

from station.sway.reading import CELL_COUNT, Reading

REMEMBERED = 64


class Reader(Protocol):
    """A board that is read by asking now and then; `poll` never waits."""

    @property
    def sps(self) -> tuple[float | None, ...]:
        """Measured readings a second of each cell, None before it is known."""
        ...

    @property
    def recoveries(self) -> tuple[int, ...]:
        """How often each cell had to be started anew."""
        ...

    def poll(self) -> list[Reading]:
        """Return the readings made since the last call, void ones with their fault."""
        ...

    def close(self) -> None:
        """Give the board back; may be called twice."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Rates:
    """Readings a second of each cell, over the last few dozen."""

    def __init__(self) -> None:
        self._times_ns: list[deque[int]] = [deque(maxlen=REMEMBERED) for _ in range(CELL_COUNT)]

    def count(self, reading: Reading) -> None:
        """Take a good reading into account."""
        self._times_ns[reading.cell].append(reading.t_ns)

    @property
    def sps(self) -> tuple[float | None, ...]:
        """Measured readings a second, None before there are two."""
        return tuple(
            (len(times) - 1) * 1e9 / (times[-1] - times[0]) if len(times) > 1 else None
            for times in self._times_ns
        )
