"""When what a station says of itself has to be said again."""

from typing import Final

from station.sway.reading import CELL_COUNT
from station.training.health import BoardHealth, MachineHealth

AGAIN_S: Final = 3600.0  # what changes a little is told this seldom
# The geometric middle of 10 and 80 SPS: below it a chip runs at RATE low.
RATE_DIVIDE_SPS: Final = 28.0

HOT_C: Final = 80.0  # a Raspberry Pi slows down from here on
LITTLE_DISK_MB: Final = 500

Facts = tuple[object, ...]


class Presence:
    """What is known of board, computer and clock, and what of it was told last. Times in s of any clock."""

    def __init__(self) -> None:
        self.board: BoardHealth | None = None
        self.machine: MachineHealth | None = None
        self.clock = ""
        self._told: Facts | None = None
        self._told_all: tuple[object, ...] = ()
        self._told_s = 0.0

    def told(self, rx_version: int | None, now_s: float) -> None:
        """Note that this has just been said."""
        self._told, self._told_all, self._told_s = self._facts(rx_version), (self.board, self.machine), now_s

    def due(self, rx_version: int | None, now_s: float) -> bool:
        """Return whether something that matters is other than was said; never before the first time."""
        if self._told is None:
            return False
        if self._told != self._facts(rx_version):
            return True
        return (self.board, self.machine) != self._told_all and now_s - self._told_s >= AGAIN_S

    def _facts(self, rx_version: int | None) -> Facts:
        board, told = self.board, (rx_version, self.clock, *self._warnings())
        if board is None:
            return told
        rates = board.sps if len(board.sps) == CELL_COUNT else ()
        fast = tuple(None if rate is None else rate >= RATE_DIVIDE_SPS for rate in rates)
        given = (board.priority, board.core, board.locked, board.gc_frozen, board.refused)
        return (*told, board.cal, board.source, *given, fast, board.noise_n is None)

    def _warnings(self) -> Facts:
        """Return what of the computer somebody should look at."""
        machine = self.machine
        if machine is None:
            return ()
        hot = machine.cpu_c is not None and machine.cpu_c >= HOT_C
        full = machine.disk_free_mb is not None and machine.disk_free_mb < LITTLE_DISK_MB
        troubles = tuple((each.kind, each.since, each.until is None) for each in machine.troubles)
        power = (machine.power_now, machine.power_since_start)
        return (*power, hot, full, len(machine.storage), machine.storage_kinds, troubles)
