"""What an entry of the service menu is made of: a title, a sheet to draw, and what a choice does."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from station.session.protocol import Simulate, SimulateFault
from station.training.health import CareSide
from station.training.snapshot import Snapshot
from ui.patient.service.settings import Settings
from ui.patient.service.view import Sheet


@dataclass(frozen=True, slots=True)
class Around:
    """What a room knows of the world: newest snapshot (None: no station), settings, and time in ns.

    `care` says whether the care team's computer answers, None where nobody knows.
    """

    snapshot: Snapshot | None
    settings: Settings
    now_ns: int
    care: CareSide | None = None


class Tell(NamedTuple):
    """Say this to the station."""

    command: Simulate | SimulateFault


class Keep(NamedTuple):
    """Let these settings hold from now on, and write them down."""

    settings: Settings


class Sound(NamedTuple):
    """Let a tone be heard at the volume in force."""


class Speak(NamedTuple):
    """Let the voice be heard."""


class Leave(NamedTuple):
    """Go back: from a room to the menu, from the door to the patient's page."""


class Enter(NamedTuple):
    """The door is open: go on to the menu."""


class End(NamedTuple):
    """End the kiosk; its supervisor starts it again."""


Request = Tell | Keep | Sound | Speak | Leave | Enter | End


class Room(Protocol):
    """One entry of the menu, without input or output of its own: what must be run is given to it.

    To add an entry, write a room, list it in `area.make_rooms`, and its page in `pages.book`.
    """

    name: str

    def title(self) -> str:
        """Return the words on its button in the menu."""
        ...

    def is_offered(self, around: Around) -> bool:
        """Return whether the menu shows it now; a room no longer offered is left."""
        ...

    def is_busy(self) -> bool:
        """Return whether something runs that the area must stay open for."""
        ...

    def enter(self, around: Around) -> None:
        """Begin anew."""
        ...

    def leave(self) -> None:
        """End whatever runs; may be called twice."""
        ...

    def turn(self, around: Around) -> None:
        """Take note of what has come about; called every frame while somebody is in this room."""
        ...

    def sheet(self, around: Around) -> Sheet:
        """Return what its page shows."""
        ...

    def choose(self, choice: str, around: Around) -> tuple[Request, ...]:
        """Do what one of the choices on its sheet stands for."""
        ...


class QuietRoom:
    """A room in which nothing runs."""

    def is_offered(self, around: Around) -> bool:
        """Return True."""
        return True

    def is_busy(self) -> bool:
        """Return False."""
        return False

    def enter(self, around: Around) -> None:
        """Have nothing to begin."""

    def leave(self) -> None:
        """Have nothing to end."""

    def turn(self, around: Around) -> None:
        """Have nothing to take note of."""
