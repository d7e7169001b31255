"""What comes of what the course says: it is kept, told to the clients, and followed up."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from station.errors import StoreError
from station.session.drift_watch import DriftWatch
from station.session.keeper import Keeper
from station.session.machine_watch import MachineWatch
from station.session.prescriptions import Prescriptions
from station.session.protocol import Event
from station.session.recorder import Recorder
from station.session.recovery import FALL
from station.session.scale import Scale
from station.session.server import Server
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

# What ends training for the day.
STOPS: Final = ("red_flag", "pain_stop")


@dataclass(frozen=True, slots=True)
class Consequences:
    """Draws them. `course` and `prescriptions` are of whoever trains now; `now_ns` is CLOCK_MONOTONIC.

    `tell_health` says anew how the station stands.
    """

    course: Callable[[], Course]
    prescriptions: Callable[[], Prescriptions]
    recorder: Recorder
    keeper: Keeper
    drift: DriftWatch
    machine: MachineWatch | None
    scale: Scale
    server: Server
    tell_health: Callable[[], None]
    log: Callable[[str], None]
    now_ns: Callable[[], int] = time.monotonic_ns

    def of_all(self, outcomes: Iterable[Outcome]) -> None:
        """Draw those of what was answered or pressed, and keep how far the course is."""
        for outcome in outcomes:
            self.of(outcome)
        self.recorder.keep_progress(self.course())

    def of(self, outcome: Outcome) -> None:
        """Draw those of one outcome; what cannot be kept is logged, and the course goes on."""
        try:
            match outcome:
                case SessionStarted():
                    self._started()
                case TrialEnded():
                    self.recorder.trial_ended(outcome, doubts=self._doubts)
                case CountEnded():
                    self.recorder.count_ended(outcome)
                case JournalEnded():
                    self.recorder.journal_ended(outcome)
                case SessionEnded():
                    self._ended(outcome)
                case Happening():
                    self._happened(outcome)
        except StoreError as error:
            self.log(str(error))

    def tell(self, kind: str, detail: dict[str, Any], *, t_ns: int | None = None) -> None:
        """Tell every client, now or of the time `t_ns`."""
        self.server.tell(Event(kind=kind, t_ns=self.now_ns() if t_ns is None else t_ns, detail=detail))

    def _started(self) -> None:
        self.recorder.session_started()
        self.drift.session_started()
        self.tell("session_started", {"session": self.recorder.session})
        self.tell_health()

    def _ended(self, outcome: SessionEnded) -> None:
        session = self.recorder.session
        self.recorder.session_ended(outcome)
        self.prescriptions().after_session()
        self.keeper.session_ended()
        self.tell("session_ended", {"session": session, "by": outcome.ended_by})
        self.tell_health()

    def _happened(self, happening: Happening) -> None:
        if happening.kind == "hold_started":
            self.recorder.hold_started(self.course(), self.scale.plate, happening.t_ns)
        self.tell(happening.kind, happening.detail, t_ns=happening.t_ns)
        if happening.kind in STOPS:
            self.recorder.stopped(happening, self.course().words)
        elif happening.kind == FALL:
            self.recorder.unanswered(happening)
        else:
            self.recorder.happened(happening)

    def _doubts(self, since_ns: int) -> dict[str, bool]:
        return {} if self.machine is None else self.machine.doubts(since_ns, self.now_ns())
