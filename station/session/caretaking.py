"""What a client in service mode asks of the board: to have it, to give it back, and another plate."""

from collections.abc import Callable
from dataclasses import dataclass

from station.errors import StationError
from station.session.board import Board
from station.session.drift_watch import DriftWatch
from station.session.exchange import PlateExchange
from station.session.protocol import (
    Calibrated,
    Health,
    PlateTaken,
    RestorePlate,
    Service,
    SimulatePlace,
    TakePlate,
    Weighed,
)
from station.session.scale import Scale
from station.session.server import Peer, Server
from station.session.upkeep import Upkeep
from station.session.zero import Zero
from station.sway.plate import Four
from station.sway.plate_file import PlateFile
from station.training.course import Course


@dataclass(frozen=True, slots=True)
class Caretaking:
    """Does it; `course` is that of whoever may train once the board is given back."""

    upkeep: Upkeep
    board: Board
    server: Server
    scale: Scale
    exchange: PlateExchange
    drift: DriftWatch
    health: Callable[[], Health]
    zero: Zero
    course: Callable[[], Course]
    log: Callable[[str], None]

    def change(self, peer: Peer, command: Service) -> None:
        """Give the board to this client, or take it back. Raises ServiceError."""
        if command.on:
            self.upkeep.begin(peer, self.course().phase)
            self.scale.look_anew()
            self.server.tell_one(peer, self._calibrated())
            self.server.tell_one(peer, self.health())
            self.log(f"the board is being looked after by {peer.name}: nobody can train")
        else:
            self.upkeep.demand(peer)
            self.end()

    def _calibrated(self) -> Calibrated:
        advice = tuple(self.drift.known())
        return Calibrated(plate=self.drift.plate, before=self.exchange.before, advice=advice)

    def end(self) -> None:
        """Take the board back."""
        self.upkeep.end()
        self.scale.look_anew()
        if self.course().sim:  # a simulated hand leaves nothing on the board
            self.board.place(SimulatePlace(force_n=0.0))
        self.log("the board is no longer being looked after: training may start")

    def obey(self, peer: Peer, command: TakePlate | RestorePlate | Weighed | SimulatePlace) -> None:
        """Do what only the client in service may ask. Raises StationError with the reason to refuse it."""
        self.upkeep.demand(peer)
        match command:
            case TakePlate(document=document):
                file = self.exchange.take(document.encode())
                # Whoever calibrated has just weighed the empty board, perhaps with another cell in it.
                self._weigh_with(file, None)
            case RestorePlate():
                self._weigh_with(self.exchange.restore(), self.zero.counts)
            case Weighed(cal=cal) if cal != self.drift.plate.calibration:
                used = self.drift.plate.calibration
                raise StationError(f"a mass was weighed with the plate {cal}, and {used} is in use")
            case Weighed(off=off):
                self.drift.checked(off)
                self.server.tell_one(peer, self._calibrated())
            case SimulatePlace() if not self.course().sim:
                raise StationError("this station has a real board; nothing on it can be simulated")
            case SimulatePlace():
                self.board.place(command)

    def _weigh_with(self, file: PlateFile, zero: Four | None) -> None:
        plate = file.board()
        self.scale.weigh_with(plate, zero or plate.tare_counts)
        self.course().ready = True
        self.server.tell(self.health())
        self.upkeep.answer(PlateTaken(id=file.id, made=file.made, who=file.who))
        self.log(f"plate {plate.calibration} is in use")
