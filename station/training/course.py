"""The course of one session, from the greeting to the journal: samples, presses, answers in, outcomes out.

Time is the newest sample's. What a screen shows of it is in `view.py`.
"""

from collections.abc import Callable
from typing import Final, Literal

from station.sway.reading import Fault, Sample
from station.training.caps import too_much
from station.training.closing import NOBODY_TRAINS
from station.training.ended import EndedBy, Outcome, SessionEnded, SessionStarted
from station.training.exercising import AWAY_S, Exercising
from station.training.fall import FallWatch
from station.training.outcome import Happening
from station.training.programme import Programme
from station.training.progress import Progress
from station.training.questions import OVERDONE, PAIN_NOW, SWOLLEN, Asked, check_in
from station.training.snapshot import Phase
from station.training.words import FALL_WORDS, RESUME_WORDS, WAIT_FOR_TEAM, blocked_words, pain_words

RESULT_S: Final = 5.0
SUMMARY_S: Final = 120.0
LONGEST_GUIDED_SHARE: Final = 3  # of the minutes an exercise beside the board asks for

Press = Literal["start", "stop", "pause"]

ON_THE_BOARD: Final[tuple[Phase, ...]] = ("step_on", "weigh", "countdown", "hold")
PAUSABLE: Final[tuple[Phase, ...]] = (*ON_THE_BOARD, "plan", "setup", "result", "rest", "guided")


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

    def _begin(self) -> None:
        super()._begin()
        self._check_in_stands: Callable[[], bool] | None = None  # only after a loss of power

    # -- what comes in -------------------------------------------------------------------------------------

    def prescribe(self, programme: Programme) -> None:
        """Take up another programme: now when nobody trains, else before the next exercise."""
        self._waiting = programme
        if self.phase in NOBODY_TRAINS:
            self._adopt()

    def offer_to_go_on(self, progress: Progress, check_in_stands: Callable[[], bool]) -> None:
        """After a loss of power: offer to go on where the session was, or to stop.

        `check_in_stands` is asked when the person goes on: whether the check-in is still young enough.
        """
        self._begin()
        self.today.restore(progress, self.programme)
        self._check_in_stands = check_in_stands
        self.words = RESUME_WORDS
        if progress.fallen:
            self.words = FALL_WORDS if progress.told else ()
            self._go("all_right")
        elif progress.closing or (progress.checked_in and self.today.all_done):
            self._check_out()
        else:
            self._go("pause")

    def leave(self) -> list[Outcome]:
        """End whatever is on the screen, since nobody is there any more; what was done is kept."""
        if self.phase not in NOBODY_TRAINS:
            return self._end("away")
        outcomes = self._close_journal() if self.phase == "journal" else []
        self._go("welcome")
        return outcomes

    def on_sample(self, sample: Sample) -> list[Outcome]:
        """Take the next sample; all waiting and counting happens here."""
        self._count_time(sample)
        self._t_ns = sample.t_ns
        self._phase_ns = self._phase_ns or sample.t_ns
        self.sample = sample
        if sample.fault is Fault.NONE:
            self._fault_since_ns = None
        elif self._fault_since_ns is None:
            self._fault_since_ns = sample.t_ns
        if self._fall is None and self.phase == "all_right":
            self._fall = FallWatch(sample.t_ns)  # asked before a loss of power, and not answered
        if self._fall is not None:
            fallen = self._watch_fall(self._fall, sample)
            if fallen or self.phase == "all_right":
                return fallen
        if self.attempt is not None and self.phase in ON_THE_BOARD:
            return self._on_attempt(self.attempt, sample)
        return self._on_time()

    def on_press(self, button: Press) -> list[Outcome]:
        """Take a button press; stop works in every phase of a session, pause while training."""
        if self.phase == "all_right":
            return self._all_right()
        self._fall = None  # whoever presses is there
        if button == "stop":
            return self._on_stop()
        if button == "pause":
            return self._pause() if self.phase in PAUSABLE else []
        return [] if self._asking else self._on_start()

    def _on_start(self) -> list[Outcome]:
        match self.phase:
            case "welcome":
                return self._start() if self.ready else []
            case "plan" | "setup":
                return self._set_up() if self.phase == "plan" else self._step_on()
            case "guided":
                self._ask_count()
            case "step_on" | "weigh" | "countdown" | "hold" | "rest":
                return self._pause()
            case "pause":
                self._go_on()
            case "result":
                return self._after_result()
            case "summary":
                return self._write_journal()
            case _:
                self._on_read()
        return []

    def _on_read(self) -> None:
        """Leave a page that is only read."""
        if self.phase == "message":
            self._check_in()
        elif self.phase in ("blocked", "goodnight", "history"):
            self._go("welcome")

    def on_answer(self, key: str, value: bool | int) -> list[Outcome]:  # noqa: FBT001 a question's answer
        """Take an answer; one to another question than the one asked, or of the wrong kind, is ignored."""
        asked = self._questions.answer(key, value) if self._asking else None
        if asked is None:
            return []
        self._fall = None  # whoever answers is there
        self._phase_ns = self._t_ns
        if self.phase == "journal":
            return self._journal_answered(asked, int(value))
        if self.phase == "guided":
            return self._counted(int(value))
        self.today.answers[key] = value
        if self.phase == "pause":
            return self._pain_told_in_pause(asked, int(value))
        return self._answered(asked, value)

    def _answered(self, asked: Asked, value: bool | int) -> list[Outcome]:  # noqa: FBT001 a question's answer
        if asked.stops_on is not None and value is asked.stops_on:
            return self._block("red_flag", asked, blocked_words(asked.advice))
        if asked.key == "pain" and value > self.programme.pain_limit:
            return self._block("pain", asked, pain_words(int(value), self.programme.pain_limit))
        outcomes: list[Outcome] = []
        if asked in (OVERDONE, SWOLLEN) and value is True:
            outcomes.append(Happening("overdone", self._t_ns, {"question": asked.key}))
            if asked is OVERDONE:  # easier waits for nobody: today already
                self.today.replace_what_is_to_come(self.programme)
        return [*outcomes, *self._all_answered()] if self._questions.current is None else outcomes

    def _all_answered(self) -> list[Outcome]:
        if self.phase == "checkin":
            self.today.checked_in = True
            self._check_in_stands = None
            self._go("plan")
            return []
        return self._finish()

    # -- beginning, and going on ---------------------------------------------------------------------------

    def _start(self) -> list[Outcome]:
        self._adopt()
        if self.stop_words:
            self.words = (*self.stop_words, WAIT_FOR_TEAM)
            self._go("blocked")
            return []
        enough = too_much(self.allowance, self.programme)
        if enough:
            self.words = enough
            self._go("blocked")
            return []
        self._begin()
        if self.note:
            self._go("message")
        else:
            self._check_in()
        return [SessionStarted()]

    def _check_in(self) -> None:
        self.note = ""
        asked = check_in(trained_before=self._trained_before, somebody_near=self.programme.somebody_near)
        self.today.checked_in = False
        self._ask("checkin", *asked)

    def _go_on(self) -> None:
        """Leave the pause: over the pain of this moment, or a whole check-in where it is too old."""
        stands = self._check_in_stands is None or self._check_in_stands()
        if self.today.checked_in and stands:
            self._ask("pause", PAIN_NOW)
        else:
            self._check_in()

    def _pain_told_in_pause(self, asked: Asked, pain: int) -> list[Outcome]:
        rose = self._pain_up(pain)
        if pain > self.programme.pain_limit:
            return [*rose, *self._block("pain", asked, pain_words(pain, self.programme.pain_limit))]
        if rose:
            self.today.answers["pain_after"] = pain
            self._ended_by = "pain"
            return [*rose, *self._check_out()]
        self._check_in_stands = None
        return self._set_up()

    def _block(self, ended_by: EndedBy, asked: Asked, words: tuple[str, ...]) -> list[Outcome]:
        self.words = words
        self.stop_words = words
        self._go("blocked")
        alert = Happening(
            "red_flag" if ended_by == "red_flag" else "pain_stop",
            self._t_ns,
            {"question": asked.key, "answer": self.today.answers[asked.key]},
        )
        return [alert, SessionEnded(ended_by, self.today.trials, self.answers(), self.today.trained_s)]

    # -- time and stop -------------------------------------------------------------------------------------

    def _on_time(self) -> list[Outcome]:
        waited_s = self.in_phase_s()
        match self.phase:
            case "result" if waited_s >= RESULT_S:
                return self._after_result()
            case "rest" if waited_s >= self.rest_s():
                return self._after_rest()
            case "summary" | "goodnight" | "history" if waited_s >= SUMMARY_S:
                self._go("welcome")
            case "blocked" if waited_s >= SUMMARY_S and not self.stop_words:
                self._go("welcome")
            case "journal" if waited_s >= SUMMARY_S:
                return self._close_journal()
            case "guided" if waited_s >= max(AWAY_S, LONGEST_GUIDED_SHARE * self.today.planned.rung.takes_s):
                return self._end("away")
            case "message" | "checkin" | "plan" | "setup" | "pause" | "checkout" if waited_s >= AWAY_S:
                return self._end("away")
        return []

    def _on_stop(self) -> list[Outcome]:
        if self.phase == "journal":
            return self._close_journal()
        if self.phase == "summary":
            self._say_goodnight()
            return []
        if self.phase in NOBODY_TRAINS:
            self._go("history" if self.phase == "welcome" else "welcome")
            return []
        outcomes: list[Outcome] = []
        if self.attempt is not None:
            attempt = self.attempt
            happenings = attempt.stop(self._t_ns)
            outcomes = [*happenings, *self._attempt_over(attempt, "stopped")]
        self._ended_by = "stopped"
        if self.phase in ("message", "checkin", "checkout", "plan") or not self.today.checked_in:
            return [*outcomes, *self._end("stopped")]
        return [*outcomes, *self._check_out()]
