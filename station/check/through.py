"""The board of the running station as a check sees it: in service mode, so the pins keep their one user."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from station.errors import BoardError, MessageError
from station.session.client import SessionClient
from station.session.protocol import Health, Readings, Refused, Service, Simulate
from station.sway.reading import Fault, Reading


class StationSource:
    """A `station.check.run.Source` over the session socket.

    Readings come in packets, so when they arrive here says nothing; the station tells when they reached it.
    """

    in_time = False

    def __init__(self, client: SessionClient) -> None:
        self._client = client
        self._readings: list[Reading] = []
        self._notes: list[dict[str, Any]] = []
        self._restarts: int | None = None
        self._restarted = False

    def start(self) -> None:
        """Ask for the board."""
        self._say(Service(on=True))

    def filenos(self) -> list[int]:
        """Return the socket."""
        return [self._client.fileno()]

    def readings(self) -> list[Reading]:
        """Return what has come. Raises BoardError when the station does not give the board, or is gone."""
        self._hear()
        readings, self._readings = self._readings, []
        return readings

    def notes(self) -> list[dict[str, Any]]:
        """Return what the acquisition process said, as it says it itself."""
        notes, self._notes = self._notes, []
        return notes

    def supervise(self) -> bool:
        """Return whether the station has started its acquisition process again."""
        restarted, self._restarted = self._restarted, False
        return restarted

    def simulate(self, step: Simulate) -> None:
        """Tell the simulated person of the station."""
        self._say(step)

    def close(self) -> None:
        """Give the board back; may be called twice."""
        with suppress(BoardError):
            self._say(Service(on=False))
        self._client.close()

    def _say(self, command: Service | Simulate) -> None:
        try:
            self._client.send(command)
        except ConnectionError as error:
            raise BoardError(f"the station is gone: {error}") from None

    def _hear(self) -> None:
        try:
            notices = self._client.poll()
        except (ConnectionError, MessageError) as error:
            raise BoardError(f"the station is gone: {error}") from None
        for notice in notices:
            match notice:
                case Readings(readings=told):
                    self._readings += [
                        Reading(t, cell, counts, Fault(fault)) for t, cell, counts, fault in told
                    ]
                case Health():
                    self._on_health(notice)
                case Refused(reason=reason):
                    raise BoardError(reason)

    def _on_health(self, health: Health) -> None:
        board = health.board
        rt = {
            "priority": board.priority,
            "core": board.core,
            "locked": board.locked,
            "refused": board.refused,
        }
        rt["gc_frozen"] = board.gc_frozen
        self._notes.append({"note": "started", "source": board.source, "sim": board.sim, "rt": rt})
        if board.arrival_ms is not None:
            self._notes.append({"note": "arrival", "arrival_ms": board.arrival_ms})
        self._restarted |= self._restarts is not None and board.restarts > self._restarts
        self._restarts = board.restarts


def running_station(path: Path) -> StationSource | None:
    """Return the board of the station that listens there, None when none does."""
    try:
        return StationSource(SessionClient(path, name="check", snapshots=False))
    except ConnectionError:
        return None
