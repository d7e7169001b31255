"""The sign "This board": which of several stations this one is, shown for a moment when somebody asks."""

from typing import Final

from station.errors import SupervisionError
from station.session.protocol import Answer, Command, Press
from station.session.supervision import ON_THE_BOARD, STANDS_N
from station.training.snapshot import Phase

SHOWN_NS: Final = 10_000_000_000
# In which the screen is needed for something else: an exercise is being done, or somebody may have fallen.
NEVER_IN: Final[tuple[Phase, ...]] = (*ON_THE_BOARD, "guided", "all_right")


class Sign:
    """Hides the page for ten seconds; any press puts it away and does nothing else. Times in ns."""

    def __init__(self, station: str) -> None:
        self._station = station
        self._until_ns: int | None = None

    def show(self, now_ns: int, phase: Phase, load_n: float | None, *, service: bool) -> None:
        """Show it from now. Raises SupervisionError where that would take the screen from somebody."""
        if phase == "all_right":
            raise SupervisionError("the person is asked whether they are all right; go to them")
        if phase in NEVER_IN or (load_n is not None and load_n > STANDS_N):
            raise SupervisionError("somebody trains on this board now; ask again when they have stepped off")
        if service:
            raise SupervisionError("the board is being looked after, and its screen is needed for that")
        self._until_ns = now_ns + SHOWN_NS

    def words(self, now_ns: int, phase: Phase) -> str | None:
        """Return what stands on it, None while it is not shown: whoever steps on has the screen back."""
        if self._until_ns is None or now_ns >= self._until_ns or phase in NEVER_IN:
            self._until_ns = None
            return None
        return self._station

    def takes(self, command: Command, now_ns: int, phase: Phase, *, may_stop: bool) -> bool:
        """Return whether this was a press that only puts the sign away.

        A stop is a stop as well where the page behind has one (`may_stop`).
        """
        if not isinstance(command, Press | Answer) or self.words(now_ns, phase) is None:
            return False
        self._until_ns = None
        return not (may_stop and command == Press(button="stop"))
