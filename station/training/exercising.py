"""The exercises of a session, one attempt after the other, from the set-up to the rest."""

from collections.abc import Callable
from typing import Final

from station.sway.reading import Sample
from station.training.attempt import Attempt
from station.training.attempts import start_attempt
from station.training.caps import minutes_left
from station.training.closing import Closing
from station.training.ended import CountEnded, Outcome, TrialEnded
from station.training.fall import ANSWER_S, FallWatch
from station.training.outcome import AttemptOutcome, Happening
from station.training.programme import Planned, Programme
from station.training.questions import COUNTS, Asked
from station.training.snapshot import Phase, ResultView
from station.training.words import (
    BROKEN_OFF_LAST,
    FALL_WORDS,
    LEFT_WORDS,
    PAUSE_WORDS,
    WEIGH_AGAIN,
    counted_sentence,
    result_sentence,
)

AWAY_S: Final = 600.0  # nobody answered or stepped on: the session ends by itself
LEFT_S: Final = 120.0  # nobody stepped on: the session waits for them
LEAST_WEIGHT_SHARE: Final = 0.85  # of the last known weight; less is weighed again, then marked
MOST_COUNTED: Final = 3  # times the goal may be told

FALL_PHASES: Final[tuple[Phase, ...]] = (
    "result", "rest", "setup", "guided", "step_on", "pause", "checkout", "all_right",
)  # fmt: skip


