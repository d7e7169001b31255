"""The course of one session, from the greeting to the summary: samples, presses, answers in, outcomes out.

Time is the newest sample's. What a screen shows of it is in `view.py`.
"""

from collections.abc import Callable
from typing import Final, Literal

from station.sway.reading import Fault, Sample
from station.training.ended import EndedBy, Outcome, SessionEnded, SessionStarted
from station.training.exercising import AWAY_S, Exercising
from station.training.outcome import Happening
from station.training.programme import Programme
from station.training.questions import Asked
from station.training.words import WAIT_FOR_TEAM, blocked_words, pain_words

RESULT_S: Final = 5.0
SUMMARY_S: Final = 120.0

Press = Literal["start", "stop"]


class Course(Exercising):
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
        super().__init__(programme, adopted, plate_mm)
        self.sim = sim
        # What was advised when today's training was stopped; empty: it may begin.
        self.stop_words = stop_words
        self.ready = False  # the board has a zero: without one no load is known

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
        self.today.answers[key] = value
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
            {"question": asked.key, "answer": self.today.answers[asked.key]},
        )
        return [alert, SessionEnded(ended_by, self.today.trials, self.answers())]

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
