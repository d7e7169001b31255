"""The line to the station: connects, reconnects, and knows how fresh its newest snapshot is."""

import select
from pathlib import Path
from typing import Final, Literal

from station.errors import MessageError
from station.session.client import SessionClient
from station.session.protocol import Command, Event, Health, TakeButtons
from station.training.health import CareSide
from station.training.snapshot import Snapshot

StationPress = Literal["start", "stop", "both"]

NAME: Final = "kiosk"
# Presses of the station's own buttons that its own rules have no use for, or that this screen has taken.
PRESSED: Final[dict[str, StationPress]] = {
    "start_pressed": "start",
    "stop_pressed": "stop",
    "both_pressed": "both",
}
RETRY_NS: Final = 250_000_000
FRESH_NS: Final = 500_000_000  # older than this, the live view is no longer live


class StationLink:
    """Holds the newest snapshot while the station is there. Times are the caller's, in ns.

    `trouble` says in one sentence why there is no connection, or what could not be understood.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._client: SessionClient | None = None
        self._retry_ns: int | None = None
        self._sample_ns = 0  # when the newest sample arrived, by the caller's clock
        self._presses: list[StationPress] = []
        self._taken = TakeButtons(buttons=())
        self.newest: Snapshot | None = None
        self.care: CareSide | None = None
        self.interrupted = False
        self.trouble = ""

    def update(self, now_ns: int) -> list[Snapshot]:
        """Connect if it is time to; return the snapshots that have arrived, oldest first."""
        if self._client is None and (self._retry_ns is None or now_ns >= self._retry_ns):
            self._connect(now_ns)
        if self._client is None:
            return []
        try:
            notices = self._client.poll()
        except ConnectionError as error:
            self._lose(str(error), now_ns)
            return []
        except MessageError as error:
            self.trouble = f"the station at {self._path} said something this kiosk does not know: {error}"
            return []
        kinds = (notice.kind for notice in notices if isinstance(notice, Event))
        self._presses += [PRESSED[kind] for kind in kinds if kind in PRESSED]
        for notice in notices:
            self.care = notice.care if isinstance(notice, Health) else self.care
        snapshots = [notice for notice in notices if isinstance(notice, Snapshot)]
        for snapshot in snapshots:
            if self.newest is None or snapshot.t_ns != self.newest.t_ns:
                self._sample_ns = now_ns
            self.newest, self.interrupted = snapshot, False
        return snapshots

    def presses(self) -> list[StationPress]:
        """Return the presses of the station's own buttons that are for this screen, since the last call."""
        presses, self._presses = self._presses, []
        return presses

    def take_buttons(self, wanted: TakeButtons, now_ns: int) -> None:
        """See to it that presses of these buttons, and of these only, come to this screen."""
        if self._client is not None and wanted != self._taken:
            self._taken = wanted
            self.send(wanted, now_ns)

    def is_stale(self, now_ns: int) -> bool:
        """Return whether no new sample has arrived for half a second: what was live is not any more."""
        return now_ns - self._sample_ns > FRESH_NS

    def send(self, command: Command, now_ns: int) -> None:
        """Say something to the station; when it has gone, the page says so and the person presses again."""
        if self._client is None:
            return
        try:
            self._client.send(command)
        except ConnectionError as error:
            self._lose(str(error), now_ns)

    def wait(self, seconds: float) -> bool:
        """Wait until something has arrived, at most this long; return whether it has."""
        listened = [] if self._client is None else [self._client]
        heard, _, _ = select.select(listened, [], [], max(0.0, seconds))
        return bool(heard)

    def close(self) -> None:
        """End the connection; may be called twice."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _connect(self, now_ns: int) -> None:
        try:
            self._client = SessionClient(self._path, name=NAME)
            self._retry_ns, self.trouble = None, ""
            self._taken = TakeButtons(buttons=())
        except ConnectionError as error:
            self._retry_ns, self.trouble = now_ns + RETRY_NS, str(error)

    def _lose(self, reason: str, now_ns: int) -> None:
        self.close()
        self._retry_ns = now_ns + RETRY_NS
        self.trouble = f"the station at {self._path} is away: {reason}"
        if self.newest is not None:
            self.interrupted = self.newest.session is not None
        self.newest = self.care = None
