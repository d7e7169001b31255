"""The running station: readings to samples to the course, results to the store, snapshots to the clients."""

import select
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final, Literal

from msgspec import structs

from station.errors import ServiceError, StationError, SupervisionError
from station.notify import Watchdog
from station.session.absence import Absence
from station.session.acquisition import Note
from station.session.board import Board
from station.session.buttons import StationButtons
from station.session.caretaking import Caretaking
from station.session.consequences import Consequences
from station.session.drift_watch import DriftWatch
from station.session.exchange import PlateExchange
from station.session.fault_watch import FaultWatch, StationFault
from station.session.health import HealthWatch
from station.session.keeper import Keeper
from station.session.machine_watch import MachineWatch
from station.session.prescriptions import Prescriptions
from station.session.protocol import (
    Answer,
    Command,
    Health,
    Identify,
    Mark,
    Prescribe,
    Press,
    RestorePlate,
    Simulate,
    SimulateFault,
    SimulatePlace,
    TakeButtons,
    TakePlate,
    Weighed,
)
from station.session.protocol import Service as ServiceMode
from station.session.recorder import Recorder
from station.session.reports import FaultTold
from station.session.rest import EVERY_S, Rest, may_rest
from station.session.rest import SHOW_EVERY as SHOW_RESTING
from station.session.scale import Scale
from station.session.server import Peer, Server
from station.session.sign import Sign
from station.session.supervision import CARE, SUPERVISOR, check_allowed, is_watched
from station.session.upkeep import Upkeep
from station.sway.plate import Plate
from station.sway.reading import Fault, Reading, Sample
from station.training.course import Course
from station.training.snapshot import Phase, Snapshot
from station.training.view import snapshot_of

TICK_S: Final = 0.01
SHOW_EVERY: Final = 2  # samples: 50 snapshots a second; in a hold all 100, for a screen of 60 frames
UNREAD_NS: Final = 12_000_000_000  # longer than an acquisition that ended may take to be back
LATE_NS: Final = 30_000_000  # readings younger than this may still be on their way

