"""Prescriptions on their way into force: verified, held against the device's limits, kept, answered."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, Literal, Protocol

import msgspec

from station.errors import MessageError, PrescriptionError
from station.session.bests import longest_holds, newest_reach
from station.session.clock import WallClock
from station.session.memory import WEEK
from station.session.past import own_bests, weeks_behind
from station.session.progress import Progress
from station.session.recorder import Recorder
from station.session.stop import TIME_NOTE
from station.session.store import Header, Store
from station.training.course import Course
from station.training.fitting import Bounds, check_fits, check_prescription
from station.training.prescription import Prescription, is_expired, parse_time
from station.training.programme import Programme, held_programme
from station.training.saying import BACK_AGAIN
from station.training.snapshot import PastView
from station.training.tips import tip_of

LONGEST_REASON: Final = 400  # characters


class Verify(Protocol):
    """Checks the signature of a document, and returns what it says."""

    def __call__(self, document: bytes, *, kept: bool = False) -> Prescription:
        """Return the prescription; one that is `kept` here may be signed with a key retired since.

        Raises PrescriptionError or MessageError.
        """
        ...


class ReplyBody(msgspec.Struct, frozen=True, kw_only=True):
    """Body of an up/reply message (`station.link.messages.Reply`)."""

    rx_version: int
    state: Literal["received", "applied", "rejected"]
    reason: str = ""


class Prescriptions:
    """Which programme is in force, and how another one comes to be.

    Only a document that `verify` accepts can make anything harder. `examine` raises PrescriptionError for
    a new one that cannot stand beside those of other people on this station.
    """

    def __init__(
        self,
        store: Store,
        bounds: Bounds,
        *,
        verify: Verify,
        wall: WallClock,
        log: Callable[[str], None],
        examine: Callable[[Prescription], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._bounds = bounds
        self._verify = verify
        self._examine = examine
        self._wall = wall
        self._log = log
        self._recorder: Recorder | None = None
        self._unfit: tuple[int, str] | None = None  # a kept prescription that may not stand any more, and why
        self._progress = Progress(store, bounds, log=log)
        self.number: str | None = None  # what this person types where several share a station
        self._kept_version = 0  # of this station's and this patient's newest, also where it may not stand
        self._rx = self._newest()
        self.version: int | None = None  # of the programme in force

    def attach(self, recorder: Recorder) -> None:
        """Answer through this recorder."""
        self._recorder = recorder
        if self._unfit is not None:
            self._reply(self._unfit[0], "rejected", self._unfit[1])
        if self._rx is not None:
            recorder.stops_of(self._bounds.whose).prescribed(self._rx)

    def _newest(self) -> Prescription | None:
        """Return the prescription kept here, if its signature and this device's limits still let it stand."""
        kept = self._store.newest_prescription(self._bounds.whose)
        if kept is None:
            return None
        try:
            rx = self._verify(kept[1], kept=True)
            if rx.station == self._bounds.station and rx.subj == (self._bounds.subj or rx.subj):
                self._kept_version = rx.version
                self.number = rx.number
            check_fits(rx, self._bounds)
        except (PrescriptionError, MessageError) as error:
            self._log(f"the prescription kept on this station cannot be used: {error}")
            self._unfit = (kept[0], str(error))
            return None
        return rx

    def in_force(self) -> Programme:
        """Return today's programme: the prescription's while it is valid, else the safe fall-back.

        While the care team holds all training, which no date ends, there is none.
        """
        if self._rx is not None and self._rx.held:
            return held_programme(self._rx)
        if self._rx is None or is_expired(self._rx, self._latest()):
            return self._progress.fallback()
        return self._progress.programme(self._rx, self._wall.now().astimezone().date())

    def after_session(self) -> None:
        """Decide what the sessions that ended ask for, once they are kept, and tell the care team."""
        rx, recorder = self._rx, self._recorder
        if rx is not None and recorder is not None:
            header = self._header(recorder)
            self._write(lambda: self._decide(rx, header))

    def _decide(self, rx: Prescription, header: Header) -> None:
        # A newer prescription takes back what was decided under the one before.
        if rx is self._rx and not rx.held:
            self._progress.decide(rx, header)

    def _latest(self) -> datetime:
        """Return the latest time that is known to have come: a clock that was set back lengthens nothing."""
        known = [self._wall.now()]
        remembered = self._store.note(TIME_NOTE)
        if remembered is not None:
            known.append(datetime.fromisoformat(remembered.decode()))
        if self._rx is not None:
            known.append(parse_time(self._rx.issued, where="issued"))
        return max(known)

    def _remember_time(self) -> None:
        if self._wall.state() == "synced":
            latest = self._latest().astimezone(UTC).isoformat().encode()
            self._write(lambda: self._store.remember(TIME_NOTE, latest))

    def _write(self, write: Callable[[], None]) -> None:
        """Write what a session must not wait for."""
        if self._recorder is None:
            write()
        else:
            self._recorder.write(write)

    def adopted(self, programme: Programme) -> None:
        """Note that a programme came into force; tell the care team when it is a new prescription."""
        if programme.rx_version == self.version:
            return
        self.version = programme.rx_version
        if programme.rx_version is not None:
            version, applied, whose = programme.rx_version, self._wall.text(), self._bounds.whose
            self._write(lambda: self._store.prescription_applied(version, applied=applied, subj=whose))
            self._reply(programme.rx_version, "applied")

    def before_session(self, course: Course) -> None:
        """See to it that the coming session runs what is in force today, or nothing while it is stopped."""
        self._remember_time()
        programme = self.in_force()
        if replace(programme, note="") != replace(course.programme, note=""):
            course.prescribe(programme)
        if self._recorder is not None:
            course.stop_words = self._recorder.stops.words()
            remind(course, self._recorder)

    def look_back(self, course: Course) -> None:
        """Give the course the weeks behind this person, to be shown."""
        if self._recorder is None:
            return
        memory = self._recorder.memory
        course.past = PastView(
            weeks=weeks_behind(memory.minutes_by_days_ago(), memory.today().weekday()),
            most_days_a_week=self.in_force().most_days_a_week,
            bests=own_bests(self._recorder.results_before(), self._bounds.routines, sim=course.sim),
        )

    def prescribe(self, document: bytes, course: Course) -> None:
        """Take a document from the care team: refuse it with its reason, or bring it into force.

        A repeat of the prescription already taken is answered again and changes nothing.
        """
        version = _claimed_version(document)
        try:
            rx = self._verify(document)
            version = rx.version
            if self._rx is not None and rx == self._rx:
                self._write(lambda: self._store.signed_again(version, document, subj=rx.subj))
                self._reply(version, "applied" if self.version == version else "received")
                return
            check_prescription(rx, self._bounds, applied_version=self._kept_version, now=self._latest())
            self._examine(rx)
        except (PrescriptionError, MessageError) as error:
            reason = _readable(str(error))
            self._log(f"prescription {version} refused: {reason}")
            self._reply(version, "rejected", reason)
            return
        self._store.keep_prescription(rx.version, document, received=self._wall.text(), subj=rx.subj)
        self._rx = rx
        self._kept_version = rx.version
        self.number = rx.number
        if self._recorder is not None:
            stops = self._recorder.stops_of(self._bounds.whose)
            stops.prescribed(rx)
            course.stop_words = stops.words()
        self._reply(rx.version, "received")
        course.prescribe(self.in_force())

    def _reply(
        self, version: int, state: Literal["received", "applied", "rejected"], reason: str = ""
    ) -> None:
        if self._recorder is not None:
            body = ReplyBody(rx_version=version, state=state, reason=reason)
            header = self._header(self._recorder)
            self._write(lambda: self._store.post("reply", body, header))

    def _header(self, recorder: Recorder) -> Header:
        """Return the head of a message about this person, whoever trains at this moment."""
        header = recorder.header()
        if not self._bounds.clinic:
            return header
        return msgspec.structs.replace(header, subj=self._bounds.subj or None, rx_version=self.version)


