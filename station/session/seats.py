"""What belongs to one person alone: their prescriptions and their course, with what is remembered of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from station.session.clock import WallClock
from station.session.prescriptions import Prescriptions, Verify, remind
from station.session.recorder import Recorder
from station.session.store import Store
from station.training.course import Course
from station.training.fitting import Bounds
from station.training.programme import Programme


class MakeCourse(Protocol):
    """Makes a course of a programme."""

    def __call__(
        self, programme: Programme, *, adopted: Callable[[Programme], None], stop_words: tuple[str, ...] = ()
    ) -> Course:
        """Return the course; `adopted` is called with every programme it takes up."""
        ...


@dataclass(frozen=True, slots=True)
class Seat:
    """One person's, by pseudonym."""

    subj: str | None
    prescriptions: Prescriptions
    course: Course


class Home:
    """The one seat of a station that belongs to one person."""

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
        self._bounds = bounds
        self._make_course = make_course
        self._prescriptions = Prescriptions(store, bounds, verify=verify, wall=wall, log=log)
        self.seat: Seat

    def rx_version(self) -> int | None:
        """Return the version in force."""
        return self._prescriptions.version

    def attach(self, recorder: Recorder) -> None:
        """Recover what was broken off, and let the person sit; offer to go on with a session under way."""
        prescriptions = self._prescriptions
        prescriptions.attach(recorder)
        left_off = recorder.recover()
        prescriptions.after_session()  # what a power cut left undecided
        programme = prescriptions.in_force()
        course = self._make_course(
            programme, adopted=prescriptions.adopted, stop_words=recorder.stops.words()
        )
        prescriptions.adopted(programme)
        remind(course, recorder)
        if left_off is not None:
            course.offer_to_go_on(left_off, recorder.memory.check_in_stands)
        self.seat = Seat(self._bounds.subj, prescriptions, course)
