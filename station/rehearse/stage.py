"""One session in virtual time: samples in, presses and answers by somebody, and all that came of it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec

from station.rehearse.explain import Explainer
from station.rehearse.footing import Footing
from station.session.trial import Place, blank_result, finish_counted
from station.sway.reading import Fault, Sample
from station.sway.report import Report
from station.training.course import Course
from station.training.ended import CountEnded, Outcome, SessionEnded, TrialEnded
from station.training.outcome import Happening
from station.training.result import FaultSpan, SupportResult, TrialResult
from station.training.snapshot import Question

S: Final = 1_000_000_000
PRESSED: Final = ("welcome", "message", "plan", "setup")
OVER: Final = ("summary", "blocked")
MOST_PRESSES: Final = 100  # at one instant: more is a screen that nobody gets past

Detail = dict[str, str | float | int | bool | None]


class Somebody(Protocol):
    """Who answers."""

    def answer(self, question: Question) -> bool | int:
        """Return the answer to a question."""
        ...


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, at a virtual time, in a phase of the session.

    `beside` is a step on or off that no exercise watched: a station says nothing of it.
    """

    kind: str
    t_ns: int
    phase: str
    detail: Detail = field(default_factory=dict)
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """A result, and when its hold began and ended (virtual time)."""

    result: TrialResult
    span_ns: tuple[int, int]


Measure = Callable[[Sequence[tuple[int, int]]], Report | None]


class Stage:
    """Runs one session of a course, from `start_ns` on.

    Nothing is pressed or answered while `absent`, and no check-out answered while `hold_back`.
    """

    def __init__(
        self,
        course: Course,
        somebody: Somebody,
        measure: Measure,
        *,
        start_ns: int,
        explain: bool = False,
        name: str = "",
    ) -> None:
        self.course = course
        self._somebody = somebody
        self._measure = measure
        self._name = name
        self._footing = Footing()
        self._faults: list[FaultSpan] = []
        self._of_trial: Counter[str] = Counter()
        self._fault: tuple[Fault, int] | None = None
        self._t_ns = start_ns
        self._begun = False
        self.hold_back = False
        self.absent = False
        self.explainer = Explainer() if explain else None
        self.events: list[Event] = []
        self.trials: list[Trial] = []
        self.ended: SessionEnded | None = None

    @property
    def over(self) -> bool:
        """Return whether the session has come to its end."""
        phase = self.course.phase
        return self._begun and (phase in OVER or (phase == "welcome" and self.ended is not None))

    def react(self) -> None:
        """Press and answer until there is nothing to press or answer."""
        course = self.course
        for _ in range(MOST_PRESSES):
            phase = course.phase
            if self.over or self.absent or (self.hold_back and phase in ("checkout", "journal")):
                return
            question = course.question
            if question is not None:
                self._take(course.on_answer(question.key, self._somebody.answer(question)))
            elif phase in PRESSED and (phase != "welcome" or not self._begun):
                self._begun = True
                self._take(course.on_press("start"))
            else:
                return

    def take(self, sample: Sample) -> None:
        """Take the next sample and react to what comes of it."""
        course = self.course
        self._t_ns = sample.t_ns
        attempt, phase = course.attempt, course.phase
        self._watch_faults(sample, counting=phase == "hold")
        outcomes = course.on_sample(sample)
        footing = self._footing.step(sample, course.today.body_weight_n)
        if self.hold_back:
            self.absent = not self._footing.on
        if self.explainer is not None:
            self.explainer.take(sample, attempt, phase)
        if outcomes:
            self._take(outcomes)
        elif footing is not None and attempt is None:
            self.events.append(Event(footing, sample.t_ns, course.phase, beside=True))
        if course.phase != phase or footing is not None:
            self.react()

    def stop(self) -> None:
        """Press stop."""
        self._take(self.course.on_press("stop"))
        self.react()

    def press(self) -> None:
        """Press start, whatever is shown."""
        self._take(self.course.on_press("start"))
        self.react()

    def finish(self) -> None:
        """End the session: somebody is there and answers, and an attempt under way is stopped."""
        self.hold_back = self.absent = False
        if self.course.phase in ("all_right", "result"):
            self.press()
        self.react()
        if not self.over:
            self.stop()

    # -- what comes of it ----------------------------------------------------------------------------------

    def _take(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            match outcome:
                case Happening():
                    if outcome.kind == "hold_started":
                        self._faults, self._fault = [], None
                        self._of_trial.clear()
                    self._of_trial[outcome.kind] += 1
                    self.events.append(
                        Event(outcome.kind, outcome.t_ns or self._t_ns, self.course.phase, outcome.detail)
                    )
                case TrialEnded():
                    self.trials.append(self._trial(outcome))
                case CountEnded():
                    self.trials.append(self._counted(outcome))
                case SessionEnded():
                    self.ended = outcome

    def _watch_faults(self, sample: Sample, *, counting: bool) -> None:
        started_ns = self.course.attempt.hold_started_ns if self.course.attempt is not None else None
        if not counting or started_ns is None:
            return
        if sample.fault is not Fault.NONE:
            self._fault = self._fault or (sample.fault, sample.t_ns)
        elif self._fault is not None:
            self._end_fault(sample.t_ns, started_ns)

    def _end_fault(self, t_ns: int, started_ns: int) -> None:
        if self._fault is None:
            return
        fault, from_ns = self._fault
        self._fault = None
        from_s, to_s = (round(max(0, ns - started_ns) / S, 2) for ns in (from_ns, t_ns))
        self._faults.append(FaultSpan(fault=fault.name.lower(), cell=None, from_s=from_s, to_s=to_s))

    def _blank(self, ended: TrialEnded | CountEnded) -> TrialResult:
        place = Place(f"{self._name}trial-{ended.number}", self._name, ended.number, ended.attempt_number)
        return blank_result(ended.planned, place, started="", cal="", sim=self.course.sim)

    def _counted(self, ended: CountEnded) -> Trial:
        return Trial(finish_counted(self._blank(ended), ended), (self._t_ns, self._t_ns))

    def _trial(self, ended: TrialEnded) -> Trial:
        attempt, planned = ended.attempt, ended.planned
        start_ns = attempt.hold_started_ns or self._t_ns
        end_ns = attempt.ended_ns or self._t_ns
        self._end_fault(end_ns, start_ns)
        made = self._measure(attempt.spans_ns)
        blank = self._blank(ended)
        result = msgspec.structs.replace(
            blank,
            outcome=ended.outcome,
            hold_s=round(attempt.held_s, 2),
            body_weight_n=_rounded(attempt.body_weight_n, 1),
            measures={
                **({n: round(v, 4) for n, v in made.measures.items()} if made is not None else {}),
                **attempt.tally,
            },
            quality=made.quality if made is not None else {},
            support=SupportResult(
                mean_percent=_rounded(attempt.support_mean_percent, 2),
                max_percent=_rounded(attempt.support_max_percent, 2),
                limit_percent=blank.support.limit_percent,
            ),
            in_target_percent=_rounded(attempt.in_target_percent, 1),
            faults=tuple(self._faults),
            kind=planned.routine.kind,
            count=attempt.count,
            events=dict(self._of_trial),
        )
        return Trial(result, (start_ns, end_ns))


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
