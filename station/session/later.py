"""Writes to the database that could not be made yet: kept in order, tried again, told once a minute."""

from collections import deque
from collections.abc import Callable
from typing import Final

from station.errors import DamagedError, DiskFullError, StoreError
from station.session.room import with_room

RETRY_S: Final = 2.0
TELL_S: Final = 60.0
MOST: Final = 1000  # a session makes about ten


class Later:
    """Makes each write now, or later and in order when the disk does not take it now.

    The station goes on meanwhile: a full disk must not take the screen from a patient. What still waits when
    the process ends is lost, but for the trial in progress, whose file is removed by its own write only.

    `make_room` gives up something on a full disk and says whether there was anything; when there is not, a
    write may have a smaller one to make instead. `mend` restores a damaged database.
    """

    def __init__(
        self,
        *,
        now_s: Callable[[], float],
        log: Callable[[str], None],
        make_room: Callable[[], bool],
        mend: Callable[[], None],
    ) -> None:
        self._now_s = now_s
        self._make_room = make_room
        self._mend = mend
        self._log = log
        self._waiting: deque[tuple[Callable[[], None], Callable[[], None] | None]] = deque(maxlen=MOST)
        self._retry_at_s = 0.0
        self._told_s: float | None = None

    @property
    def waits(self) -> bool:
        """Whether a write still waits."""
        return bool(self._waiting)

    def write(self, write: Callable[[], None], *, smaller: Callable[[], None] | None = None) -> None:
        """Make one write, after those that wait."""
        self._waiting.append((write, smaller))
        if len(self._waiting) == 1:
            self._drain()

    def retry(self) -> None:
        """Try again when it is time."""
        if self._waiting and self._now_s() >= self._retry_at_s:
            self._drain()

    def _drain(self) -> None:
        while self._waiting:
            try:
                self._make(*self._waiting[0])
            except StoreError as error:
                self._retry_at_s = self._now_s() + RETRY_S
                self._tell(str(error))
                return
            self._waiting.popleft()
        self._told_s = None

    def _make(self, write: Callable[[], None], smaller: Callable[[], None] | None) -> None:
        try:
            try:
                with_room(write, self._make_room)
            except DamagedError:
                self._mend()
                with_room(write, self._make_room)
        except DiskFullError:
            if smaller is None:
                raise
            smaller()

    def _tell(self, reason: str) -> None:
        if self._told_s is None or self._now_s() - self._told_s >= TELL_S:
            self._told_s = self._now_s()
            self._log(f"{reason}; {len(self._waiting)} writes wait and are tried again")