class Exercising(Closing):
    """From the plan to the last result, with an eye on whoever left the board at once."""

    def __init__(
        self, programme: Programme, adopted: Callable[[Programme], None], plate_mm: tuple[float, float]
    ) -> None:
        self.plate_mm = plate_mm
        super().__init__(programme, adopted)

    def rest_s(self) -> float:
        """Return how long this rest is."""
        return self.today.rest_s()

    def _set_up(self) -> list[Outcome]:
        """Show the exercise to do now, or go to the end when all are done or the day's minutes are."""
        self._take_up_waiting()
        if self.today.all_done:
            return self._check_out()
        left = minutes_left(self.allowance, self.programme, trained_s=self.today.trained_s)
        if left <= 0 and not self.today.exercise_begun:
            self.today.minutes_reached = True
            reached = Happening("minutes_reached", self._t_ns, {"minutes": self.programme.minutes_a_day})
            return [reached, *self._check_out()]
        self._go("guided" if self.today.planned.off_plate else "setup")
        return []

    def _take_up_waiting(self) -> None:
        """Between exercises: keep what is done, replace what is to come."""
        if self._waiting is not None:
            self._adopt()
            self.today.replace_what_is_to_come(self.programme)

    def _step_on(self) -> list[Outcome]:
        if self._waiting is not None and not self._waiting.planned:
            return self._set_up()  # the care team has stopped all training: not one attempt more
        self.words = ()
        self._start_attempt()
        self._go("step_on")
        return []

    def _start_attempt(self) -> None:
        self.attempt = start_attempt(
            self.today.planned,
            plate_mm=self.plate_mm,
            body_weight_n=self.today.body_weight_n,
            own_reach_mm=self.own_reach_mm,
        )

    def _on_attempt(self, attempt: Attempt, sample: Sample) -> list[Outcome]:
        happenings: list[Outcome] = list(attempt.step(sample))
        for happening in list(happenings):
            if isinstance(happening, Happening) and happening.kind == "weighed":
                if self._is_light(attempt.body_weight_n) and not self.today.weighed_again:
                    return self._weigh_again(happening)
                happenings += self._mark_weight(attempt.body_weight_n)
        if attempt.body_weight_n is not None:
            self.today.body_weight_n = attempt.body_weight_n
        if attempt.outcome is not None:
            return [*happenings, *self._attempt_over(attempt, attempt.outcome)]
        if attempt.phase != self.phase:
            self._go(attempt.phase)
        if self.phase == "step_on" and self.in_phase_s() > LEFT_S:
            return [*happenings, *self._pause(LEFT_WORDS)]
        return happenings

    # -- body weight ---------------------------------------------------------------------------------------

    def _is_light(self, weight_n: float | None) -> bool:
        known_n = self.known_weight_n
        return weight_n is not None and known_n is not None and weight_n < LEAST_WEIGHT_SHARE * known_n

    def _weigh_again(self, weighed: Happening) -> list[Outcome]:
        """Hands on the support make a person lighter: ask for them to be taken off, and weigh again."""
        self.today.weighed_again = True
        self.words = (WEIGH_AGAIN,)
        self._start_attempt()
        self._go("step_on")
        return [Happening("weighed_light", weighed.t_ns, weighed.detail)]

    def _mark_weight(self, weight_n: float | None) -> list[Outcome]:
        self.words = ()
        self.today.weight_doubtful = self._is_light(weight_n)
        if weight_n is None or self.known_weight_n is None or not self.today.weight_doubtful:
            return []
        detail = {"body_weight_n": round(weight_n, 1), "last_n": round(self.known_weight_n, 1)}
        return [Happening("weight_doubtful", self._t_ns, {**detail})]

    # -- results -------------------------------------------------------------------------------------------

    def _attempt_over(self, attempt: Attempt, outcome: AttemptOutcome) -> list[Outcome]:
        self.attempt = None
        self._go("result")
        if attempt.hold_started_ns is None:
            return []  # stopped before it began
        planned = self.today.planned
        self._note_best(planned, attempt.held_s)
        self.today.keep(
            ResultView(
                title=planned.routine.title,
                outcome=outcome,
                held_s=attempt.held_s,
                hold_s=attempt.hold_s,
                in_target_percent=attempt.in_target_percent,
                sentence=self._sentence(planned, attempt, outcome),
                count=attempt.count,
                goal=attempt.goal,
            )
        )
        if outcome == "lost" and attempt.gone_ns is not None:
            self._fall = FallWatch(attempt.gone_ns)
            self.words = ()
        today = self.today
        return [
            TrialEnded(today.trials, today.attempt_number, planned, attempt, outcome, today.weight_doubtful)
        ]

    def _sentence(self, planned: Planned, attempt: Attempt, outcome: AttemptOutcome) -> str:
        if outcome == "fault" and self.today.last_repeat:
            return BROKEN_OFF_LAST
        if attempt.goal is not None and outcome in ("done", "lost"):
            return counted_sentence(attempt.count or 0, attempt.goal)
        longest_s = self.today.longest_s(planned.routine.title)
        return result_sentence(outcome, held_s=attempt.held_s, hold_s=attempt.hold_s, best_s=longest_s)

    def _note_best(self, planned: Planned, held_s: float) -> None:
        """Note a hold that is longer, by a second or more, than any before at this rung; others are not."""
        key = (planned.routine.routine, planned.rung_number, planned.side)
        before_s = self.bests_s.get(key)
        if planned.routine.kind == "hold" and before_s is not None and held_s >= before_s + 1:
            self.today.best_s = max(held_s, self.today.best_s or 0.0)
            self.bests_s[key] = held_s

    def _after_result(self) -> list[Outcome]:
        results = self.today.results
        if results and self.today.go_on(results[-1].outcome):
            self._take_up_waiting()
        if self.today.all_done:
            return self._check_out()
        self._go("rest")
        return []

    def _after_rest(self) -> list[Outcome]:
        if not self.today.exercise_begun or self.today.planned.off_plate:
            return self._set_up()
        return self._step_on()

    # -- beside the board ----------------------------------------------------------------------------------

    def _ask_count(self) -> None:
        unit, goal = self.today.planned.goal
        asked = COUNTS[unit]
        self._ask(
            "guided",
            Asked(asked.key, asked.text, "count", most=max(10, MOST_COUNTED * goal), usual=goal),
        )

    def _counted(self, count: int) -> list[Outcome]:
        today, planned = self.today, self.today.planned
        _unit, goal = planned.goal
        outcome: AttemptOutcome = "done" if count >= goal else "lost" if count else "stopped"
        today.guided[planned.routine.routine] = today.guided.get(planned.routine.routine, 0) + count
        today.keep(
            ResultView(
                title=planned.routine.title,
                outcome=outcome,
                held_s=0.0,
                hold_s=0.0,
                in_target_percent=None,
                sentence=counted_sentence(count, goal),
                count=count,
                goal=goal,
            )
        )
        self._go("result")
        return [CountEnded(today.trials, today.attempt_number, planned, count, outcome)]

    # -- pause ---------------------------------------------------------------------------------------------

    def _pause(self, words: tuple[str, ...] = PAUSE_WORDS) -> list[Outcome]:
        """Wait for the person; a hold under way ends here, counts for what was held, and is done again."""
        outcomes: list[Outcome] = []
        if self.phase == "result":
            outcomes = self._after_result()
            if self._asking:
                return outcomes  # it was the last one
        if self.attempt is not None:
            attempt = self.attempt
            happenings = attempt.stop(self._t_ns)
            outcomes = [*happenings, *self._attempt_over(attempt, "stopped")]
        self.words = words
        self._go("pause")
        return [*outcomes, Happening("paused", self._t_ns)]

    # -- possible fall -------------------------------------------------------------------------------------

    def _watch_fall(self, fall: FallWatch, sample: Sample) -> list[Outcome]:
        fall.step(sample)
        if fall.over or self.phase not in FALL_PHASES:
            self._fall = None
        elif fall.asking and self.phase != "all_right":
            self.attempt = None
            self.words = ()
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
