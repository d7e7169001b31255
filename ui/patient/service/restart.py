"""Restart: ends this screen, so that its supervisor starts it anew. Nothing else is ended or shut down."""

from dataclasses import dataclass
from typing import Final

from ui.patient.service.room import Around, End, Leave, QuietRoom, Request
from ui.patient.service.view import BACK
from ui.patient.words import _

RESTART: Final = "restart"


@dataclass(frozen=True, slots=True)
class RestartSheet:
    """Asks once; the way back comes first, so that one stray press of start changes nothing."""

    main: None = None
    choices: tuple[str, ...] = (BACK, RESTART)


class RestartRoom(QuietRoom):
    """Ends the kiosk on request."""

    name = "restart"

    def title(self) -> str:
        """Return the words on its button in the menu."""
        return _("Restart")

    def sheet(self, around: Around) -> RestartSheet:
        """Return the question."""
        return RestartSheet()

    def choose(self, choice: str, around: Around) -> tuple[Request, ...]:
        """Restart, or go back."""
        return (End(),) if choice == RESTART else (Leave(),)