def remind(course: Course, recorder: Recorder) -> None:
    """Give the course what is remembered of the sessions before."""
    memory = recorder.memory
    course.allowance = memory.allowance()
    course.known_weight_n = memory.body_weight_n()
    results = recorder.results_before()
    course.bests_s = longest_holds(results)
    course.own_reach_mm = newest_reach(results)
    course.week = memory.week()
    if (memory.days_away() or 0) >= WEEK and not course.note.startswith(BACK_AGAIN):
        course.note = f"{BACK_AGAIN}\n{course.note}".rstrip()
    course.weekday = memory.today().weekday()
    course.tip = tip_of(memory.today())
    course.ask_goal = memory.asks_goal()


def _readable(reason: str) -> str:
    """Return a reason that quotes a stranger's document as one line that can be read, logged and sent."""
    line = "".join(character if character.isprintable() else "?" for character in reason)
    return line if len(line) <= LONGEST_REASON else f"{line[: LONGEST_REASON - 1]}…"


def _claimed_version(document: bytes) -> int:
    """Return the version a document claims, for the answer to one that is refused; 0 when it claims none."""

    class Claim(msgspec.Struct):
        version: int

    class Claims(msgspec.Struct):
        rx: Claim

    try:
        return msgspec.json.decode(document, type=Claims).rx.version
    except (msgspec.DecodeError, RecursionError):
        return 0
