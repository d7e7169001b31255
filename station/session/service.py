"""The running station: readings to samples to the course, results to the store, snapshots to the clients."""

import select
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol

from station.errors import StationError, StoreError
from station.session.acquisition import Note
from station.session.fault_watch import FaultWatch, StationFault
from station.session.prescriptions import Prescriptions
from station.session.protocol import Answer, Command, Event, Prescribe, Press, Simulate, SimulateFault
from station.session.recorder import Recorder
from station.session.server import Peer, Server
from station.session.tare import Tare
from station.sway.live import LiveCop
from station.sway.plate import Plate
from station.sway.reading import Reading, Sample
from station.training.course import Course
from station.training.ended import (
    CountEnded,
    JournalEnded,
    Outcome,
    SessionEnded,
    SessionStarted,
    TrialEnded,
)
from station.training.outcome import Happening
from station.training.view import snapshot_of

TICK_S: Final = 0.01
SHOW_EVERY: Final = 2  # samples: 50 snapshots a second
LATE_NS: Final = 30_000_000  # readings younger than this may still be on their way

# What ends training for the day.
STOPS: Final = ("red_flag", "pain_stop")

# The phases in which nobody is meant to stand on the board, so that its zero may be taken.
EMPTY_PHASES: Final = ("welcome", "blocked", "checkin", "plan", "setup", "checkout", "summary", "journal")


