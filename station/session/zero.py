"""The zero of the empty board, remembered from start to start."""

from collections.abc import Callable
from typing import Final

import msgspec

from station.session.store import Store
from station.sway.plate import Four

TARE_NOTE: Final = "tare"


class Zero:
    """`counts` of each cell, None before any was taken; `noise_n` is the rms of one, None until known."""

    def __init__(self, store: Store, *, write: Callable[[Callable[[], None]], None]) -> None:
        self._store = store
        self._write = write
        self.counts = self._known()
        self.noise_n: float | None = None

    def keep(self, counts: Four, noise_n: float | None) -> None:
        """Remember the zero of the empty board."""
        self.counts, self.noise_n = counts, noise_n
        self._write(lambda: self._store.remember(TARE_NOTE, msgspec.json.encode(counts)))

    def _known(self) -> Four | None:
        value = self._store.note(TARE_NOTE)
        if value is None:
            return None
        try:
            return msgspec.json.decode(value, type=tuple[float, float, float, float])
        except msgspec.DecodeError:
            return None
