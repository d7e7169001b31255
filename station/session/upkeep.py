"""Service mode: one client has the board for itself to calibrate or check it; nobody trains meanwhile."""

from typing import Final

from station.errors import ServiceError
from station.session.protocol import PlateTaken, Readings
from station.session.server import Peer, Server
from station.sway.reading import Reading

SEND_EVERY_NS: Final = 50_000_000
MOST_IN_A_PACKET: Final = 1000  # some 40 kB; a board makes some 400 readings a second

# The phases in which nobody trains, so that the board may be given away.
FREE_PHASES: Final = ("welcome", "history", "blocked", "summary", "goodnight")


class Upkeep:
    """Who has the board, and the readings that wait for that client. Times are CLOCK_MONOTONIC."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._peer: Peer | None = None
        self._waiting: list[Reading] = []
        self._sent_ns = 0

    @property
    def on(self) -> bool:
        """Whether a client has the board."""
        return self._peer is not None

    def begin(self, peer: Peer, phase: str) -> None:
        """Give this client the board. Raises ServiceError when it cannot have it now."""
        if self._peer is not None and self._peer is not peer:
            raise ServiceError(f"{self._peer.name} has the board already; end that first, then try again")
        if phase not in FREE_PHASES:
            raise ServiceError(
                "somebody trains on this board; wait until the session has ended, then try again"
            )
        self._peer = peer
        self._waiting.clear()

    def demand(self, peer: Peer) -> None:
        """Refuse what only the client in service may do. Raises ServiceError."""
        if self._peer is not peer:
            raise ServiceError("this is done in service only; ask for service first")

    def left(self) -> bool:
        """Return whether the client that had the board has gone; it then has it no more."""
        if self._peer is None or self._peer in self._server.peers:
            return False
        self._peer = None
        return True

    def end(self) -> None:
        """Take the board back."""
        self._peer = None

    def push(self, reading: Reading) -> None:
        """Take one reading."""
        if self._peer is not None:
            self._waiting.append(reading)

    def advance(self, now_ns: int) -> None:
        """Send what waits, when it is time."""
        if self._peer is None or not self._waiting or now_ns - self._sent_ns < SEND_EVERY_NS:
            return
        self._sent_ns = now_ns
        waiting, self._waiting = self._waiting, []
        for at in range(0, len(waiting), MOST_IN_A_PACKET):
            part = waiting[at : at + MOST_IN_A_PACKET]
            told = tuple((r.t_ns, r.cell, r.counts, int(r.fault)) for r in part)
            self._server.tell_one(self._peer, Readings(readings=told))

    def answer(self, taken: PlateTaken) -> None:
        """Tell whoever has the board which plate is in use now."""
        if self._peer is not None:
            self._server.tell_one(self._peer, taken)
