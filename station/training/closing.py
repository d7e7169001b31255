"""The phases of a session and the way out of it: questions at the end, summary, journal, or nobody there."""

from collections.abc import Callable
from typing import Final

from station.sway.reading import Sample
from station.training.attempt import Attempt
from station.training.caps import Allowance
from station.training.ended import EndedBy, JournalEnded, Outcome, SessionEnded
from station.training.fall import FallWatch
from station.training.outcome import Happening
from station.training.programme import Programme
from station.training.progress import Progress
from station.training.questionnaire import Questionnaire
from station.training.questions import CHECK_IN, GOAL, JOURNAL, Asked, check_out
from station.training.routine import Side
from station.training.snapshot import Phase, Question
from station.training.today import Today
from station.training.words import MINUTES_DONE, PAIN_ROSE, summary_words, week_words

S: Final = 1_000_000_000
FAULT_SHOWN_S: Final = 0.3
PAIN_RISE: Final = 2
NOBODY_TRAINS: Final[tuple[Phase, ...]] = ("welcome", "blocked", "summary", "journal")
COUNTED: Final[tuple[Phase, ...]] = ("hold", "rest", "guided")  # as minutes of training
LONGEST_SAMPLE_S: Final = 1.0


class Closing:
    """What every phase stands on, and how a session ends. Times are the newest sample's.

    What the station remembers of this person is given before a session: `allowance`, `known_weight_n` (of
    the last sessions), `bests_s` (longest holds by routine, rung and side), `own_reach_mm` (limits of
    stability by direction), `week` (the six days before
    today, oldest first), `weekday`, `tip` and `ask_goal`.
    """

    def __init__(self, programme: Programme, adopted: Callable[[Programme], None]) -> None:
        self.programme = programme
        self._waiting: Programme | None = None
        self._adopted = adopted
        self.allowance = Allowance()
        self.known_weight_n: float | None = None
        self.bests_s: dict[tuple[str, int, Side | None], float] = {}
        self.own_reach_mm: dict[str, float] | None = None
        self.week: tuple[bool, ...] = ()
        self.weekday = 0
        self.tip = ""
        self.ask_goal = False
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
        self._questions = Questionnaire(CHECK_IN)
        self._asking = False
        self._fall: FallWatch | None = None
        self._ended_by: EndedBy = "finished"
        self._pain_told = False
        self._journal: dict[str, tuple[Asked, int]] = {}

    @property
    def question(self) -> Question | None:
        """Return the question to be answered now."""
        return self._questions.current if self._asking else None

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

    def progress(self) -> Progress | None:
        """Return how far the session has come, or None when there is none."""
        if self.phase in NOBODY_TRAINS:
            return None
        return self.today.progress(
            self.programme.rx_version,
            result_shown=self.phase == "result" and bool(self.today.results) and not self.today.all_done,
            closing=self.phase == "checkout",
            fallen=self.phase == "all_right" or self._fall is not None,
            told=self.phase == "all_right" and bool(self.words),
        )

    def _go(self, phase: Phase) -> None:
        self.phase = phase
        self._phase_ns = self._t_ns
        self._asking = False

    def _ask(self, phase: Phase, *asked: Asked) -> None:
        self._questions = Questionnaire(asked)
        self._go(phase)
        self._asking = True

    def _count_time(self, sample: Sample) -> None:
        if self.phase in COUNTED and self._t_ns:
            self.today.trained_s += min(LONGEST_SAMPLE_S, max(0.0, (sample.t_ns - self._t_ns) / S))

    def _adopt(self) -> None:
        if self._waiting is None:
            return
        self.programme, self._waiting = self._waiting, None
        self.note = self.programme.note
        self._adopted(self.programme)

    @property
    def _trained_before(self) -> bool:
        return self.allowance.since_last_s is not None

    def _check_out(self) -> list[Outcome]:
        pain_known = "pain_after" in self.today.answers
        self._ask("checkout", *check_out(trained_before=self._trained_before, pain_known=pain_known))
        return []

    def _pain_up(self, pain: int) -> list[Outcome]:
        """Tell of a pain that rose by two or more in this session; once."""
        rise = pain - int(self.today.answers.get("pain", pain))
        if rise < PAIN_RISE or self._pain_told:
            return []
        self._pain_told = True
        return [Happening("pain_up", self._t_ns, {"rise": rise})]

    def _finish(self) -> list[Outcome]:
        outcomes = self._pain_up(int(self.today.answers.get("pain_after", 0)))
        return [*outcomes, *self._end(self._ended_by)]

    def _end(self, ended_by: EndedBy) -> list[Outcome]:
        self.attempt = None
        results = self.today.results
        tried = [result for result in results if result.outcome != "fault"]
        words = summary_words(
            done=sum(result.outcome == "done" for result in tried),
            tried=len(tried),
            held_s=sum(result.held_s for result in results),
            stopped=ended_by == "stopped",
            best_s=self.today.best_s,
            holds_only=all(result.goal is None for result in results),
        )
        reasons = ((PAIN_ROSE, self._pain_told), (MINUTES_DONE, self.today.minutes_reached))
        more = tuple(sentence for sentence, is_so in reasons if is_so)
        trained = (week_words(sum(self.week_with_today())),) if self.week and results else ()
        self.words = (*more, *words[:-1], *trained, words[-1])
        self._go("welcome" if ended_by == "away" else "summary")
        self._adopt()
        return [SessionEnded(ended_by, self.today.trials, self.answers(), self.today.trained_s)]

    def week_with_today(self) -> tuple[bool, ...]:
        """Return on which of the last seven days was trained, today last."""
        trained_today = bool(self.today.results) or self.allowance.sessions_today > 0
        return (*self.week, trained_today) if self.week else ()

    # -- journal -------------------------------------------------------------------------------------------

    def _write_journal(self) -> list[Outcome]:
        self._journal = {}
        self._ask("journal", *JOURNAL, *((GOAL,) if self.ask_goal else ()))
        return []

    def _journal_answered(self, asked: Asked, value: int) -> list[Outcome]:
        self._journal[asked.key] = (asked, value)
        return self._close_journal() if self._questions.current is None else []

    def _close_journal(self) -> list[Outcome]:
        """Keep what was written, as far as it goes."""
        self._go("welcome")
        answers = self._journal.values()
        counts = {asked.key: value for asked, value in answers if asked.kind == "count"}
        choices = {asked.key: asked.choices[value] for asked, value in answers if asked.kind == "choice"}
        guided = dict(self.today.guided)
        self._journal = {}
        return [JournalEnded(counts, choices, guided)] if counts or choices else []
