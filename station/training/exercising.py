"""The exercises of a session, one attempt after the other, from the set-up to the rest."""

from collections.abc import Callable
from typing import Final

from station.sway.reading import Sample
from station.training.attempt import Attempt
from station.training.attempts import start_attempt
from station.training.closing import Closing
from station.training.ended import Outcome, TrialEnded
from station.training.fall import ANSWER_S, FallWatch
from station.training.outcome import AttemptOutcome, Happening
from station.training.programme import Programme
from station.training.snapshot import ResultView
from station.training.words import BROKEN_OFF_LAST, FALL_WORDS, result_sentence

AWAY_S: Final = 600.0  # nobody answered or stepped on: the session ends by itself


class Exercising(Closing):
    """From the plan to the last result, with an eye on whoever left the board at once."""

    def __init__(
        self, programme: Programme, adopted: Callable[[Programme], None], plate_mm: tuple[float, float]
    ) -> None:
        self.plate_mm = plate_mm
        super().__init__(programme, adopted)

    def _begin(self) -> None:
        super()._begin()
        self._fall: FallWatch | None = None

    def rest_s(self) -> float:
        """Return how long this rest is."""
        return self.today.rest_s()

    def _set_up(self) -> list[Outcome]:
        self._take_up_waiting()
        if self.today.all_done:
            return self._check_out()
        self._go("setup")
        return []

    def _take_up_waiting(self) -> None:
        """Between exercises: keep what is done, replace what is to come."""
        if self._waiting is not None:
            self._adopt()
            self.today.replace_what_is_to_come(self.programme)

    def _step_on(self) -> None:
        self.attempt = start_attempt(
            self.today.planned, plate_mm=self.plate_mm, body_weight_n=self.today.body_weight_n
        )
        self._go("step_on")

    def _on_attempt(self, attempt: Attempt, sample: Sample) -> list[Outcome]:
        happenings = attempt.step(sample)
        if attempt.body_weight_n is not None:
            self.today.body_weight_n = attempt.body_weight_n
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
        planned = self.today.planned
        best_s = self.today.best_s(planned.routine.title)
        sentence = result_sentence(outcome, held_s=attempt.held_s, hold_s=attempt.hold_s, best_s=best_s)
        if outcome == "fault" and self.today.last_repeat:
            sentence = BROKEN_OFF_LAST
        self.today.keep(
            ResultView(
                title=planned.routine.title,
                outcome=outcome,
                held_s=attempt.held_s,
                hold_s=attempt.hold_s,
                in_target_percent=attempt.in_target_percent,
                sentence=sentence,
            )
        )
        if outcome == "lost" and attempt.gone_ns is not None:
            self._fall = FallWatch(attempt.gone_ns)
            self.words = ()
        return [TrialEnded(self.today.trials, self.today.attempt_number, planned, attempt, outcome)]

    def _after_result(self) -> list[Outcome]:
        if self.today.go_on(self.today.results[-1].outcome):
            self._take_up_waiting()
        if self.today.all_done:
            return self._check_out()
        self._go("rest")
        return []

    def _after_rest(self) -> list[Outcome]:
        if not self.today.exercise_begun:
            return self._set_up()
        self._step_on()
        return []

    # -- possible fall -------------------------------------------------------------------------------------

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
