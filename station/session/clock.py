"""Wall time, and whether it may be believed: a Pi without a battery may boot into any year."""

import ctypes
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
TIMEX_BYTES = 512  # at least sizeof(struct timex) on every Linux ABI


def kernel_says_synced() -> bool:
    """Return whether the kernel counts its clock as synchronised (adjtimex, with nothing changed)."""
    libc = ctypes.CDLL(None, use_errno=True)
    state: int = libc.adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))
    return 0 <= state < TIME_ERROR


def boot_id() -> str:
    """Return the id of this boot: monotonic times are comparable within one only."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


class WallClock:
    """Date and time with a word on whether they may be believed."""

    def __init__(
        self,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        synced: Callable[[], bool] = kernel_says_synced,
    ) -> None:
        self.now = now
        self._synced = synced

    def text(self) -> str:
        """Return the time as RFC 3339 in UTC, to the millisecond."""
        return self.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def state(self) -> Literal["synced", "unsynced"]:
        """Return how far the time may be believed."""
        return "synced" if self._synced() else "unsynced"
