"""Network: the interfaces, whether they are connected, and their addresses. Looks only, changes nothing."""

import fcntl
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from station.training.health import CareSide
from ui.patient.service.room import Around, Leave, QuietRoom, Request
from ui.patient.service.view import BACK
from ui.patient.words import _

INTERFACES: Final = Path("/sys/class/net")
GET_ADDRESS: Final = 0x8915  # SIOCGIFADDR, netdevice(7)
AGAIN_NS: Final = 2_000_000_000


class Interface(NamedTuple):
    """One way into a network: its name, whether a cable or radio is connected, its IPv4 address if any."""

    name: str
    up: bool
    address: str | None


@dataclass(frozen=True, slots=True)
class NetworkSheet:
    """The interfaces, and whether the station answers this screen, and the care team the station."""

    interfaces: tuple[Interface, ...] = ()
    station: bool = True
    care: CareSide | None = None
    main: None = None
    choices: tuple[str, ...] = (BACK,)


class NetworkRoom(QuietRoom):
    """Shows the network; a cable plugged in meanwhile is seen."""

    name = "network"

    def __init__(self, look: Callable[[], tuple[Interface, ...]]) -> None:
        self._look = look
        self._interfaces: tuple[Interface, ...] = ()
        self._looked_ns = 0

    def title(self) -> str:
        """Return the words on its button in the menu."""
        return _("Network")

    def enter(self, around: Around) -> None:
        """Look once."""
        self._interfaces, self._looked_ns = self._look(), around.now_ns

    def turn(self, around: Around) -> None:
        """Look again every two seconds."""
        if around.now_ns - self._looked_ns >= AGAIN_NS:
            self.enter(around)

    def sheet(self, around: Around) -> NetworkSheet:
        """Return what was seen last."""
        return NetworkSheet(self._interfaces, around.snapshot is not None, around.care)

    def choose(self, choice: str, around: Around) -> tuple[Request, ...]:
        """Go back."""
        return (Leave(),)


def interfaces(
    folder: Path = INTERFACES, address: Callable[[str], str | None] | None = None
) -> tuple[Interface, ...]:
    """Return the interfaces but for the loopback, by name; none where the kernel tells of none."""
    find = address_of if address is None else address
    found = []
    for entry in sorted(folder.glob("*")):
        if entry.name == "lo" or not (entry / "operstate").exists():
            continue
        state = ""
        with suppress(OSError):  # unplugged at this moment
            state = (entry / "operstate").read_text().strip()
        found.append(Interface(entry.name, state in {"up", "unknown"}, find(entry.name)))
    return tuple(found)


def address_of(name: str) -> str | None:
    """Return the IPv4 address of an interface; None when it has none."""
    request = struct.pack("256s", name.encode()[:15])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            answer = fcntl.ioctl(probe.fileno(), GET_ADDRESS, request)
        except OSError:
            return None
    return socket.inet_ntoa(answer[20:24])