class Board(Protocol):
    """Where readings come from: the acquisition process, or a board in virtual time."""

    def start(self) -> None:
        """Begin to measure."""
        ...

    def filenos(self) -> list[int]:
        """Return descriptors that become readable when there is something to read."""
        ...

    def readings(self) -> list[Reading]:
        """Return what has arrived; never waits."""
        ...

    def notes(self) -> list[Note]:
        """Return what the board says about itself."""
        ...

    def supervise(self) -> bool:
        """See to it that the board goes on; return whether it was started again."""
        ...

    def simulate(self, step: Simulate) -> None:
        """Tell the simulated person what to do."""
        ...

    def break_down(self, fault: SimulateFault) -> None:
        """Break something on the simulated board, or mend it."""
        ...

    def close(self) -> None:
        """Stop measuring."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What a running station is made of."""

    board: Board
    server: Server
    recorder: Recorder
    prescriptions: Prescriptions
    course: Course
    plate: Plate


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
        self._plate = parts.plate
        self._now_ns = now_ns
        self._log = log
        self._live = LiveCop(self._plate)
        self._faults = FaultWatch()
        self._tare = Tare(self._plate, known=self._recorder.tare is not None)
        self._samples = 0
        self._stopping = False
        if self._recorder.tare is not None:
            self._set_zero(self._recorder.tare)

    def stop(self, *_: object) -> None:
        """Ask the loop to end; fit for a signal handler."""
        self._stopping = True

    def run(self) -> None:
        """Serve until `stop`."""
        self.begin()
        try:
            while not self._stopping:
                self.turn(TICK_S)
        finally:
            self.close()

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
        heard = [self._server.fileno(), *(peer.fileno() for peer in self._server.peers)]
        select.select([*heard, *self._board.filenos()], [], [], wait_s)
        self._server.accept()
        for peer in list(self._server.peers):
            for command in self._server.commands(peer):
                self._obey(peer, command)
        for reading in self._board.readings():
            self._on_reading(reading)
        for note in self._board.notes():
            self._on_note(note)
        for sample in self._live.advance(self._now_ns() - LATE_NS):
            self._on_sample(sample)
        for fault in self._faults.advance(self._now_ns()):
            self._on_fault(fault)
        self._board.supervise()
        self._recorder.retry()

    # -- the board -----------------------------------------------------------------------------------------

    def _on_reading(self, reading: Reading) -> None:
        self._recorder.push(reading)
        for fault in self._faults.push(reading):
            self._on_fault(fault)
        if self._course.phase in EMPTY_PHASES:
            self._tare.push(reading)
        for sample in self._live.push(reading):
            self._on_sample(sample)

    def _on_fault(self, fault: StationFault) -> None:
        """Tell service and care team what the patient is only told calmly."""
        detail: dict[str, str | float | int | bool | None] = asdict(fault)
        where = "the board" if fault.cell is None else f"cell {fault.cell}"
        self._log(f"{where}: {fault.kind} fault, {fault.fault}; {fault.advice}")
        self._tell("sensor_fault", self._now_ns(), detail)
        self._recorder.report("sensor_fault", detail)

    def _on_sample(self, sample: Sample) -> None:
        for outcome in self._course.on_sample(sample):
            self._on_outcome(outcome)
        self._recorder.keep_progress(self._course)
        self._samples += 1
        if self._samples % SHOW_EVERY == 0:
            self._server.show(snapshot_of(self._course, self._recorder.session))
        if self._samples % 50 == 0 and self._course.phase in EMPTY_PHASES:
            self._take_zero()

    def _take_zero(self) -> None:
        zero = self._tare.zero()
        if zero is not None:
            self._recorder.keep_tare(zero, self._tare.noise_n)
            self._set_zero(zero)

    def _set_zero(self, zero: tuple[float, float, float, float]) -> None:
        self._plate = self._plate.tared(zero)
        self._live.set_plate(self._plate)
        self._course.ready = True

    def _on_note(self, note: Note) -> None:
        if note["note"] == "recording":
            self._recorder.recording_started(int(note["start_ns"]))
        elif note["note"] == "warning":
            self._log(f"acquisition: {note.get('text')}")

    # -- what comes of it ----------------------------------------------------------------------------------

    def _on_outcome(self, outcome: Outcome) -> None:
        try:
            match outcome:
                case SessionStarted():
                    self._recorder.session_started()
                    self._tell("session_started", self._now_ns(), {"session": self._recorder.session})
                case TrialEnded():
                    self._recorder.trial_ended(outcome)
                case CountEnded():
                    self._recorder.count_ended(outcome)
                case JournalEnded():
                    self._recorder.journal_ended(outcome)
                case SessionEnded():
                    session = self._recorder.session
                    self._recorder.session_ended(outcome)
                    self._prescriptions.after_session()
                    self._tell("session_ended", self._now_ns(), {"session": session, "by": outcome.ended_by})
                case Happening():
                    self._happened(outcome)
        except StoreError as error:
            self._log(str(error))

    def _happened(self, happening: Happening) -> None:
        if happening.kind == "hold_started":
            self._recorder.hold_started(self._course, self._plate, happening.t_ns)
        self._tell(happening.kind, happening.t_ns, happening.detail)
        if happening.kind in STOPS:
            self._recorder.stopped(happening, self._course.words)
        else:
            self._recorder.happened(happening)

    def _tell(self, kind: str, t_ns: int, detail: dict[str, Any]) -> None:
        self._server.tell(Event(kind=kind, t_ns=t_ns, detail=detail))

    # -- clients -------------------------------------------------------------------------------------------

    def _obey(self, peer: Peer, command: Command) -> None:
        try:
            self._on_command(command)
        except StationError as error:
            self._server.refuse(peer, str(error))

    def _on_command(self, command: Command) -> None:
        match command:
            case Press(button=button):
                if button == "start" and self._course.phase in ("welcome", "pause"):
                    self._prescriptions.before_session(self._course)
                self._on_outcomes(self._course.on_press(button))
            case Answer(key=key, value=value):
                self._on_outcomes(self._course.on_answer(key, value))
                self._recorder.answered(self._course.answers())
            case Prescribe(document=document):
                self._prescriptions.prescribe(document.encode(), self._course)
            case Simulate() | SimulateFault() if not self._course.sim:
                raise StationError("this station has a real board; nothing on it can be simulated")
            case Simulate():
                self._board.simulate(command)
            case SimulateFault():
                self._board.break_down(command)

    def _on_outcomes(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            self._on_outcome(outcome)
        self._recorder.keep_progress(self._course)
