"""Takes the database's backups while nobody trains: after each session, and once a day."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from station.errors import DamagedError, StoreError
from station.session.backup import Backups
from station.session.restore import suspect

DAY_S: Final = 24 * 3600.0
RETRY_S: Final = 600.0
LOOK_NS: Final = 10 * 1_000_000_000

Job = Callable[[], None]


def in_thread(job: Job) -> None:
    """Do it beside the loop: SQLite copies and checks without holding the interpreter."""
    threading.Thread(target=job, name="backup", daemon=True).start()


class Keeper:
    """Decides when a backup is due. Of a database found damaged it says so (`damage`), once nobody trains.

    `aside` does a job beside the loop, which never waits for a disk.
    """

    def __init__(
        self,
        database: Path,
        *,
        log: Callable[[str], None],
        aside: Callable[[Job], None] = in_thread,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._backups = Backups(database)
        self._log = log
        self._aside = aside
        self._now_s = now_s
        self._trained = False
        self._busy = False
        self._tried_s: float | None = None
        self._look_ns = 0
        self._damage: DamagedError | None = None

    def session_ended(self) -> None:
        """Take a backup as soon as it is idle."""
        self._trained, self._tried_s = True, None

    def look(self, now_ns: int, *, idle: bool) -> None:
        """Take a backup when it is due and nobody trains. Raises DamagedError when one found damage."""
        if not idle or self._busy or now_ns < self._look_ns:
            return
        self._look_ns = now_ns + LOOK_NS
        if self._damage is not None:
            raise self._damage
        if self._is_due():
            self._tried_s, self._busy = self._now_s(), True
            self._aside(self._take)

    def _is_due(self) -> bool:
        now_s, newest_s = self._now_s(), self._backups.newest_s()
        if self._tried_s is not None and 0 <= now_s - self._tried_s < RETRY_S:
            return False
        # A clock that was set back makes a backup of the future: another one is as good as a day's.
        is_old = newest_s is None or not 0 <= now_s - newest_s < DAY_S
        return (self._trained or is_old) and self._backups.has_room()

    def _take(self) -> None:
        try:
            self._backups.take()
            self._trained = False
        except DamagedError as error:
            suspect(self._database)
            self._damage = error
        except StoreError as error:
            self._log(f"{error}; it is tried again")
        finally:
            self._busy = False