# The phases in which nobody is meant to stand on the board, so that its zero may be taken.
EMPTY_PHASES: Final = (
    "welcome", "history", "blocked", "message", "checkin", "plan", "setup", "checkout", "summary", "journal",
    "goodnight",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parts:
    """What a running station is made of."""

    board: Board
    server: Server
    recorder: Recorder
    prescriptions: Prescriptions
    course: Course
    plate: Plate
    exchange: PlateExchange
    drift: DriftWatch
    absence: Absence
    keeper: Keeper
    machine: MachineWatch | None = None


class Service:
    """The loop. `now_ns` is CLOCK_MONOTONIC."""

    def __init__(
        self, parts: Parts, *, log: Callable[[str], None], now_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._board = parts.board
        self._server = parts.server
        self._recorder = parts.recorder
        self._prescriptions = parts.prescriptions
        self._course = parts.course
        self._drift = parts.drift
        self._absence = parts.absence
        self._keeper = parts.keeper
        self._machine = parts.machine
        self._upkeep = Upkeep(parts.server)
        self._buttons = StationButtons(parts.server, lambda: self._course)
        self._sign = Sign(parts.exchange.station)
        self._now_ns = now_ns
        self._log = log
        self._faults = FaultWatch()
        self._told = FaultTold()
        self._health = HealthWatch(
            sim=self._course.sim, cal=parts.plate.calibration, made=parts.exchange.made
        )
        self._scale = Scale(parts.plate, parts.recorder, parts.drift, self._health)
        self._course.ready = self._course.ready or self._scale.zeroed
        self._caretaking = Caretaking(
            self._upkeep, self._board, self._server, self._scale, parts.exchange, parts.drift,
            self._health_now, parts.recorder.zero, course=lambda: self._course, log=log,
        )  # fmt: skip
        self._consequences = Consequences(
            lambda: self._course, lambda: self._prescriptions, self._recorder, self._keeper, self._drift,
            self._machine, self._scale, self._server, self._tell_health, log, now_ns,
        )  # fmt: skip
        self._samples = 0
        self._rest = Rest()
        self._stopping = False
        self._read_ns: int | None = None  # when the acquisition process last sent something

    def stop(self, *_: object) -> None:
        """Ask the loop to end; fit for a signal handler."""
        self._stopping = True

    def run(self, signs: Watchdog | None = None) -> None:
        """Serve until `stop`; the service manager hears of turns while the board is read."""
        signs = signs or Watchdog(None)
        self.begin()
        try:
            while not self._stopping:
                self.turn(EVERY_S if self._rest.on else TICK_S)
                self.sign(signs)
            signs.stopping()
        finally:
            self.close()

    def sign(self, signs: Watchdog) -> None:
        """Tell the service manager of a turn; it is a sign of life while readings arrive."""
        now_ns = self._now_ns()
        is_read = self._read_ns is not None and now_ns - self._read_ns < UNREAD_NS
        signs.turned(now_ns, f"page {self._phase()}" if is_read else "the board is not read", alive=is_read)

    def begin(self) -> None:
        """Start the board; from then on `turn` must be called again and again."""
        self._board.start()

    def close(self) -> None:
        """End the board, let the clients go, close the database; may be called twice."""
        self._board.close()
        self._server.close()
        self._recorder.close()

    def turn(self, wait_s: float) -> None:
        """Wait at most `wait_s` for something to do, and do it."""
        self._listen(wait_s)
        if self._upkeep.left():
            self._caretaking.end()
        for reading in self._board.readings():
            self._on_reading(reading)
        for note in self._board.notes():
            self._on_note(note)
        self._upkeep.advance(self._now_ns())
        for sample in self._scale.advance(self._now_ns() - LATE_NS):
            self._on_sample(sample)
        for fault in self._faults.advance(self._now_ns()):
            self._on_fault(fault)
        if self._board.supervise():
            self._health.restarted()
            self._tell_health()
        if self._machine is not None and self._machine.turn(self._now_ns()):
            self._tell_health()
        self._recorder.retry()
        self._absence.look(self._now_ns())
        self._keeper.look(self._now_ns(), idle=self._recorder.session is None and not self._upkeep.on)

    def _listen(self, wait_s: float) -> None:
        """Wait at most so long for a client or, unless it rests, the board; obey the clients."""
        self._rest.look(self._now_ns(), may=self._may_rest())
        clients: list[Server | Peer] = [self._server, *self._server.peers]
        board = [] if self._rest.on else self._board.filenos()
        ready, _, _ = select.select([*clients, *board], [], [], wait_s)
        if self._server in ready:
            self._server.accept()
        for peer in [peer for peer in self._server.peers if peer in ready]:
            for command in self._server.commands(peer):
                self._obey(peer, command)
        if any(client in ready for client in clients):
            self._rest.wake(self._now_ns())

    # -- the board -----------------------------------------------------------------------------------------

    def _on_reading(self, reading: Reading) -> None:
        self._recorder.push(reading)
        if reading.fault is not Fault.RESTARTED:  # that one is said for a process that is not there
            self._read_ns = self._now_ns()
        if reading.fault is Fault.NONE and not self._rest.waited:  # else it waited here, not on its way
            self._health.arrived(self._now_ns() - reading.t_ns)
        for fault in self._faults.push(reading):
            self._on_fault(fault)
        self._upkeep.push(reading)
        for sample in self._scale.push(reading, empty=self._may_be_empty()):
            self._on_sample(sample)

    def _on_fault(self, fault: StationFault) -> None:
        """Tell service and care team what the patient is only told calmly."""
        detail: dict[str, str | float | int | bool | None] = asdict(fault)
        where = "the board" if fault.cell is None else f"cell {fault.cell}"
        self._log(f"{where}: {fault.kind} fault, {fault.fault}; {fault.advice}")
        self._consequences.tell("sensor_fault", detail)
        self._recorder.report("sensor_fault", detail)
        self._told.told(self._now_ns())

    def _on_sample(self, sample: Sample) -> None:
        self._consequences.of_all(self._course.on_sample(sample))
        self._samples += 1
        every = SHOW_RESTING if self._rest.on else SHOW_EVERY
        if self._course.phase == "hold" or self._samples % every == 0:
            self._server.show(self._snapshot())
        if self._samples % 50 == 0:
            self._now_and_then()

    def _now_and_then(self) -> None:
        if self._may_be_empty():
            self._scale.take_zero()
            self._course.ready = self._course.ready or self._scale.zeroed
        if self._course.board_fault():
            state = self._told.state(self._now_ns(), all_is_known=self._recorder.all_is_known)
            self._course.care_told = state

    def _snapshot(self) -> Snapshot:
        """Return what the clients are shown now; whoever is connected to look on is kept with the session."""
        watched = is_watched(self._server.peers)
        if watched:
            self._recorder.looked_on()
        session = self._recorder.session
        snapshot = snapshot_of(self._course, session, service=self._upkeep.on)
        supervised = watched or (session is not None and self._recorder.supervised)
        sign = self._sign.words(self._now_ns(), self._phase())
        return structs.replace(snapshot, supervised=supervised, this_board=sign)

    def _may_rest(self) -> bool:
        resting = may_rest(self._course.phase, self._course.sample, self._server.peers)
        return resting and not self._upkeep.on and self._scale.zeroed

    def _may_be_empty(self) -> bool:
        """Return whether nobody is meant to stand on the board, and no mass of a calibration either."""
        return self._course.phase in EMPTY_PHASES and not self._upkeep.on

    def _on_note(self, note: Note) -> None:
        if note["note"] == "recording":
            self._recorder.recording_started(int(note["start_ns"]))
        elif note["note"] == "warning":
            self._log(f"acquisition: {note.get('text')}")
        elif self._health.note(note):
            self._tell_health()

    def _health_now(self) -> Health:
        training = self._recorder.session is not None
        watch = self._machine
        machine = None if watch is None else structs.replace(watch.machine, troubles=watch.troubles)
        care = self._recorder.care_side()
        return Health(board=self._health.now, training=training, care=care, machine=machine)

    def _tell_health(self) -> None:
        self._server.tell(self._health_now())

    # -- clients -------------------------------------------------------------------------------------------

    def _obey(self, peer: Peer, command: Command) -> None:
        try:
            if peer.name in (SUPERVISOR, CARE):
                check_allowed(command, self._phase(), self._load_n())
            elif self._puts_the_sign_away(command):
                return
            if isinstance(command, ServiceMode):
                self._caretaking.change(peer, command)
            elif isinstance(command, TakePlate | RestorePlate | Weighed | SimulatePlace):
                self._caretaking.obey(peer, command)
            elif isinstance(command, TakeButtons):
                self._buttons.take(peer, command)
            elif not self._buttons.passes_on(peer, command, self._now_ns()):
                self._on_command(command)
        except StationError as error:
            self._server.refuse(peer, str(error))

    def _puts_the_sign_away(self, command: Command) -> bool:
        may_stop = self._recorder.session is not None
        return self._sign.takes(command, self._now_ns(), self._phase(), may_stop=may_stop)

    def _load_n(self) -> float | None:
        sample = self._course.sample
        return None if sample is None else sample.load_n

    def _phase(self) -> Phase:
        """Return what is on the screen."""
        return self._course.phase

    def _on_command(self, command: Command) -> None:
        match command:
            case Press(button=button) if button != "both":
                self._press(button)
            case Answer(key=key, value=value):
                self._consequences.of_all(self._course.on_answer(key, value))
                self._recorder.answered(self._course.answers())
            case Mark():
                self._mark()
            case Identify():
                self._sign.show(self._now_ns(), self._phase(), self._load_n(), service=self._upkeep.on)
            case Prescribe(document=document):
                self._prescriptions.prescribe(document.encode(), self._course)
            case Simulate() | SimulateFault() if not self._course.sim:
                raise StationError("this station has a real board; nothing on it can be simulated")
            case Simulate():
                self._board.simulate(command)
            case SimulateFault():
                self._board.break_down(command)

    def _press(self, button: Literal["start", "stop", "pause"]) -> None:
        if button == "start" and self._course.phase in ("welcome", "pause"):
            if self._upkeep.on:
                raise ServiceError("the board is being looked after; training starts again after that")
            self._prescriptions.before_session(self._course)
        if button == "stop" and self._course.phase == "welcome":
            self._prescriptions.look_back(self._course)
        self._consequences.of_all(self._course.on_press(button))

    def _mark(self) -> None:
        if self._recorder.session is None:
            raise SupervisionError("nobody trains; a mark belongs to a session")
        t_ns = self._now_ns()
        self._recorder.marked(t_ns)
        self._consequences.tell("mark", {}, t_ns=t_ns)
