"""Today's training of one person: the plan, how far it has come, what was held and answered."""

from copy import copy
from typing import Final

from station.training.history import OVERDONE
from station.training.outcome import AttemptOutcome
from station.training.programme import Planned, Programme, still_to_do
from station.training.progress import Progress
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
        self.weight_doubtful = False
        self.weighed_again = False
        self.trained_s = 0.0
        self.guided: dict[str, int] = {}  # how many were done of each routine beside the board
        self.best_s: float | None = None  # a hold longer than any of its kind before
        self.minutes_reached = False
        self.checked_in = False

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

    def longest_s(self, title: str) -> float:
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

    @property
    def overdone(self) -> bool:
        """Return whether the last training was too much: today everything is one rung easier."""
        return self.answers.get(OVERDONE) is True

    def replace_what_is_to_come(self, programme: Programme) -> None:
        """Keep what is done, take the rest from another programme."""
        done = self.plan[: self.index]
        planned = programme.of_a_day(overdone=self.overdone)
        self.plan = done + still_to_do(planned, [one.name for one in done])
        if programme.body_weight_n is not None:
            self.body_weight_n = programme.body_weight_n

    def rest_s(self) -> float:
        """Return how long this rest is: that of the exercise just done."""
        index = self.index if self.exercise_begun else self.index - 1
        return self.plan[max(0, index)].rest_s

    # -- loss of power -------------------------------------------------------------------------------------

    def progress(
        self, rx_version: int | None, *, result_shown: bool, closing: bool, fallen: bool, told: bool
    ) -> Progress:
        """Return how far the session has come; an attempt whose result is shown is done."""
        at = self
        if result_shown:
            at = copy(self)
            at.go_on(self.results[-1].outcome)
        return Progress(
            rx_version=rx_version,
            done=tuple(planned.name for planned in self.plan[: at.index]),
            index=at.index,
            attempt_number=at.attempt_number,
            repeats=at.repeats,
            trials=self.trials,
            results=tuple(self.results),
            answers=dict(self.answers),
            body_weight_n=self.body_weight_n,
            trained_s=round(self.trained_s, 1),
            checked_in=self.checked_in,
            closing=closing,
            fallen=fallen,
            told=told,
        )

    def restore(self, progress: Progress, programme: Programme) -> None:
        """Be as far as a session that was broken off; a new programme replaces what is to come."""
        self.answers = dict(progress.answers)
        planned = programme.of_a_day(overdone=self.overdone)
        if progress.rx_version == programme.rx_version and progress.index <= len(planned):
            self.plan = list(planned)
            self.index = progress.index
            self.attempt_number = progress.attempt_number
            self.repeats = progress.repeats
        else:
            self.plan = still_to_do(planned, progress.done)
        self.trials = progress.trials
        self.results = list(progress.results)
        if self.body_weight_n is None:
            self.body_weight_n = progress.body_weight_n
        self.trained_s = progress.trained_s
        self.checked_in = progress.checked_in
