"""Keeps what the patient did: sessions and trials into the store, and what the care team is told of them."""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from station.errors import StoreError
from station.session.clock import WallClock, boot_id
from station.session.event import EventBody
from station.session.later import Later
from station.session.memory import Memory
from station.session.moment import Moment
from station.session.people import People
from station.session.recovery import FALL, Recovery
from station.session.reports import REPORTED, Identity
from station.session.stop import Stops
from station.session.store import Header, Note, Store, new_id
from station.session.supervision import SUPERVISED_NOTE, was_supervised
from station.session.trial import Kept, Place, blank_result, finish, finish_counted
from station.session.trial_file import S, TrialFile, TrialHead, discard
from station.sway.plate import Four, Plate
from station.sway.reading import ALG, Reading
from station.training.course import Course
from station.training.ended import CountEnded, JournalEnded, SessionEnded, TrialEnded
from station.training.outcome import Happening
from station.training.progress import Progress
from station.training.result import JournalResult, SessionResult

TARE_NOTE: Final = "tare"

Detail = dict[str, str | float | int | bool | None]


class Recorder:
    """Everything that must survive: nothing here decides, and nothing here is lost when the process dies."""

    def __init__(  # noqa: PLR0913 - all that it works with
        self,
        store: Store,
        folder: Path,
        identity: Identity,
        *,
        wall: WallClock,
        log: Callable[[str], None],
        rx_version: Callable[[], int | None],
        rested: bool = False,
    ) -> None:
        """Keep for the person of `identity`; `rested`: a simulated one, who needs no rest."""
        self._store = store
        self._identity = identity
        self._wall = wall
        self._boot = boot_id()
        self._log = log
        self._rx_version = rx_version
        self._folder = folder
        self._file = TrialFile(folder)
        self._later = Later(now_s=time.monotonic, log=log)
        self._people = People(
            store, now=self._moment, write=self._later.write, clinic=identity.clinic, rested=rested
        )
        self.memory = self._people.memory(identity.subj)
        self._last_session: str | None = None  # the journal is written after it
        self._noise_n: float | None = None
        self._recording_ns: int | None = None
        self._started = ""
        self._events: Counter[str] = Counter()  # of this session, by kind
        self._trial_events: Counter[str] = Counter()  # since the last hold began
        self._marks_ns: list[int] = []  # in this trial
        self.supervised = False  # somebody looks on at this session, or did
        self.session: str | None = None
        self.tare = self._known_tare()
        self.stops = self._people.stops(identity.subj)

    def close(self) -> None:
        """Close the database and leave the trial in progress, if any, for recovery."""
        self._file.close()
        self._store.close()

    # -- recovery ------------------------------------------------------------------------------------------

    def recover(self, goes_on: Callable[[str | None], bool] | None = None) -> Progress | None:
        """Keep the trials and sessions that a power cut or a kill broke off, marked so.

        Return how far the session had come that may still go on; it never keeps the station from starting.
        `goes_on` says whose may; at home those of the person the station belongs to.
        """
        header = partial(self.header, hist=True)
        sim = self._identity.sim
        recovery = Recovery(
            store=self._store,
            folder=self._folder,
            memory=self._memory_of,
            goes_on=goes_on or (lambda subj: subj == self._identity.subj),
            wall=self._wall,
            header=header,
            log=self._log,
            sim=sim,
            unanswered=self._unanswered,
        )
        recovery.trials()
        resumed = recovery.sessions()
        if resumed is None:
            return None
        if self._identity.clinic:
            self.belong_to(resumed.subj)
        left_off = resumed.left_off
        self.session, self._started = left_off.session, left_off.started
        self.supervised = was_supervised(self._store, left_off.session)
        self._events.update(left_off.events)
        return left_off.progress

    # -- whose it is ---------------------------------------------------------------------------------------

    @property
    def subj(self) -> str | None:
        """Return the pseudonym of whoever trains here now."""
        return self._identity.subj

    def _memory_of(self, subj: str | None) -> Memory:
        return self._people.memory(subj if subj is not None else self._identity.subj)

    def stops_of(self, subj: str | None) -> Stops:
        """Return what keeps this person from training; at home that of the one person, who needs no name."""
        return self._people.stops(subj if subj is not None else self._identity.subj)

    def belong_to(self, subj: str | None) -> None:
        """Keep what comes for this person from now on: in a clinic, where several share the station."""
        self._identity = replace(self._identity, subj=subj)
        self.memory, self.stops = self._people.memory(subj), self._people.stops(subj)
        self._last_session = None

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
        self.memory.forget_progress()
        self.session = new_id()
        self._started = self._wall.text()
        self._events.clear()
        self._trial_events.clear()
        self.supervised = False
        session, started, rx_version = self.session, self._started, self._rx_version()
        subj = self._identity.subj
        self._later.write(
            lambda: self._store.begin_session(session, started=started, rx_version=rx_version, subj=subj)
        )

    def answered(self, answers: dict[str, bool | int]) -> None:
        """Keep what was answered so far."""
        session = self.session
        if session is not None:
            self._later.write(lambda: self._store.keep_answers(session, answers))

    def hold_started(self, course: Course, plate: Plate, t_ns: int) -> None:
        """Begin the trial's file: from now on its readings are on the disk."""
        planned = course.today.planned
        place = Place(
            new_id(), self.session or new_id(), course.today.trials + 1, course.today.attempt_number
        )
        blank = blank_result(
            planned, place, started=self._wall.text(), cal=self._identity.cal, sim=self._identity.sim
        )
        self._trial_events.clear()
        self._marks_ns.clear()
        self._file.begin(TrialHead(result=blank, plate=plate.to_dict(), hold_started_ns=t_ns))

    def trial_ended(self, ended: TrialEnded) -> None:
        """Make the trial's result and keep it, with its trace, and with what the care team will get."""
        head = self._file.head
        readings, path = self._file.end()
        if head is None:
            raise StoreError("a trial ended that never began; it is not kept")
        kept = finish(head, readings, ended, noise_n=self._noise_n)
        if not ended.weight_doubtful and ended.attempt.body_weight_n is not None:
            self.memory.keep_weight(ended.attempt.body_weight_n)
        end_ns = ended.attempt.ended_ns
        if self._recording_ns is not None and end_ns is not None:
            source_s = (
                round((head.hold_started_ns - self._recording_ns) / S, 3),
                round((end_ns - self._recording_ns) / S, 3),
            )
            kept = Kept(msgspec.structs.replace(kept.result, source_s=source_s), kept.raw)
        marks_s = tuple(round((t_ns - head.hold_started_ns) / S, 2) for t_ns in self._marks_ns)
        kept = Kept(
            msgspec.structs.replace(kept.result, events=dict(self._trial_events), marks_s=marks_s), kept.raw
        )
        self._trial_events.clear()
        header = self.header()

        def keep() -> None:
            self._store.keep_trial(kept.result, kept.raw, header)
            with suppress(OSError):  # a file left behind is known by its trial at the next start
                discard(path)

        self._later.write(keep)

    def count_ended(self, ended: CountEnded) -> None:
        """Keep an exercise beside the board, of which the person said how many."""
        place = Place(new_id(), self.session or new_id(), ended.number, ended.attempt_number)
        blank = blank_result(
            ended.planned, place, started=self._wall.text(), cal=self._identity.cal, sim=self._identity.sim
        )
        result = finish_counted(blank, ended)
        header = self.header()
        self._later.write(lambda: self._store.keep_trial(result, b"", header))

    def journal_ended(self, journal: JournalEnded) -> None:
        """Keep what was written down after the session."""
        result = JournalResult(
            session=self._last_session or new_id(),
            written=self._wall.text(),
            counts=journal.counts,
            choices=journal.choices,
            guided=journal.guided,
            sim=self._identity.sim,
        )
        header = self.header()
        notes = self.memory.journal_notes(journal)
        self._later.write(lambda: self._store.post("result/journal", result, header, notes=notes))

    def keep_progress(self, course: Course) -> None:
        """Keep how far the session has come, before a screen shows it."""
        progress = course.progress()
        if self.session is not None and progress is not None:
            self.memory.keep_progress(
                self.session, self._started, progress, events=self._events, trial_events=self._trial_events
            )

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
            events=dict(self._events),
            supervised=self.supervised,
        )
        header = self.header()
        notes = self.memory.session_notes(self.session, ended)
        self._later.write(lambda: self._store.end_session(result, header, notes=notes))
        self._last_session, self.session = self.session, None

    def write(self, write: Callable[[], None]) -> None:
        """Make a write that must not take the screen from a patient: now, or when the disk takes it."""
        self._later.write(write)

    def retry(self) -> None:
        """Make the writes that wait, when it is time."""
        self._later.retry()

    def looked_on(self) -> None:
        """Keep that somebody looks on at this session."""
        session = self.session
        if session is not None and not self.supervised:
            self.supervised = True
            self._later.write(lambda: self._store.remember(SUPERVISED_NOTE, session.encode()))

    def marked(self, t_ns: int) -> None:
        """Keep the instant somebody who looks on has marked, with the trial when it is one of a hold."""
        detail: Detail = {}
        head = self._file.head
        if head is not None:
            self._marks_ns.append(t_ns)
            detail = {"trial": head.result.trial, "at_s": round((t_ns - head.hold_started_ns) / S, 2)}
        self.looked_on()
        self.happened(Happening("mark", t_ns, detail))

    def stopped(self, alert: Happening, words: tuple[str, ...]) -> None:
        """Keep that there is no training today, with the advice, and tell the care team: both or neither.

        It holds from this moment, whatever the disk says.
        """
        self._count(alert.kind)
        self._alert(self.stops.stop(words), alert.kind, self.session, alert.detail, self.header())

    def unanswered(self, alert: Happening) -> None:
        """Keep that nobody answered "Are you all right?", and tell the care team: both or neither.

        Until they have answered there is no training, from this moment, whatever the disk says.
        """
        self._count(alert.kind)
        self._alert(self.stops.hold(), alert.kind, self.session, alert.detail, self.header())

    def _unanswered(self, session: str, subj: str | None, header: Header) -> None:
        """Tell of a possible fall that a loss of power left unanswered by the person whose session it was."""
        self._alert(self.stops_of(subj).hold(), FALL, session, {"power_lost": True}, header)

    def _alert(self, note: Note, kind: str, session: str | None, detail: Detail, header: Header) -> None:
        body = EventBody(kind=kind, session=session, detail=detail)
        self._later.write(lambda: self._store.post("event", body, header, notes=[note]))

    def happened(self, happening: Happening) -> None:
        """Count what happened, and tell the care team what it should know at once."""
        self._count(happening.kind)
        if happening.kind in REPORTED:
            self.report(happening.kind, happening.detail)

    def _count(self, kind: str) -> None:
        self._events[kind] += 1
        self._trial_events[kind] += 1

    def report(self, kind: str, detail: Detail) -> None:
        """Put an event for the care team into the outbox."""
        body = EventBody(kind=kind, session=self.session, detail=detail)
        header = self.header()
        self._later.write(lambda: self._store.post("event", body, header))

    # -- what is remembered --------------------------------------------------------------------------------

    def results_before(self) -> list[bytes]:
        """Return the results of this person's trials; none where the disk does not tell now."""
        with suppress(StoreError, sqlite3.Error):
            return self._store.results_of(self._identity.subj)
        return []

    def all_is_known(self) -> bool:
        """Return whether the care side has committed everything that was to be told; False when unknown."""
        if self._later.waits:
            return False
        with suppress(StoreError, sqlite3.Error):
            return self._store.backlog().depth == 0
        return False

    def _moment(self) -> Moment:
        return Moment(
            t=self._wall.text(),
            day=self._today().isoformat(),
            boot=self._boot,
            mono_s=time.monotonic(),
            synced=self._wall.state() == "synced",
        )

    def _today(self) -> date:
        return self._wall.now().astimezone().date()

    def weigh_with(self, cal: str) -> None:
        """Name this plate in everything made from now on."""
        self._identity = replace(self._identity, cal=cal)

    def keep_tare(self, zero: Four, noise_n: float | None) -> None:
        """Remember the zero of the empty board."""
        self._noise_n = noise_n
        self.tare = zero
        self._later.write(lambda: self._store.remember(TARE_NOTE, msgspec.json.encode(zero)))

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
