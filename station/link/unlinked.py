"""The uplink of a station that nobody has enrolled: it speaks to no broker, and says so."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from station.notify import Watchdog

TURN_S: Final = 1.0
ALONE: Final = "not enrolled; results stay on this station"
ENROLLED: Final = "enrolled, not in force yet: sudo systemctl restart balance-station balance-uplink"


class Unlinked:
    """Stays alive for the service manager, opens no connection, and notices an enrolment.

    That takes a restart of station and uplink: the session has to know the care team's keys before a
    programme comes. `document` is the enrolment's, there once a bundle was taken.
    """

    def __init__(self, document: Path, *, log: Callable[[str], None]) -> None:
        self._document = document
        self._log = log
        self._said = ""
        self._stopping = False

    def run(self, signs: Watchdog, *, wait: Callable[[float], object] = time.sleep) -> None:
        """Turn until `stop`."""
        while not self._stopping:
            self.turn(signs)
            if not self._stopping:
                wait(TURN_S)
        signs.stopping()

    def turn(self, signs: Watchdog) -> None:
        """Say how it stands: once in the log, and to the service manager with its sign of life."""
        status = ENROLLED if self._document.exists() else ALONE
        if status != self._said:
            self._log(status)
        self._said = status
        signs.turned(time.monotonic_ns(), status)

    def stop(self, *_: object) -> None:
        """Ask the loop to end; fit for a signal handler."""
        self._stopping = True
