"""The PyPI package `hx711` behind our readings, each chip in a process of its own that may be killed.

The package waits for ever on a chip that is unplugged or saturated, or reads 0 or -1 (see docs/board.md).
Here that stops one chip only, shows as silence, and ends when the process is replaced at its deadline.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from station.board.clock import Clock
from station.board.config import BoardConfig
from station.board.reader import Rates
from station.errors import BoardError
from station.sway.reading import Fault, Reading

MODULE: Final = "station.board.package_child"
FIRST_DEADLINE_NS: Final = 5_000_000_000  # interpreter and constructor take more than a second
DEADLINE_NS: Final = 2_000_000_000
RETRY_NS: Final = 1_000_000_000
# The package looks for a conversion every 10 ms and gives at least two at a time.
SILENT_NS: Final = 100_000_000
LONGEST_LINE_BYTES: Final = 4096
LOWEST_COUNTS, HIGHEST_COUNTS = -0x800000, 0x7FFFFF


class PackageReader:
    """Four children, one a chip; `commands` start them."""

    def __init__(self, commands: Sequence[Sequence[str]], clock: Clock) -> None:
        self._clock = clock
        self._rates = Rates()
        self._guards = [Guard(cell, command, clock.now_ns()) for cell, command in enumerate(commands)]

    @classmethod
    def open(cls, config: BoardConfig, clock: Clock) -> Self:
        """Start a child for each chip of this wiring."""
        wires = zip(config.data_pins, config.clock_pins, strict=True)
        start = [sys.executable, "-m", MODULE]
        return cls([[*start, str(data), str(sck), str(config.gain)] for data, sck in wires], clock)

    @property
    def sps(self) -> tuple[float | None, ...]:
        """Measured readings a second of each cell."""
        return self._rates.sps

    @property
    def recoveries(self) -> tuple[int, ...]:
        """How often each cell's child was replaced."""
        return tuple(guard.starts - 1 for guard in self._guards)

    def filenos(self) -> list[int]:
        """Return the descriptors on which the children answer."""
        return [guard.fileno() for guard in self._guards if guard.alive]

    def poll(self) -> list[Reading]:
        """Return what the children have read. Raises BoardError when the package itself cannot be used."""
        now_ns = self._clock.now_ns()
        readings = [reading for guard in self._guards for reading in guard.poll(now_ns)]
        for reading in readings:
            if reading.fault is Fault.NONE:
                self._rates.count(reading)
        return readings

    def close(self) -> None:
        """End all children; may be called twice."""
        for guard in self._guards:
            guard.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Guard:
    """One chip's child: its lines become readings, its silence voids, and its end or hang a new child."""

    def __init__(self, cell: int, command: Sequence[str], now_ns: int) -> None:
        self._cell = cell
        self._command = list(command)
        self._child: subprocess.Popen[bytes] | None = None
        self._last_ns = -1
        self.starts = 0
        self._start(now_ns)

    @property
    def alive(self) -> bool:
        """Whether there is a child now."""
        return self._child is not None

    def fileno(self) -> int:
        """Return the descriptor on which the child answers."""
        assert self._child is not None  # noqa: S101 -- asked of the living only
        assert self._child.stdout is not None  # noqa: S101 -- it was started with a pipe
        return self._child.stdout.fileno()

    def poll(self, now_ns: int) -> list[Reading]:
        """Return the readings until now. Raises BoardError when the child says that nothing can be read."""
        readings = [self._reading(line, now_ns) for line in self._lines()]
        if readings:
            self._deadline_ns = now_ns + DEADLINE_NS
            self._silent_ns = now_ns + SILENT_NS
        elif now_ns >= self._silent_ns:
            self._silent_ns = now_ns + SILENT_NS
            readings.append(self._void(Fault.SILENT, now_ns))
        self._supervise(now_ns)
        return readings

    def kill(self) -> None:
        """End the child, whatever it is doing; may be called twice."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()

    def _start(self, now_ns: int) -> None:
        self.starts += 1
        self._rest = b""
        self._retry_ns: int | None = None
        self._deadline_ns = now_ns + FIRST_DEADLINE_NS
        self._silent_ns = now_ns + SILENT_NS
        self._child = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, bufsize=0
        )
        os.set_blocking(self.fileno(), False)

    def _supervise(self, now_ns: int) -> None:
        if self._child is None:
            if self._retry_ns is not None and now_ns >= self._retry_ns:
                self._start(now_ns)
        elif self._child.poll() is not None or now_ns >= self._deadline_ns:
            self.kill()
            self._retry_ns = now_ns + RETRY_NS

    def _lines(self) -> list[bytes]:
        if self._child is None:
            return []
        with suppress(BlockingIOError):
            self._rest += os.read(self.fileno(), LONGEST_LINE_BYTES)
        *lines, self._rest = self._rest.split(b"\n")
        self._rest = self._rest[-LONGEST_LINE_BYTES:]
        return lines

    def _reading(self, line: bytes, now_ns: int) -> Reading:
        """Return the reading of a line `t_ns counts`; a line that is none is void, never repaired."""
        if line.startswith(b"error "):
            raise BoardError(line.removeprefix(b"error ").decode(errors="replace"))
        try:
            t_ns, counts = (int(word) for word in line.split())
        except ValueError:
            return self._void(Fault.DESYNC, now_ns)
        if not LOWEST_COUNTS <= counts <= HIGHEST_COUNTS or not self._last_ns < t_ns <= now_ns:
            return self._void(Fault.DESYNC, now_ns)
        if counts in {LOWEST_COUNTS, HIGHEST_COUNTS}:
            return self._void(Fault.SATURATED, t_ns)
        self._last_ns = t_ns
        return Reading(t_ns, self._cell, counts, Fault.NONE)

    def _void(self, fault: Fault, t_ns: int) -> Reading:
        self._last_ns = max(t_ns, self._last_ns + 1)
        return Reading(self._last_ns, self._cell, 0, fault)
