"""The phases of a session and the way out of it: questions at the end, summary, or nobody there."""

from collections.abc import Callable
from typing import Final

from station.sway.reading import Sample
from station.training.attempt import Attempt
from station.training.ended import EndedBy, Outcome, SessionEnded
from station.training.outcome import Happening
from station.training.programme import Programme
from station.training.questionnaire import Questionnaire
from station.training.questions import CHECK_IN, CHECK_OUT
from station.training.snapshot import Phase
from station.training.today import Today
from station.training.words import summary_words

S: Final = 1_000_000_000
FAULT_SHOWN_S: Final = 0.3
PAIN_RISE: Final = 2


class Closing:
    """What every phase stands on, and how a session ends. Times are the newest sample's."""

    def __init__(self, programme: Programme, adopted: Callable[[Programme], None]) -> None:
        self.programme = programme
        self._waiting: Programme | None = None
        self._adopted = adopted
        self.note = programme.note  # the therapist's, until the patient has seen it
        self.phase: Phase = "welcome"
        self._t_ns = 0
        self._phase_ns = 0
        self.sample: Sample | None = None
        self._fault_since_ns: int | None = None
        self.words: tuple[str, ...] = ()
        self._begin()

    def _begin(self) -> None:
        self.today = Today(self.programme)
        self.attempt: Attempt | None = None
        self.questions = Questionnaire(CHECK_IN)
        self._ended_by: EndedBy = "finished"

    def answers(self) -> dict[str, bool | int]:
        """Return what was answered in this session so far."""
        return dict(self.today.answers)

    def in_phase_s(self) -> float:
        """Return for how long the phase has lasted."""
        return (self._t_ns - self._phase_ns) / S

    def board_fault(self) -> bool:
        """Return whether the board has given no numbers for long enough to say so."""
        since_ns = self._fault_since_ns
        return since_ns is not None and self._t_ns - since_ns >= FAULT_SHOWN_S * S

    def _go(self, phase: Phase) -> None:
        self.phase = phase
        self._phase_ns = self._t_ns

    def _adopt(self) -> None:
        if self._waiting is None:
            return
        self.programme, self._waiting = self._waiting, None
        self.note = self.programme.note
        self._adopted(self.programme)

    def _check_out(self) -> list[Outcome]:
        self.questions = Questionnaire(CHECK_OUT)
        self._go("checkout")
        return []

    def _finish(self) -> list[Outcome]:
        outcomes: list[Outcome] = []
        answers = self.today.answers
        rise = int(answers.get("pain_after", 0)) - int(answers.get("pain", 0))
        if rise >= PAIN_RISE:
            outcomes.append(Happening("pain_up", self._t_ns, {"rise": rise}))
        return [*outcomes, *self._end(self._ended_by)]

    def _end(self, ended_by: EndedBy) -> list[Outcome]:
        self.attempt = None
        results = self.today.results
        held = [result for result in results if result.outcome != "fault"]
        self.words = summary_words(
            done=sum(result.outcome == "done" for result in held),
            tried=len(held),
            held_s=sum(result.held_s for result in results),
            stopped=ended_by == "stopped",
        )
        self._go("welcome" if ended_by == "away" else "summary")
        self._adopt()
        return [SessionEnded(ended_by, self.today.trials, self.answers())]
