"""The course of one session, from the greeting to the summary: samples, presses, answers in, outcomes out.

Time is the newest sample's. What a screen shows of it is in `view.py`.
"""

from collections.abc import Callable
from typing import Final, Literal

from station.sway.reading import Fault, Sample
from station.training.attempt import Attempt
from station.training.attempts import start_attempt
from station.training.ended import EndedBy, Outcome, SessionEnded, SessionStarted, TrialEnded
from station.training.fall import ANSWER_S, FallWatch
from station.training.outcome import AttemptOutcome, Happening
from station.training.programme import Programme, still_to_do
from station.training.questionnaire import Questionnaire
from station.training.questions import CHECK_IN, CHECK_OUT, Asked
from station.training.snapshot import Phase, ResultView
from station.training.words import (
    BROKEN_OFF_LAST,
    FALL_WORDS,
    WAIT_FOR_TEAM,
    blocked_words,
    pain_words,
    result_sentence,
    summary_words,
)

S: Final = 1_000_000_000
RESULT_S: Final = 5.0
AWAY_S: Final = 600.0  # nobody answered or stepped on: the session ends by itself
SUMMARY_S: Final = 120.0
FAULT_SHOWN_S: Final = 0.3
REPEATS_AFTER_FAULT: Final = 3
PAIN_RISE: Final = 2

Press = Literal["start", "stop"]


