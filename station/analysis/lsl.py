"""The live CoP as a Lab Streaming Layer stream: a client of the session socket, for labs and clinics."""

import math
import select
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

from station.errors import MessageError, StationError
from station.session.client import SessionClient
from station.training.snapshot import Snapshot

RATE_HZ: Final = 50.0  # the session shows every second of its 100 samples a second
PERIOD_NS: Final = round(1e9 / RATE_HZ)
# Older than this, what the board said is not said again: the stream goes on with NaN.
STALE_NS: Final = 200_000_000
# After a longer silence of this process the stream is not filled up row by row.
LONGEST_FILL_NS: Final = 10_000_000_000
RETRY_NS: Final = 1_000_000_000

CHANNELS: Final = (
    ("ML", "millimeters", "Position"),
    ("AP", "millimeters", "Position"),
    ("load", "newtons", "Force"),
)

Row = tuple[float, float, float]
UNKNOWN: Final[Row] = (math.nan, math.nan, math.nan)


class Outlet(Protocol):
    """Where rows go: ML in mm, AP in mm, load in N, at a time of CLOCK_MONOTONIC in s."""

    def push(self, row: Row, t_s: float) -> None:
        """Publish one row."""
        ...


class LslOutlet:
    """A stream on the network. LSL's own clock is CLOCK_MONOTONIC, so times are those of the samples."""

    def __init__(self, station: str) -> None:
        """Announce the stream. Raises StationError when pylsl or liblsl is not installed."""
        try:
            import pylsl  # noqa: PLC0415 an optional extra
        except ImportError:
            raise StationError(
                "streams are published by pylsl, which is not installed; "
                "install it with: pip install 'balance-station[lsl]'"
            ) from None
        except RuntimeError:
            raise StationError(
                "pylsl finds no liblsl on this machine; install its package from "
                "https://github.com/sccn/liblsl/releases"
            ) from None
        info = pylsl.StreamInfo(
            f"Balance {station}",
            "CoP",
            len(CHANNELS),
            RATE_HZ,
            pylsl.cf_double64,
            f"balance-station-{station}",
        )
        labels, units, kinds = zip(*CHANNELS, strict=True)
        info.set_channel_labels(list(labels))
        info.set_channel_units(list(units))
        info.set_channel_types(list(kinds))
        info.desc().append_child_value("axes", "origin the plate's centre; ML + right, AP + forward")
        self._outlet: Any = pylsl.StreamOutlet(info)

    def push(self, row: Row, t_s: float) -> None:
        """Publish one row."""
        self._outlet.push_sample(list(row), t_s)


class Stream:
    """Follows the station and publishes a row for every snapshot; while nothing is known, rows of NaN.

    Times only rise, and no row repeats an old value.
    """

    def __init__(
        self,
        path: Path,
        outlet: Outlet,
        *,
        log: Callable[[str], None],
        now_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._path = path
        self._outlet = outlet
        self._log = log
        self._now_ns = now_ns
        self._client: SessionClient | None = None
        self._retry_ns = now_ns()
        self._last_ns = now_ns()
        self._trouble = ""
        self._stopping = False

    def stop(self, *_: object) -> None:
        """Ask `run` to end; fit for a signal handler."""
        self._stopping = True

    def run(self) -> None:
        """Publish until `stop`."""
        try:
            while not self._stopping:
                select.select([self._client] if self._client else [], [], [], PERIOD_NS * 1e-9)
                self.step()
        finally:
            self.close()

    def step(self) -> None:
        """Publish what arrived, and NaN for the time of which nothing is known."""
        now_ns = self._now_ns()
        for snapshot in self._snapshots(now_ns):
            if self._last_ns < snapshot.t_ns <= now_ns:
                self._push(_row(snapshot, now_ns), snapshot.t_ns)
        if now_ns - self._last_ns > LONGEST_FILL_NS:
            self._last_ns = now_ns - STALE_NS - PERIOD_NS
        while now_ns - self._last_ns > STALE_NS:
            self._push(UNKNOWN, self._last_ns + PERIOD_NS)

    def _push(self, row: Row, t_ns: int) -> None:
        self._outlet.push(row, t_ns * 1e-9)
        self._last_ns = t_ns

    def _snapshots(self, now_ns: int) -> list[Snapshot]:
        if self._client is None and now_ns >= self._retry_ns:
            self._connect(now_ns)
        if self._client is None:
            return []
        try:
            return [notice for notice in self._client.poll() if isinstance(notice, Snapshot)]
        except (ConnectionError, MessageError) as error:
            self._lose(f"the station at {self._path} is away: {error}", now_ns)
            return []

    def _connect(self, now_ns: int) -> None:
        try:
            self._client = SessionClient(self._path, name="lsl")
        except ConnectionError as error:
            self._lose(str(error), now_ns)
        else:
            self._trouble = ""
            self._log(f"lsl: publishing what the station at {self._path} shows")

    def _lose(self, trouble: str, now_ns: int) -> None:
        self.close()
        self._retry_ns = now_ns + RETRY_NS
        if trouble != self._trouble:
            self._trouble = trouble
            self._log(f"lsl: {trouble}; NaN is published until it answers")

    def close(self) -> None:
        """End the connection; may be called twice."""
        if self._client is not None:
            self._client.close()
            self._client = None


def _row(snapshot: Snapshot, now_ns: int) -> Row:
    """Return what a snapshot says, NaN for what it does not know or what is old."""
    live = snapshot.live
    if snapshot.board_fault is not None or now_ns - snapshot.t_ns > STALE_NS:
        return UNKNOWN
    return _known(live.x_mm), _known(live.y_mm), _known(live.load_n)


def _known(value: float | None) -> float:
    return math.nan if value is None else value
