"""Keeps what the patient did: sessions and trials into the store, and what the care team is told of them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from station.errors import StoreError
from station.session.clock import WallClock, boot_id
from station.session.store import Header, Store, new_id
from station.session.trial import Kept, Place, blank_result, finish, finish_interrupted
from station.session.trial_file import S, TrialFile, TrialHead
from station.sway.plate import Four, Plate
from station.sway.reading import ALG, Reading
from station.training.course import Course
from station.training.ended import SessionEnded, TrialEnded
from station.training.outcome import Happening
from station.training.result import SessionResult

# What the care team is told at once; the rest stands in the results.
REPORTED: Final = frozenset(
    {
        "red_flag",
        "pain_stop",
        "pain_up",
        "possible_fall",
        "all_right_answered",
        "step_off",
        "touch_down",
        "hold_stopped",
        "hold_fault",
    }
)
TARE_NOTE: Final = "tare"
RED_FLAG_NOTE: Final = "red_flag_day"


class EventBody(msgspec.Struct, frozen=True, kw_only=True):
    """Body of an up/event message (`station.link.messages.StationEvent`)."""

    kind: str
    session: str | None
    detail: dict[str, str | float | int | bool | None]


@dataclass(frozen=True, slots=True)
class Identity:
    """What stands in the head of every message of this station."""

    subj: str | None
    cal: str
    sim: bool


class Recorder:
    """Everything that must survive: nothing here decides, and nothing here is lost when the process dies."""

    def __init__(
        self,
        store: Store,
        folder: Path,
        identity: Identity,
        *,
        wall: WallClock,
        log: Callable[[str], None],
        rx_version: Callable[[], int | None],
    ) -> None:
        self._store = store
        self._identity = identity
        self._wall = wall
        self._log = log
        self._rx_version = rx_version
        self._file = TrialFile(folder / "trial.part")
        self._boot = boot_id()
        self._noise_n: float | None = None
        self._recording_ns: int | None = None
        self._started = ""
        self.session: str | None = None
        self.tare = self._known_tare()

    def close(self) -> None:
        """Close the database and leave the trial in progress, if any, for recovery."""
        self._file.close()
        self._store.close()

    # -- recovery ------------------------------------------------------------------------------------------

    def recover(self) -> None:
        """Keep the trial and the session that a power cut or a kill broke off, marked so."""
        left = self._file.left_behind()
        if left is not None:
            head, readings = left
            known = {trial.trial for trial in self._store.trials_of(head.result.session)}
            if head.result.trial not in known:
                self._keep(finish_interrupted(head, readings), hist=True)
                self._log(f"trial {head.result.number} of an interrupted session was recovered")
        self._file.discard()
        for session, started, rx_version in self._store.unfinished_sessions():
            result = SessionResult(
                session=session,
                started=started,
                ended=self._wall.text(),
                complete=False,
                ended_by="interrupted",
                trials=len(self._store.trials_of(session)),
                answers={},
                rx_version=rx_version,
                sim=self._identity.sim,
            )
            self._store.end_session(result, self.header(hist=True))

    # -- as it happens -------------------------------------------------------------------------------------

    def push(self, reading: Reading) -> None:
        """Take every reading of the board."""
        try:
            self._file.push(reading)
        except StoreError as error:
            self._log(str(error))

    def recording_started(self, start_ns: int) -> None:
        """Know which instant is the first second of the recording on the board."""
        self._recording_ns = start_ns

    def session_started(self) -> None:
        """Begin a session: its check-in is on the screen."""
        self.session = new_id()
        self._started = self._wall.text()
        self._store.begin_session(self.session, started=self._started, rx_version=self._rx_version())

    def hold_started(self, course: Course, plate: Plate, t_ns: int) -> None:
        """Begin the trial's file: from now on its readings are on the disk."""
        planned = course.plan[course.index]
        place = Place(new_id(), self.session or new_id(), course.trials + 1, course.attempt_number)
        blank = blank_result(
            planned, place, started=self._wall.text(), cal=self._identity.cal, sim=self._identity.sim
        )
        self._file.begin(TrialHead(result=blank, plate=plate.to_dict(), hold_started_ns=t_ns))

    def trial_ended(self, ended: TrialEnded) -> None:
        """Make the trial's result and keep it, with its trace, and with what the care team will get."""
        head = self._file.head
        readings = self._file.end()
        if head is None:
            raise StoreError("a trial ended whose beginning could not be kept; its numbers are lost")
        kept = finish(head, readings, ended, noise_n=self._noise_n)
        end_ns = ended.attempt.ended_ns
        if self._recording_ns is not None and end_ns is not None:
            source_s = (
                round((head.hold_started_ns - self._recording_ns) / S, 3),
                round((end_ns - self._recording_ns) / S, 3),
            )
            kept = Kept(msgspec.structs.replace(kept.result, source_s=source_s), kept.raw)
        self._keep(kept)
        self._file.discard()

    def _keep(self, kept: Kept, *, hist: bool = False) -> None:
        self._store.keep_trial(kept.result, kept.raw, self.header(hist=hist))

    def session_ended(self, ended: SessionEnded) -> None:
        """Keep the session's result."""
        if self.session is None:
            return
        result = SessionResult(
            session=self.session,
            started=self._started,
            ended=self._wall.text(),
            complete=ended.ended_by == "finished",
            ended_by=ended.ended_by,
            trials=ended.trials,
            answers=ended.answers,
            rx_version=self._rx_version(),
            sim=self._identity.sim,
        )
        self._store.end_session(result, self.header())
        if ended.ended_by == "red_flag":
            self._store.remember(RED_FLAG_NOTE, self._today().isoformat().encode())
        self.session = None

    def happened(self, happening: Happening) -> None:
        """Tell the care team what it should know at once."""
        if happening.kind in REPORTED:
            self.report(happening.kind, happening.detail)

    def report(self, kind: str, detail: dict[str, str | float | int | bool | None]) -> None:
        """Put an event for the care team into the outbox."""
        body = EventBody(kind=kind, session=self.session, detail=detail)
        self._store.post("event", body, self.header())

    # -- what is remembered --------------------------------------------------------------------------------

    def _today(self) -> date:
        return self._wall.now().astimezone().date()

    def red_flag_today(self) -> bool:
        """Return whether a red flag was answered today; it outlives a restart."""
        return self._store.note(RED_FLAG_NOTE) == self._today().isoformat().encode()

    def keep_tare(self, zero: Four, noise_n: float | None) -> None:
        """Remember the zero of the empty board."""
        self._noise_n = noise_n
        self.tare = zero
        self._store.remember(TARE_NOTE, msgspec.json.encode(zero))

    def _known_tare(self) -> Four | None:
        value = self._store.note(TARE_NOTE)
        if value is None:
            return None
        try:
            return msgspec.json.decode(value, type=tuple[float, float, float, float])
        except msgspec.DecodeError:
            return None

    def header(self, *, hist: bool = False) -> Header:
        """Return the head of a message made now."""
        return Header(
            t=self._wall.text(),
            mono_ms=time.monotonic_ns() // 1_000_000,
            boot=self._boot,
            clock=self._wall.state(),
            subj=self._identity.subj,
            rx_version=self._rx_version(),
            cal=self._identity.cal,
            alg=ALG,
            sim=self._identity.sim,
            hist=hist,
        )