class Course:
    """One patient's way through sessions on one station.

    `on_sample`, `on_press` and `on_answer` return what came of them, in order. A new programme given with
    `prescribe` is taken up between exercises only; `adopted` is called with it then.
    """

    def __init__(
        self,
        programme: Programme,
        *,
        plate_mm: tuple[float, float],
        sim: bool,
        adopted: Callable[[Programme], None] = lambda _: None,
        stop_words: tuple[str, ...] = (),
    ) -> None:
        self.programme = programme
        self._waiting: Programme | None = None
        self._adopted = adopted
        self.plate_mm = plate_mm
        self.sim = sim
        self.phase: Phase = "welcome"
        # What was advised when today's training was stopped; empty: it may begin.
        self.stop_words = stop_words
        self.ready = False  # the board has a zero: without one no load is known
        self._t_ns = 0
        self._phase_ns = 0
        self.sample: Sample | None = None
        self._fault_since_ns: int | None = None
        self.words: tuple[str, ...] = ()
        self.note = programme.note  # the therapist's, until the patient has seen it
        self._begin()

    def _begin(self) -> None:
        self.plan = list(self.programme.planned)
        self.index = 0
        self.attempt_number = 1
        self._repeats = 0
        self.trials = 0
        self.attempt: Attempt | None = None
        self._fall: FallWatch | None = None
        self.results: list[ResultView] = []
        self.questions = Questionnaire(CHECK_IN)
        self._answers: dict[str, bool | int] = {}
        self.body_weight_n = self.programme.body_weight_n
        self._ended_by: EndedBy = "finished"

    # -- what comes in -------------------------------------------------------------------------------------

    def prescribe(self, programme: Programme) -> None:
        """Take up another programme: now when nobody trains, else before the next exercise."""
        self._waiting = programme
        if self.phase in ("welcome", "blocked", "summary"):
            self._adopt()

    def on_sample(self, sample: Sample) -> list[Outcome]:
        """Take the next sample; all waiting and counting happens here."""
        self._t_ns = sample.t_ns
        self._phase_ns = self._phase_ns or sample.t_ns
        self.sample = sample
        if sample.fault is Fault.NONE:
            self._fault_since_ns = None
        elif self._fault_since_ns is None:
            self._fault_since_ns = sample.t_ns
        if self._fall is not None:
            fallen = self._watch_fall(self._fall, sample)
            if fallen or self.phase == "all_right":
                return fallen
        if self.attempt is not None and self.phase in ("step_on", "weigh", "countdown", "hold"):
            return self._on_attempt(self.attempt, sample)
        return self._on_time()

    def on_press(self, button: Press) -> list[Outcome]:
        """Take a button press; stop works in every phase of a session."""
        if self.phase == "all_right":
            return self._all_right()
        self._fall = None  # whoever presses is there
        if button == "stop":
            return self._on_stop()
        match self.phase:
            case "welcome":
                return self._start() if self.ready else []
            case "plan":
                return self._set_up()
            case "setup":
                self._step_on()
            case "result":
                return self._after_result()
            case "blocked" | "summary":
                self._go("welcome")
        return []

    def on_answer(self, key: str, value: bool | int) -> list[Outcome]:  # noqa: FBT001 a question's answer
        """Take an answer; one to another question than the one asked, or of the wrong kind, is ignored."""
        if self.phase not in ("checkin", "checkout"):
            return []
        asked = self.questions.answer(key, value)
        if asked is None:
            return []
        self._fall = None  # whoever answers is there
        self._answers[key] = value
        self._phase_ns = self._t_ns
        if asked.stops_on is not None and value is asked.stops_on:
            return self._block("red_flag", asked, blocked_words(asked.advice))
        if key == "pain" and value > self.programme.pain_limit:
            return self._block("pain", asked, pain_words(value, self.programme.pain_limit))
        return self._all_answered() if self.questions.current is None else []

    def _all_answered(self) -> list[Outcome]:
        if self.phase == "checkin":
            self.note = ""
            self._go("plan")
            return []
        return self._finish()

    # -- phases --------------------------------------------------------------------------------------------

    def _go(self, phase: Phase) -> None:
        self.phase = phase
        self._phase_ns = self._t_ns

    def answers(self) -> dict[str, bool | int]:
        """Return what was answered in this session so far."""
        return dict(self._answers)

    def in_phase_s(self) -> float:
        """Return for how long the phase has lasted."""
        return (self._t_ns - self._phase_ns) / S

    def _adopt(self) -> None:
        if self._waiting is None:
            return
        self.programme, self._waiting = self._waiting, None
        self.note = self.programme.note
        self._adopted(self.programme)

    def _start(self) -> list[Outcome]:
        self._adopt()
        if self.stop_words:
            self.words = (*self.stop_words, WAIT_FOR_TEAM)
            self._go("blocked")
            return []
        self._begin()
        self._go("checkin")
        return [SessionStarted()]

    def _block(self, ended_by: EndedBy, asked: Asked, words: tuple[str, ...]) -> list[Outcome]:
        self.words = words
        self.stop_words = words
        self._go("blocked")
        alert = Happening(
            "red_flag" if ended_by == "red_flag" else "pain_stop",
            self._t_ns,
            {"question": asked.key, "answer": self._answers[asked.key]},
        )
        return [alert, SessionEnded(ended_by, self.trials, dict(self._answers))]

    def _set_up(self) -> list[Outcome]:
        self._take_up_waiting()
        if self.index >= len(self.plan):
            return self._check_out()
        self._go("setup")
        return []

    def _take_up_waiting(self) -> None:
        """Between exercises: keep what is done, replace what is to come."""
        if self._waiting is None:
            return
        self._adopt()
        done = self.plan[: self.index]
        self.plan = done + still_to_do(self.programme, done)
        if self.programme.body_weight_n is not None:
            self.body_weight_n = self.programme.body_weight_n

    def _step_on(self) -> None:
        planned = self.plan[self.index]
        self.attempt = start_attempt(planned, plate_mm=self.plate_mm, body_weight_n=self.body_weight_n)
        self._go("step_on")

    def _watch_fall(self, fall: FallWatch, sample: Sample) -> list[Outcome]:
        fall.step(sample)
        if fall.over or self.phase not in ("result", "rest", "setup", "step_on", "checkout", "all_right"):
            self._fall = None
        elif fall.asking and self.phase != "all_right":
            self.attempt = None
            self._go("all_right")
            return [Happening("all_right_asked", sample.t_ns)]
        elif fall.unanswered and not self.words:
            self.words = FALL_WORDS
            return [Happening("possible_fall", sample.t_ns, {"unanswered_s": ANSWER_S})]
        return []

    def _all_right(self) -> list[Outcome]:
        """Take the answer: the person is there. The session ends gently, with the questions at its end."""
        told = bool(self.words)
        self._fall = None
        self.words = ()
        self._ended_by = "stopped"
        answered = Happening("all_right_answered", self._t_ns, {"care_team_told": told})
        return [answered, *self._check_out()]

    def _on_attempt(self, attempt: Attempt, sample: Sample) -> list[Outcome]:
        happenings = attempt.step(sample)
        if attempt.body_weight_n is not None:
            self.body_weight_n = attempt.body_weight_n
        if attempt.outcome is not None:
            return [*happenings, *self._attempt_over(attempt, attempt.outcome)]
        if attempt.phase != self.phase:
            self._go(attempt.phase)
        if self.phase == "step_on" and self.in_phase_s() > AWAY_S:
            return [*happenings, *self._end("away")]
        return list(happenings)

    def _attempt_over(self, attempt: Attempt, outcome: AttemptOutcome) -> list[Outcome]:
        self.attempt = None
        self._go("result")
        if attempt.hold_started_ns is None:
            return []  # stopped before it began
        planned = self.plan[self.index]
        best_s = max((r.held_s for r in self.results if r.title == planned.routine.title), default=0.0)
        sentence = result_sentence(outcome, held_s=attempt.held_s, hold_s=attempt.hold_s, best_s=best_s)
        if outcome == "fault" and self._repeats >= REPEATS_AFTER_FAULT:
            sentence = BROKEN_OFF_LAST
        self.results.append(
            ResultView(
                title=planned.routine.title,
                outcome=outcome,
                held_s=attempt.held_s,
                hold_s=attempt.hold_s,
                in_target_percent=attempt.in_target_percent,
                sentence=sentence,
            )
        )
        self.trials += 1
        if outcome == "lost" and attempt.gone_ns is not None:
            self._fall = FallWatch(attempt.gone_ns)
            self.words = ()
        return [TrialEnded(self.trials, self.attempt_number, planned, attempt, outcome)]

    def _after_result(self) -> list[Outcome]:
        planned = self.plan[self.index]
        # An attempt that the board broke off is done again; it was not the patient's.
        if self.results[-1].outcome == "fault" and self._repeats < REPEATS_AFTER_FAULT:
            self._repeats += 1
        else:
            self.attempt_number += 1
        if self.attempt_number > planned.attempts:
            self.index += 1
            self.attempt_number = 1
            self._repeats = 0
            self._take_up_waiting()
        if self.index >= len(self.plan):
            return self._check_out()
        self._go("rest")
        return []

    def _after_rest(self) -> list[Outcome]:
        if self.attempt_number == 1 and self._repeats == 0:
            return self._set_up()
        self._step_on()
        return []

    def rest_s(self) -> float:
        """Return how long this rest is: that of the exercise just done."""
        index = self.index if self.attempt_number > 1 or self._repeats else self.index - 1
        return self.plan[max(0, index)].rest_s

    def _on_time(self) -> list[Outcome]:
        waited_s = self.in_phase_s()
        if self.phase == "result" and waited_s >= RESULT_S:
            return self._after_result()
        if self.phase == "rest" and waited_s >= self.rest_s():
            return self._after_rest()
        if self.phase == "summary" and waited_s >= SUMMARY_S:
            self._go("welcome")
        elif self.phase in ("checkin", "plan", "setup", "checkout") and waited_s >= AWAY_S:
            return self._end("away")
        return []

    def _on_stop(self) -> list[Outcome]:
        if self.phase in ("welcome", "blocked", "summary"):
            self._go("welcome")
            return []
        outcomes: list[Outcome] = []
        if self.attempt is not None:
            attempt = self.attempt
            happenings = attempt.stop(self._t_ns)
            outcomes = [*happenings, *self._attempt_over(attempt, "stopped")]
        self._ended_by = "stopped"
        if self.phase in ("checkin", "checkout", "plan"):
            return [*outcomes, *self._end("stopped")]
        return [*outcomes, *self._check_out()]

    def _check_out(self) -> list[Outcome]:
        self.questions = Questionnaire(CHECK_OUT)
        self._go("checkout")
        return []

    def _finish(self) -> list[Outcome]:
        outcomes: list[Outcome] = []
        rise = int(self._answers.get("pain_after", 0)) - int(self._answers.get("pain", 0))
        if rise >= PAIN_RISE:
            outcomes.append(Happening("pain_up", self._t_ns, {"rise": rise}))
        return [*outcomes, *self._end(self._ended_by)]

    def _end(self, ended_by: EndedBy) -> list[Outcome]:
        self.attempt = None
        held = [r for r in self.results if r.outcome != "fault"]
        self.words = summary_words(
            done=sum(r.outcome == "done" for r in held),
            tried=len(held),
            held_s=sum(r.held_s for r in self.results),
            stopped=ended_by == "stopped",
        )
        self._go("welcome" if ended_by == "away" else "summary")
        self._adopt()
        return [SessionEnded(ended_by, self.trials, dict(self._answers))]

    def board_fault(self) -> bool:
        """Return whether the board has given no numbers for long enough to say so."""
        since_ns = self._fault_since_ns
        return since_ns is not None and self._t_ns - since_ns >= FAULT_SHOWN_S * S
