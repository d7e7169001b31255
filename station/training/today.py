"""Today's training of one person: the plan, how far it has come, what was held and answered."""

from typing import Final

from station.training.outcome import AttemptOutcome
from station.training.programme import Planned, Programme, still_to_do
from station.training.snapshot import ResultView

REPEATS_AFTER_FAULT: Final = 3


class Today:
    """Where one is in a session. `index` counts exercises from 0, `attempt_number` from 1."""

    def __init__(self, programme: Programme) -> None:
        self.plan = list(programme.planned)
        self.index = 0
        self.attempt_number = 1
        self.repeats = 0  # of this attempt, because the board broke it off
        self.trials = 0
        self.results: list[ResultView] = []
        self.answers: dict[str, bool | int] = {}
        self.body_weight_n = programme.body_weight_n

    @property
    def planned(self) -> Planned:
        """Return the exercise to do now. Raises IndexError when all are done."""
        return self.plan[self.index]

    @property
    def all_done(self) -> bool:
        """Return whether nothing is left to do."""
        return self.index >= len(self.plan)

    @property
    def last_repeat(self) -> bool:
        """Return whether an attempt that the board breaks off is not done again any more."""
        return self.repeats >= REPEATS_AFTER_FAULT

    @property
    def exercise_begun(self) -> bool:
        """Return whether an attempt at this exercise has been made."""
        return self.attempt_number > 1 or self.repeats > 0

    def best_s(self, title: str) -> float:
        """Return the longest hold of this exercise in this session so far."""
        return max((result.held_s for result in self.results if result.title == title), default=0.0)

    def keep(self, result: ResultView) -> None:
        """Keep the result of an attempt."""
        self.results.append(result)
        self.trials += 1

    def go_on(self, outcome: AttemptOutcome) -> bool:
        """Move to the next attempt; return whether that is one at another exercise."""
        # An attempt that the board broke off is done again; it was not the patient's.
        if outcome == "fault" and not self.last_repeat:
            self.repeats += 1
        else:
            self.attempt_number += 1
        if self.attempt_number <= self.planned.attempts:
            return False
        self.index += 1
        self.attempt_number = 1
        self.repeats = 0
        return True

    def replace_what_is_to_come(self, programme: Programme) -> None:
        """Keep what is done, take the rest from another programme."""
        done = self.plan[: self.index]
        self.plan = done + still_to_do(programme, done)
        if programme.body_weight_n is not None:
            self.body_weight_n = programme.body_weight_n

    def rest_s(self) -> float:
        """Return how long this rest is: that of the exercise just done."""
        index = self.index if self.exercise_begun else self.index - 1
        return self.plan[max(0, index)].rest_s
