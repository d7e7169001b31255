"""Whatever people and boards do: time counts only while it may, every attempt ends, and stop always works."""

from collections.abc import Iterable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from station.sway.reading import Fault, Sample
from station.training.attempt import PATIENCE_S
from tests.attempts import attempt_at
from tests.standing import WEIGHT_N, Board

EXERCISES = (
    ("supported-standing", 1, None),
    ("single-leg", 1, "left"),
    ("single-leg", 3, "right"),
    ("tandem", 8, "left"),
    ("balance-board", 2, None),
    ("weight-shift", 1, None),
    ("limits-of-stability", 1, None),
    ("calf-raises", 1, None),
    ("quiet-standing", 2, None),
)


class Attempts(RuleBasedStateMachine):
    """One attempt, and everything that can happen to it."""

    @initialize(which=st.sampled_from(EXERCISES), weighed=st.booleans())
    def begin(self, which: tuple[str, int, str | None], *, weighed: bool) -> None:
        name, rung, side = which
        hold_s = None if name in ("weight-shift", "limits-of-stability", "calf-raises") else 6.0
        self.attempt = attempt_at(name, rung=rung, side=side, hold_s=hold_s, weighed=weighed)  # type: ignore[arg-type]
        self.board = Board()
        self.outcome: str | None = None
        self.feed(self.board.stand(7))

    def feed(self, samples: Iterable[Sample]) -> None:
        for sample in samples:
            before_s, paused = self.attempt.held_s, self.attempt.paused
            self.attempt.step(sample)
            if self.attempt.held_s > before_s:
                assert not paused
                self.may_count(sample)

    def may_count(self, sample: Sample) -> None:
        """Check every condition again, independently of the machine."""
        assert sample.fault is Fault.NONE
        assert sample.x_mm is not None
        assert sample.y_mm is not None
        assert abs(sample.x_mm) <= 180
        assert abs(sample.y_mm) <= 180
        weight_n = self.attempt.body_weight_n
        assert sample.load_n >= 0.2 * (weight_n or 0)
        if weight_n is not None:
            limit = self.attempt._planned.rung.support_limit_percent
            assert sample.load_n >= weight_n * (1 - limit / 100) - 1e-6
        rim_mm = self.attempt._planned.routine.rim_mm
        assert rim_mm is None or sample.x_mm**2 + sample.y_mm**2 <= rim_mm**2

    @rule(
        seconds=st.floats(0.05, 4),
        load_n=st.sampled_from([WEIGHT_N, WEIGHT_N, 0.8 * WEIGHT_N, 0.5 * WEIGHT_N, 0.1 * WEIGHT_N, 900.0]),
        x_mm=st.floats(-220, 220),
        y_mm=st.floats(-220, 220),
    )
    def stand(self, seconds: float, load_n: float, x_mm: float, y_mm: float) -> None:
        self.feed(self.board.stand(seconds, load_n=load_n, x_mm=x_mm, y_mm=y_mm))

    @rule(seconds=st.floats(0.5, 5))
    def stand_still(self, seconds: float) -> None:
        self.feed(self.board.stand(seconds))

    @rule(seconds=st.floats(0.05, 3))
    def leave(self, seconds: float) -> None:
        self.feed(self.board.empty(seconds))

    @rule(seconds=st.floats(0.02, 1), fault=st.sampled_from([Fault.SILENT, Fault.SATURATED]))
    def break_down(self, seconds: float, fault: Fault) -> None:
        self.feed(self.board.broken(seconds, fault))

    @rule()
    def pause(self) -> None:
        self.attempt.pause(self.board.t_ns)

    @rule()
    def resume(self) -> None:
        self.attempt.resume(self.board.t_ns)

    @precondition(lambda self: self.attempt.hold_started_ns is not None)
    @rule()
    def stop(self) -> None:
        before = self.attempt.outcome
        self.attempt.stop(self.board.t_ns)
        assert self.attempt.outcome == (before or "stopped")

    @invariant()
    def an_outcome_stays(self) -> None:
        assert self.outcome in (None, self.attempt.outcome)
        self.outcome = self.attempt.outcome

    @invariant()
    def what_is_told_fits_together(self) -> None:
        attempt = self.attempt
        assert (attempt.ended_ns is None) == (attempt.outcome is None)
        counted_s = sum(end - start for start, end in attempt.spans_ns) / 1e9
        assert counted_s <= attempt.held_s + 0.011
        assert counted_s >= attempt.held_s - 0.021 * len(attempt.spans_ns)
        if attempt.count is not None and attempt.goal is not None:
            assert 0 <= attempt.count <= attempt.goal
        if attempt.hold_s and attempt.goal is None:
            assert attempt.held_s <= attempt.hold_s + 0.011

    def teardown(self) -> None:
        """Let the person stand there: every attempt ends by itself, within the time it may take."""
        if not hasattr(self, "attempt"):
            return
        attempt = self.attempt
        attempt.resume(self.board.t_ns)
        longest_s = attempt.task.longest_s + PATIENCE_S["support_over"] + 35
        while attempt.outcome is None and longest_s > 0:
            self.feed(self.board.stand(1))
            longest_s -= 1
        assert attempt.outcome is not None
        assert attempt.stop(self.board.t_ns) == []


Attempts.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
TestAttempts = Attempts.TestCase
