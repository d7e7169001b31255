"""What a client in service mode asks of the board: to have it, to give it back, and another plate."""

from collections.abc import Callable
from dataclasses import dataclass

from station.errors import StationError
from station.session.board import Board
from station.session.exchange import PlateExchange
from station.session.protocol import Health, RestorePlate, Service, SimulatePlace, TakePlate
from station.session.scale import Scale
from station.session.server import Peer, Server
from station.session.upkeep import Upkeep
from station.session.zero import Zero
from station.sway.plate import Four, Plate
from station.training.course import Course


@dataclass(frozen=True, slots=True)
class Caretaking:
    """Does it; `course` is that of whoever may train once the board is given back."""

    upkeep: Upkeep
    board: Board
    server: Server
    scale: Scale
    exchange: PlateExchange
    health: Callable[[], Health]
    zero: Zero
    course: Callable[[], Course]
    log: Callable[[str], None]

    def change(self, peer: Peer, command: Service) -> None:
        """Give the board to this client, or take it back. Raises ServiceError."""
        if command.on:
            self.upkeep.begin(peer, self.course().phase)
            self.scale.look_anew()
            self.server.tell_one(peer, self.health())
            self.log(f"the board is being looked after by {peer.name}: nobody can train")
        else:
            self.upkeep.demand(peer)
            self.end()

    def end(self) -> None:
        """Take the board back."""
        self.upkeep.end()
        self.scale.look_anew()
        if self.course().sim:  # a simulated hand leaves nothing on the board
            self.board.place(SimulatePlace(force_n=0.0))
        self.log("the board is no longer being looked after: training may start")

    def obey(self, peer: Peer, command: TakePlate | RestorePlate | SimulatePlace) -> None:
        """Do what only the client in service may ask. Raises StationError with the reason to refuse it."""
        self.upkeep.demand(peer)
        match command:
            case TakePlate(document=document):
                plate = self.exchange.take(document.encode())
                # Whoever calibrated has just weighed the empty board, perhaps with another cell in it.
                self._weigh_with(plate, plate.tare_counts)
            case RestorePlate():
                plate = self.exchange.restore()
                self._weigh_with(plate, self.zero.counts or plate.tare_counts)
            case SimulatePlace() if not self.course().sim:
                raise StationError("this station has a real board; nothing on it can be simulated")
            case SimulatePlace():
                self.board.place(command)

    def _weigh_with(self, plate: Plate, zero: Four) -> None:
        self.scale.weigh_with(plate, zero)
        self.course().ready = True
        self.server.tell(self.health())
        self.upkeep.plate_taken(plate.calibration)
        self.log(f"plate {plate.calibration} is in use")
