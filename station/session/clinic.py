"""A station that several people share: each has a prescription, a course and a memory of their own."""

from collections.abc import Callable
from dataclasses import replace
from math import inf
from typing import Final, Literal

from station.errors import MessageError, PrescriptionError, SupervisionError
from station.session.clock import WallClock
from station.session.prescriptions import Prescriptions, Verify
from station.session.protocol import Answer
from station.session.recorder import Recorder
from station.session.seats import MakeCourse, Seat
from station.session.store import Store
from station.training.choosing import ASKED_AGAIN, FORGET_S, LEFT_AFTER_S, Choosing
from station.training.fitting import Bounds
from station.training.prescription import Prescription
from station.training.progress import Progress
from station.training.questions import ITS_ME

NOBODY: Final = ""


class Clinic:
    """Who trains now. Nothing of one person is shown to, counted for or trained by the next.

    `seat` is that of the person chosen, or of nobody. To be attached before anything else is asked of it.
    """

    def __init__(
        self,
        store: Store,
        bounds: Bounds,
        make_course: MakeCourse,
        *,
        verify: Verify,
        wall: WallClock,
        log: Callable[[str], None],
    ) -> None:
        self._store = store
        self._bounds = bounds
        self._make_course = make_course
        self._verify = verify
        self._wall = wall
        self._log = log
        self._recorder: Recorder
        self._seats: dict[str, Seat] = {}
        self.choosing = Choosing()
        self.seat: Seat

    def attach(self, recorder: Recorder) -> None:
        """Recover what was broken off, and bring everybody's prescription into force.

        Nobody sits here yet, but for somebody whose session may go on.
        """
        self._recorder = recorder
        self.seat = self._seat_of(recorder, NOBODY)
        for subj in self._store.prescribed():
            self._seat_of(recorder, subj)
        known = self.numbers().values()  # nobody else can say that it is they
        left_off = recorder.recover(lambda subj: subj in known)
        if left_off is not None:
            self._resume(recorder, left_off)

    def rx_version(self) -> int | None:
        """Return the version in force for whoever sits here."""
        seat = self._seats.get(self._recorder.subj or NOBODY)
        return None if seat is None else seat.prescriptions.version

    def _seat_of(self, recorder: Recorder, subj: str) -> Seat:
        if subj not in self._seats:
            prescriptions = Prescriptions(
                self._store,
                replace(self._bounds, subj=subj),
                verify=self._verify,
                wall=self._wall,
                log=self._log,
                examine=self._examine,
            )
            prescriptions.attach(recorder)
            programme = prescriptions.in_force()
            course = self._make_course(programme, adopted=prescriptions.adopted)
            prescriptions.adopted(programme)
            self._seats[subj] = Seat(subj, prescriptions, course)
        return self._seats[subj]

    def _resume(self, recorder: Recorder, left_off: Progress) -> None:
        """Offer the person who was interrupted to go on, once they have said that it is they."""
        self.seat = self._seat_of(recorder, recorder.subj or NOBODY)
        self.seat.prescriptions.after_session()  # what a power cut left undecided
        self.seat.prescriptions.before_session(self.seat.course)
        self.seat.course.offer_to_go_on(left_off, recorder.memory.check_in_stands)
        self.choosing.ask_again(0, self.seat.prescriptions.number)
        if self.seat.course.phase == "all_right":  # that question goes first
            self.choosing.confirmed(0)

    def numbers(self) -> dict[str, str]:
        """Return whose each number is."""
        known = ((seat.prescriptions.number, subj) for subj, seat in self._seats.items())
        return {number: subj for number, subj in known if number is not None}

    def _examine(self, rx: Prescription) -> None:
        if rx.number is not None and self.numbers().get(rx.number, rx.subj) != rx.subj:
            raise PrescriptionError(
                f"number: {rx.number} is the number of another patient of this station; give a free one"
            )

    # -- prescriptions -------------------------------------------------------------------------------------

    def prescribe(self, document: bytes) -> None:
        """Let a document go to the person it is for; one that nobody signed is refused in nobody's name."""
        try:
            rx = self._verify(document)
        except (PrescriptionError, MessageError):
            seat = self._seats[NOBODY]
        else:
            foreign = rx.station != self._bounds.station
            seat = self._seats[NOBODY] if foreign else self._seat_of(self._recorder, rx.subj)
        seat.prescriptions.prescribe(document, seat.course)

    # -- who trains ----------------------------------------------------------------------------------------

    def _sit(self, subj: str) -> None:
        seat = self._seat_of(self._recorder, subj)
        self._recorder.belong_to(subj or None)
        sample = self.seat.course.sample
        seat.course.ready = seat.course.ready or self.seat.course.ready
        self.seat = seat
        if sample is not None:
            seat.course.on_sample(sample)

    def choose(self, number: str, t_ns: int) -> None:
        """Ask whoever typed a number that is known here whether it is theirs.

        Raises SupervisionError while another person trains.
        """
        if self.choosing.phase is None or self.choosing.again:
            raise SupervisionError("somebody trains; another person may be chosen when the session has ended")
        subj = self.numbers().get(number)
        if subj is None:
            self._sit(NOBODY)
            self.choosing.not_found(t_ns)
            return
        self._sit(subj)
        self.seat.prescriptions.after_session()  # what a power cut left undecided
        self.seat.prescriptions.before_session(self.seat.course)
        self.choosing.found(number, t_ns)

    def answered(self, answer: Answer, t_ns: int) -> Literal["begin", "go_on", "leave"] | None:
        """Return what the answer to "is this your number" leads to; None for any other answer."""
        choosing = self.choosing
        if choosing.phase != "confirm" or answer.key != ITS_ME.key or not isinstance(answer.value, bool):
            return None
        if not answer.value:
            return "leave"
        begins = not choosing.again
        choosing.confirmed(t_ns)
        return "go_on" if not begins else "begin"

    def forget(self, t_ns: int) -> None:
        """Show the number pad again; what was done must be kept already."""
        self._sit(NOBODY)
        self.choosing.forget(t_ns)

    def is_over(self, t_ns: int) -> bool:
        """Return whether the choice was left alone for too long, or the session has ended.

        A session in which nobody has pressed anything for a while asks whether it is still the same person.
        """
        course, choosing = self.seat.course, self.choosing
        waited_s = choosing.waited_s(t_ns)
        if choosing.phase == "who":
            if choosing.words and waited_s >= FORGET_S:
                choosing.forget(t_ns)
            return False
        if choosing.phase == "confirm":
            ended = choosing.again and course.phase == "welcome"  # away for too long
            return ended or (waited_s >= FORGET_S and not course.today.trials)
        alone_s = min(waited_s, course.in_phase_s())
        if course.phase in ASKED_AGAIN and alone_s >= FORGET_S:
            choosing.ask_again(t_ns, choosing.number)
        return course.phase == "welcome" or alone_s >= LEFT_AFTER_S.get(course.phase, inf)
