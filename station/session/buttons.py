"""The station's own buttons: what a press means where a screen has something to do with it."""

from collections.abc import Callable
from typing import Final

from station.session.protocol import Command, Event, Press, TakeButtons
from station.session.server import Peer, Server
from station.training.closing import NOBODY_TRAINS
from station.training.course import Course

PRESSED: Final = "{button}_pressed"  # kind of the event that passes a press on


class StationButtons:
    """Passes presses on to the screen: those it has taken, and those that mark an answer."""

    def __init__(self, server: Server, course: Callable[[], Course]) -> None:
        """Look at the course of whoever trains now."""
        self._server = server
        self._course = course
        self._peer: Peer | None = None
        self._taken: tuple[str, ...] = ()

    def take(self, peer: Peer, command: TakeButtons) -> None:
        """Let this client have these buttons from now on."""
        self._peer, self._taken = peer, command.buttons

    def passes_on(self, peer: Peer, command: Command, t_ns: int) -> bool:
        """Return whether a command is a press that means nothing to the course, and pass it on."""
        if not isinstance(command, Press):
            return False
        event = Event(kind=PRESSED.format(button=command.button), t_ns=t_ns)
        if self._is_taken(peer, command) and self._peer is not None:
            self._server.tell_one(self._peer, event)
            return True
        marks = command.button == "start" and self._course().question is not None
        if marks or command.button == "both":
            self._server.tell(event)
            return True
        return False

    def _is_taken(self, peer: Peer, press: Press) -> bool:
        if self._peer not in self._server.peers or peer is self._peer or press.button not in self._taken:
            return False
        phase = self._course().phase
        return phase in NOBODY_TRAINS or (press.button == "start" and phase != "all_right")
