"""Keeps what the patient did: sessions and trials into the store, and what the care team is told of them."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec

from station.errors import StoreError
from station.session.begun import begun
from station.session.care_side import known_care_side
from station.session.clock import WallClock
from station.session.event import EventBody
from station.session.heading import Heading
from station.session.later import Later
from station.session.memory import Memory
from station.session.moment import Moment
from station.session.people import People
from station.session.recovery import FALL, Recovery
from station.session.reports import REPORTED, Identity
from station.session.stop import Stops
from station.session.store import Header, Note, Store, new_id
from station.session.supervision import SUPERVISED_NOTE, was_supervised
from station.session.tally import Tally
from station.session.trial import Place, blank_result, finish, finish_counted
from station.session.trial_file import S, TrialFile, TrialHead, discard
from station.session.zero import Zero
from station.sway.plate import Plate
from station.sway.reading import Reading
from station.training.course import Course
from station.training.ended import CountEnded, JournalEnded, SessionEnded, TrialEnded
from station.training.health import CareSide
from station.training.outcome import Happening
from station.training.programme import Planned
from station.training.progress import Progress
from station.training.result import JournalResult, SessionResult, TrialResult

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
        sends_traces: bool = True,
    ) -> None:
        """Keep for the person of `identity`; `rested`: a simulated one, who needs no rest.

        `sends_traces`: the care team gets the raw traces without asking.
        """
        self._store = store
        self._heading = Heading(identity, wall=wall, rx_version=rx_version)
        self._log = log
        self._folder = folder
        self._sends_traces = sends_traces
        self._file = TrialFile(folder)
        self._later = Later(
            now_s=time.monotonic, log=log, make_room=self._make_room, mend=lambda: store.mend(log)
        )
        self._people = People(
            store, now=self._heading.moment, write=self._later.write, clinic=identity.clinic, rested=rested
        )
        self.memory = self._people.memory(identity.subj)
        self._last_session: str | None = None  # the journal is written after it
        self._recording_ns: int | None = None
        self._started = ""
        self._started_at: Moment | None = None  # None: in another run of the station
        self._tally = Tally()
        self.supervised = False  # somebody looks on at this session, or did
        self.session: str | None = None
        self.zero = Zero(store, write=self._later.write)
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
        identity, header = self._heading.identity, partial(self.header, hist=True)
        recovery = Recovery(
            store=self._store,
            folder=self._folder,
            memory=self._memory_of,
            goes_on=goes_on or (lambda subj: subj == identity.subj),
            wall=self._heading.wall,
            header=header,
            log=self._log,
            sim=identity.sim,
            unanswered=self._unanswered,
            sends_traces=self._sends_traces,
            now=self._heading.moment,
        )
        recovery.trials()
        resumed = recovery.sessions()
        if resumed is None:
            return None
        if identity.clinic:
            self.belong_to(resumed.subj)
        left_off = resumed.left_off
        self.session, self._started, self._started_at = left_off.session, left_off.started, left_off.at
        self.supervised = was_supervised(self._store, left_off.session)
        self._tally.session_resumed(left_off.events)
        return left_off.progress

    # -- whose it is ---------------------------------------------------------------------------------------

    @property
    def subj(self) -> str | None:
        """Return the pseudonym of whoever trains here now."""
        return self._heading.identity.subj

    def _memory_of(self, subj: str | None) -> Memory:
        return self._people.memory(subj if subj is not None else self._heading.identity.subj)

    def stops_of(self, subj: str | None) -> Stops:
        """Return what keeps this person from training; at home that of the one person, who needs no name."""
        return self._people.stops(subj if subj is not None else self._heading.identity.subj)

    def belong_to(self, subj: str | None) -> None:
        """Keep what comes for this person from now on: in a clinic, where several share the station."""
        self._heading.belong_to(subj)
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
        self._started, self._started_at = self._heading.text(), self._heading.moment()
        self._tally.session_started()
        self.supervised = False
        session, started, rx_version = self.session, self._started, self._heading.rx_version()
        subj = self._heading.identity.subj
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
        blank = self._blank(planned, place)
        self._tally.hold_started()
        head = TrialHead(
            result=blank, plate=plate.to_dict(), hold_started_ns=t_ns, started_at=self._heading.moment()
        )
        self._file.begin(head)

    def trial_ended(
        self, ended: TrialEnded, *, doubts: Callable[[int], dict[str, bool]] = lambda _since_ns: {}
    ) -> None:
        """Make the trial's result and keep it, with its trace, and with what the care team will get.

        `doubts` says what made the data of the time since then doubtful: too weak a power supply.
        """
        head = self._file.head
        readings, path = self._file.end()
        if head is None:
            raise StoreError("a trial ended that never began; it is not kept")
        kept = finish(head, readings, ended, noise_n=self.zero.noise_n)
        if not ended.weight_doubtful and ended.attempt.body_weight_n is not None:
            self.memory.keep_weight(ended.attempt.body_weight_n)
        end_ns = ended.attempt.ended_ns
        if self._recording_ns is not None and end_ns is not None:
            source_s = (
                round((head.hold_started_ns - self._recording_ns) / S, 3),
                round((end_ns - self._recording_ns) / S, 3),
            )
            kept = replace(kept, result=msgspec.structs.replace(kept.result, source_s=source_s))
        quality = {**kept.result.quality, **doubts(head.hold_started_ns)}
        events, marks_s = self._tally.end_trial(head)
        started, clock = begun(head.started_at, head.result.started, self._heading.moment())
        result = msgspec.structs.replace(
            kept.result, events=events, marks_s=marks_s, started=started, clock=clock, quality=quality
        )
        kept = replace(kept, result=result)
        header = self.header()

        def keep(*, traceless: bool = False) -> None:
            raw, sent = (b"" if traceless else kept.raw), (kept.sent if self._sends_traces else b"")
            self._store.keep_trial(kept.result, raw, header, sent=sent, lost=traceless)
            with suppress(OSError):  # a file left behind is known by its trial at the next start
                discard(path)
            self._store.mind_disk()

        self._later.write(keep, smaller=partial(keep, traceless=True))

    def _make_room(self) -> bool:
        made = self._store.make_room(self.header())
        if made:
            self._log("the disk is full: the oldest raw traces are dropped, results are kept")
        return made

    def count_ended(self, ended: CountEnded) -> None:
        """Keep an exercise beside the board, of which the person said how many."""
        place = Place(new_id(), self.session or new_id(), ended.number, ended.attempt_number)
        result = finish_counted(self._blank(ended.planned, place), ended)
        header = self.header()
        self._later.write(lambda: self._store.keep_trial(result, b"", header))

    def _blank(self, planned: Planned, place: Place) -> TrialResult:
        identity = self._heading.identity
        return blank_result(planned, place, started=self._heading.text(), cal=identity.cal, sim=identity.sim)

    def journal_ended(self, journal: JournalEnded) -> None:
        """Keep what was written down after the session."""
        result = JournalResult(
            session=self._last_session or new_id(),
            written=self._heading.text(),
            counts=journal.counts,
            choices=journal.choices,
            guided=journal.guided,
            sim=self._heading.identity.sim,
        )
        header = self.header()
        notes = self.memory.journal_notes(journal)
        self._later.write(lambda: self._store.post("result/journal", result, header, notes=notes))

    def keep_progress(self, course: Course) -> None:
        """Keep how far the session has come, before a screen shows it."""
        progress = course.progress()
        if self.session is not None and progress is not None:
            tally = self._tally
            self.memory.keep_progress(
                self.session, self._started, progress, events=tally.session, trial_events=tally.trial
            )

    def session_ended(self, ended: SessionEnded) -> None:
        """Keep the session's result."""
        if self.session is None:
            return
        started, clock = begun(self._started_at, self._started, self._heading.moment())
        result = SessionResult(
            session=self.session,
            started=started,
            clock=clock,
            ended=self._heading.text(),
            complete=ended.ended_by == "finished",
            ended_by=ended.ended_by,
            trials=ended.trials,
            answers=ended.answers,
            rx_version=self._heading.rx_version(),
            sim=self._heading.identity.sim,
            events=dict(self._tally.session),
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
            detail = {"trial": head.result.trial, "at_s": self._tally.mark(t_ns, head)}
        self.looked_on()
        self.happened(Happening("mark", t_ns, detail))

    def stopped(self, alert: Happening, words: tuple[str, ...]) -> None:
        """Keep that there is no training today, with the advice, and tell the care team: both or neither.

        It holds from this moment, whatever the disk says.
        """
        self._tally.count(alert.kind)
        self._alert(self.stops.stop(words), alert.kind, self.session, alert.detail, self.header())

    def unanswered(self, alert: Happening) -> None:
        """Keep that nobody answered "Are you all right?", and tell the care team: both or neither.

        Until they have answered there is no training, from this moment, whatever the disk says.
        """
        self._tally.count(alert.kind)
        self._alert(self.stops.hold(), alert.kind, self.session, alert.detail, self.header())

    def _unanswered(self, session: str, subj: str | None, header: Header) -> None:
        """Tell of a possible fall that a loss of power left unanswered by the person whose session it was."""
        self._alert(self.stops_of(subj).hold(), FALL, session, {"power_lost": True}, header)

    def _alert(self, note: Note, kind: str, session: str | None, detail: Detail, header: Header) -> None:
        body = EventBody(kind=kind, session=session, detail=detail)
        self._later.write(lambda: self._store.post("event", body, header, notes=[note]))

    def happened(self, happening: Happening) -> None:
        """Count what happened, and tell the care team what it should know at once."""
        self._tally.count(happening.kind)
        if happening.kind in REPORTED:
            self.report(happening.kind, happening.detail)

    def report(self, kind: str, detail: Detail) -> None:
        """Put an event for the care team into the outbox."""
        body = EventBody(kind=kind, session=self.session, detail=detail)
        header = self.header()
        self._later.write(lambda: self._store.post("event", body, header))

    # -- what is remembered --------------------------------------------------------------------------------

    def results_before(self) -> list[bytes]:
        """Return the results of this person's trials; none where the disk does not tell now."""
        with suppress(StoreError, sqlite3.Error):
            return self._store.results_of(self._heading.identity.subj)
        return []

    def care_side(self) -> CareSide | None:
        """Return whether the care team's computer answers, as the uplink last knew."""
        return known_care_side(self._store)

    def all_is_known(self) -> bool:
        """Return whether the care side has committed everything that was to be told; False when unknown."""
        if self._later.waits:
            return False
        with suppress(StoreError, sqlite3.Error):
            return self._store.backlog().depth == 0
        return False

    def weigh_with(self, cal: str) -> None:
        """Name this plate in everything made from now on."""
        self._heading.weigh_with(cal)

    def header(self, *, hist: bool = False) -> Header:
        """Return the head of a message made now."""
        return self._heading.header(hist=hist)
