"""The zero of the empty board, remembered from start to start."""

from collections.abc import Callable
from typing import Final

import msgspec

from station.session.store import Store
from station.sway.plate import Four

TARE_NOTE: Final = "tare"
# Ten times what the mean of two seconds scatters: what is remembered is never further off. An empty board is
# tared every other second, and a card that took each of these writes would soon be worn out.
MOVED_N: Final = 0.2


class Zero:
    """`counts` of each cell, None before any was taken; `noise_n` is the rms of one, None until known."""

    def __init__(self, store: Store, *, write: Callable[[Callable[[], None]], None]) -> None:
        self._store = store
        self._write = write
        self.counts = self._remembered = self._known()
        self.noise_n: float | None = None

    def keep(self, counts: Four, noise_n: float | None, counts_per_n: Four) -> None:
        """Take the zero of the empty board; on the disk too once a cell has moved by `MOVED_N`."""
        self.counts, self.noise_n = counts, noise_n
        before = self._remembered
        if before is not None and max(map(_moved_n, counts, before, counts_per_n)) < MOVED_N:
            return
        self._remembered = counts
        self._write(lambda: self._store.remember(TARE_NOTE, msgspec.json.encode(counts)))

    def _known(self) -> Four | None:
        value = self._store.note(TARE_NOTE)
        if value is None:
            return None
        try:
            return msgspec.json.decode(value, type=tuple[float, float, float, float])
        except msgspec.DecodeError:
            return None


def _moved_n(counts: float, before: float, counts_per_n: float) -> float:
    return abs((counts - before) / counts_per_n)
