"""When what a station says of itself has to be said again."""

from typing import Final

from station.sway.reading import CELL_COUNT
from station.training.health import BoardHealth

AGAIN_S: Final = 3600.0  # what changes a little is told this seldom
# The geometric middle of 10 and 80 SPS: below it a chip runs at RATE low.
RATE_DIVIDE_SPS: Final = 28.0

Facts = tuple[object, ...]


class Presence:
    """What the session said of the board, and what of it was told last. Times are any seconds that grow."""

    def __init__(self) -> None:
        self.board: BoardHealth | None = None
        self._told: Facts | None = None
        self._told_board: BoardHealth | None = None
        self._told_s = 0.0

    def told(self, rx_version: int | None, now_s: float) -> None:
        """Note that this has just been said."""
        self._told, self._told_board, self._told_s = self._facts(rx_version), self.board, now_s

    def due(self, rx_version: int | None, now_s: float) -> bool:
        """Return whether something that matters is other than was said; never before the first time."""
        if self._told is None:
            return False
        if self._told != self._facts(rx_version):
            return True
        return self.board != self._told_board and now_s - self._told_s >= AGAIN_S

    def _facts(self, rx_version: int | None) -> Facts:
        board = self.board
        if board is None:
            return (rx_version,)
        rates = board.sps if len(board.sps) == CELL_COUNT else ()
        fast = tuple(None if rate is None else rate >= RATE_DIVIDE_SPS for rate in rates)
        given = (board.priority, board.core, board.locked, board.gc_frozen, board.refused)
        return (rx_version, board.cal, board.source, *given, fast, board.noise_n is None)
