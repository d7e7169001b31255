"""One attempt at one exercise: step on, stand still to be weighed, 3-2-1, hold. Driven by samples alone."""

from collections import deque
from dataclasses import dataclass
from typing import Final, Literal

from station.sway.reading import Fault, Sample
from station.training.outcome import AttemptOutcome, Happening
from station.training.routine import Routine, Rung, Side

S: Final = 1_000_000_000

ON_BOARD_N: Final = 150.0  # before the body weight is known
STEP_ON_S: Final = 0.5
STEP_OFF_SHARE: Final = 0.2  # of body weight
STEP_OFF_S: Final = 0.3
WEIGH_S: Final = 3.0
WEIGHT_N: Final = (200.0, 2500.0)  # what a body weighs; anything else is no weight of this person's
WEIGH_PATIENCE_S: Final = 20.0  # who cannot stand free that long trains without a measure of hand support
STILL_SHARE: Final = 0.04  # load may wander this much, peak to peak, while it is being weighed
COUNTDOWN_S: Final = 3.0
EDGE_SHARE: Final = 0.9  # of the way from the middle to the edge
# Load that goes from this share of body weight to a step-off within half a second was not stepped off with.
STANDING_SHARE: Final = 0.6
SUDDEN_S: Final = 0.5
# Sideways from where the one foot stood: the other foot must carry part of the load.
TOUCH_DOWN_MM: Final = 60.0
TOUCH_DOWN_S: Final = 0.2

# How long a loss pauses the count before it ends the attempt. Leaning on the hands is the safe thing to do in
# trouble, so it is given the most time.
PATIENCE_S: Final = {"step_off": 1.0, "edge": 1.0, "fault": 0.5, "support_over": 10.0}

LONGEST_SHARE: Final = 3.0  # an attempt may last this many times its hold, and one patience

Loss = Literal["step_off", "support_over", "edge", "fault"]
AttemptPhase = Literal["step_on", "weigh", "countdown", "hold"]


@dataclass(frozen=True, slots=True)
class Centre:
    """Where the CoP should stay, mm."""

    x_mm: float
    y_mm: float


class Attempt:
    """The sans-I/O machine of one attempt.

    `step` takes the next sample and returns what happened. Time counts (`held_s`) only while every condition
    holds at that sample: no board fault, person on it, hands within the rung's limit, CoP inside the edge.
    """

    def __init__(
        self,
        routine: Routine,
        rung: Rung,
        *,
        hold_s: float,
        plate_mm: tuple[float, float],
        body_weight_n: float | None,
        side: Side | None = None,
    ) -> None:
        self._routine = routine
        self._rung = rung
        self._plate_mm = plate_mm
        self.side = side
        self.hold_s = hold_s
        self.body_weight_n = body_weight_n
        self.phase: AttemptPhase = "step_on"
        self.outcome: AttemptOutcome | None = None
        self.centre: Centre | None = None
        self.held_s = 0.0
        self.in_target_s = 0.0
        self.in_target = False
        self.support_percent: float | None = None
        self.paused_by: Loss | None = None
        self.hold_started_ns: int | None = None
        self.ended_ns: int | None = None
        self.gone_ns: int | None = None  # when the load left the board at once, in the hold
        self._standing_ns = 0
        self.spans_ns: list[tuple[int, int]] = []  # the time that counted
        self._supports: list[float] = []
        self._phase_ns: int | None = None
        self._last_ns: int | None = None
        self._true_since: dict[str, int] = {}
        self._lost_ns = 0
        self._loads: deque[tuple[int, float]] = deque()
        self._stood: list[Centre] = []

    @property
    def support_mean_percent(self) -> float | None:
        """Return what the hands carried on average while the hold counted, in % of body weight."""
        return sum(self._supports) / len(self._supports) if self._supports else None

    @property
    def support_max_percent(self) -> float | None:
        """Return the most the hands carried while the hold counted, in % of body weight."""
        return max(self._supports, default=None)

    @property
    def in_target_percent(self) -> float | None:
        """Return the share of the counted time inside the target."""
        return 100 * self.in_target_s / self.held_s if self.held_s > 0 else None

    def countdown_s(self) -> int | None:
        """Return 3, 2 or 1 during the countdown."""
        if self.phase != "countdown" or self._phase_ns is None or self._last_ns is None:
            return None
        left_s = COUNTDOWN_S - (self._last_ns - self._phase_ns) / S
        return max(1, int(left_s) + 1) if left_s % 1 else max(1, int(left_s))

    def stop(self, t_ns: int) -> list[Happening]:
        """End the attempt because somebody said so; it never counts against the patient."""
        return self._end("stopped", t_ns) if self.outcome is None else []

    def step(self, sample: Sample) -> list[Happening]:
        """Take the next sample; return what happened at its time."""
        if self.outcome is not None:
            return []
        dt_s = 0.0 if self._last_ns is None else (sample.t_ns - self._last_ns) / S
        if self._last_ns is None:
            self._enter(self.phase, sample.t_ns)
        self._last_ns = sample.t_ns
        self.support_percent = self._support(sample)
        if self.phase == "step_on":
            return self._step_on(sample)
        if self.phase == "weigh":
            return self._weigh(sample)
        if self.phase == "countdown":
            return self._count_down(sample)
        return self._hold(sample, dt_s)

    def _enter(self, phase: AttemptPhase, t_ns: int) -> None:
        self.phase = phase
        self._phase_ns = t_ns
        self._true_since.clear()
        self._loads.clear()
        self._stood.clear()

    def _lasting(self, name: str, *, now: bool, t_ns: int, at_least_s: float) -> bool:
        """Return whether something has been so without a break for this long."""
        if not now:
            self._true_since.pop(name, None)
            return False
        since_ns = self._true_since.setdefault(name, t_ns)
        return t_ns - since_ns >= at_least_s * S

    def _support(self, sample: Sample) -> float | None:
        if sample.fault is not Fault.NONE or self.body_weight_n is None:
            return None
        return min(100.0, max(0.0, 100 * (1 - sample.load_n / self.body_weight_n)))

    def _on_board(self, sample: Sample) -> bool:
        if self.body_weight_n is None:
            return sample.load_n >= ON_BOARD_N
        return sample.load_n >= STEP_OFF_SHARE * self.body_weight_n

    def _step_on(self, sample: Sample) -> list[Happening]:
        there = sample.fault is Fault.NONE and self._on_board(sample)
        if not self._lasting("on", now=there, t_ns=sample.t_ns, at_least_s=STEP_ON_S):
            return []
        self._enter("weigh" if self.body_weight_n is None else "countdown", sample.t_ns)
        return [Happening("step_on", sample.t_ns)]

    def _left(self, sample: Sample) -> list[Happening]:
        """Go back to waiting when the person leaves, or the board is lost, before the hold."""
        faulty = sample.fault is not Fault.NONE
        gone = faulty or not self._on_board(sample)
        if not self._lasting("gone", now=gone, t_ns=sample.t_ns, at_least_s=STEP_OFF_S):
            return []
        self._enter("step_on", sample.t_ns)
        return [] if faulty else [Happening("step_off", sample.t_ns)]

    def _weigh(self, sample: Sample) -> list[Happening]:
        if left := self._left(sample):
            return left
        if sample.fault is not Fault.NONE:
            self._loads.clear()
            return []
        self._loads.append((sample.t_ns, sample.load_n))
        while self._loads[0][0] < sample.t_ns - WEIGH_S * S:
            self._loads.popleft()
        if sample.t_ns - self._loads[0][0] < (WEIGH_S - 0.05) * S:
            return []
        loads_n = [load_n for _, load_n in self._loads]
        weight_n = sum(loads_n) / len(loads_n)
        plausible = WEIGHT_N[0] <= weight_n <= WEIGHT_N[1]
        if not plausible or max(loads_n) - min(loads_n) > STILL_SHARE * weight_n:
            return self._give_up_weighing(sample.t_ns)
        self.body_weight_n = weight_n
        self._enter("countdown", sample.t_ns)
        return [Happening("weighed", sample.t_ns, {"body_weight_n": round(weight_n, 1)})]

    def _give_up_weighing(self, t_ns: int) -> list[Happening]:
        if self._phase_ns is None or t_ns - self._phase_ns < WEIGH_PATIENCE_S * S:
            return []
        self._enter("countdown", t_ns)
        return [Happening("not_weighed", t_ns)]

    def _count_down(self, sample: Sample) -> list[Happening]:
        if left := self._left(sample):
            return left
        if sample.x_mm is not None and sample.y_mm is not None:
            self._stood.append(Centre(sample.x_mm, sample.y_mm))
        if self._phase_ns is None or sample.t_ns - self._phase_ns < COUNTDOWN_S * S:
            return []
        if self._loss(sample) == "fault" or not self._stood:
            return []
        n = len(self._stood)
        self.centre = Centre(sum(c.x_mm for c in self._stood) / n, sum(c.y_mm for c in self._stood) / n)
        self._enter("hold", sample.t_ns)
        self.hold_started_ns = sample.t_ns
        self.spans_ns.append((sample.t_ns, sample.t_ns))
        return [Happening("hold_started", sample.t_ns)]

    def _loss(self, sample: Sample) -> Loss | None:
        """Return why this instant does not count, the gravest reason first."""
        if sample.fault is not Fault.NONE:
            return "fault"
        if sample.x_mm is None or sample.y_mm is None or not self._on_board(sample):
            return "step_off"
        if self._at_edge(sample.x_mm, sample.y_mm):
            return "edge"
        if self.support_percent is not None and self.support_percent > self._rung.support_limit_percent:
            return "support_over"
        return None

    def _at_edge(self, x_mm: float, y_mm: float) -> bool:
        if self._routine.rim_mm is not None:
            return x_mm * x_mm + y_mm * y_mm > self._routine.rim_mm**2
        width_mm, length_mm = self._plate_mm
        return abs(x_mm) > EDGE_SHARE * width_mm / 2 or abs(y_mm) > EDGE_SHARE * length_mm / 2

    def _hold(self, sample: Sample, dt_s: float) -> list[Happening]:
        if self._too_long(sample.t_ns):
            return self._end("lost", sample.t_ns)
        loss = self._loss(sample)
        self._watch_for_a_fall(sample, loss)
        if self._touched_down(sample):
            return [Happening("touch_down", sample.t_ns), *self._end("lost", sample.t_ns)]
        if loss is not None:
            return self._pause(loss, sample.t_ns)
        happenings = self._resume(sample.t_ns)
        if happenings:
            return happenings  # the instant of coming back counts from the next sample on
        self._count(sample, dt_s)
        if self.held_s >= self.hold_s - 1e-6:
            happenings += self._end("done", sample.t_ns)
        return happenings

    def _too_long(self, t_ns: int) -> bool:
        """Return whether pauses have made this attempt several times as long as its hold."""
        started_ns = self.hold_started_ns or t_ns
        return (t_ns - started_ns) / S > LONGEST_SHARE * self.hold_s + PATIENCE_S["support_over"]

    def _watch_for_a_fall(self, sample: Sample, loss: Loss | None) -> None:
        if sample.fault is not Fault.NONE or self.body_weight_n is None:
            return
        if sample.load_n >= STANDING_SHARE * self.body_weight_n:
            self._standing_ns = sample.t_ns
        if loss != "step_off":
            self.gone_ns = None
        elif self.gone_ns is None and sample.t_ns - self._standing_ns <= SUDDEN_S * S:
            self.gone_ns = sample.t_ns

    def _touched_down(self, sample: Sample) -> bool:
        if self._routine.stance != "one-leg" or self.centre is None:
            return False
        aside = sample.x_mm is not None and abs(sample.x_mm - self.centre.x_mm) > TOUCH_DOWN_MM
        return self._lasting("aside", now=aside, t_ns=sample.t_ns, at_least_s=TOUCH_DOWN_S)

    def _count(self, sample: Sample, dt_s: float) -> None:
        self.held_s += dt_s
        self.spans_ns[-1] = (self.spans_ns[-1][0], sample.t_ns)
        if self.support_percent is not None:
            self._supports.append(self.support_percent)
        self.in_target = self._inside(sample)
        if self.in_target:
            self.in_target_s += dt_s

    def _inside(self, sample: Sample) -> bool:
        if self.centre is None or sample.x_mm is None or sample.y_mm is None:
            return False
        dx_mm, dy_mm = sample.x_mm - self.centre.x_mm, sample.y_mm - self.centre.y_mm
        return dx_mm * dx_mm + dy_mm * dy_mm <= self._routine.target.radius_mm**2

    def _pause(self, loss: Loss, t_ns: int) -> list[Happening]:
        happenings: list[Happening] = []
        self.in_target = False
        if self.paused_by is None:
            self._lost_ns = t_ns
        if self.paused_by != loss:
            self._true_since[loss] = t_ns
            self.paused_by = loss
            if loss != "step_off":
                happenings.append(Happening(loss, t_ns))
        lasted_s = (t_ns - self._true_since[loss]) / S
        if loss == "step_off" and lasted_s >= STEP_OFF_S and "told" not in self._true_since:
            self._true_since["told"] = t_ns
            happenings.append(Happening("step_off", t_ns))
        if lasted_s >= PATIENCE_S[loss]:
            happenings += self._end("fault" if loss == "fault" else "lost", t_ns)
        return happenings

    def _resume(self, t_ns: int) -> list[Happening]:
        if self.paused_by is None:
            return []
        reason, self.paused_by = self.paused_by, None
        self._true_since.clear()
        self.spans_ns.append((t_ns, t_ns))
        paused_s = round((t_ns - self._lost_ns) / S, 2)
        return [Happening("hold_resumed", t_ns, {"after": reason, "paused_s": paused_s})]

    def _end(self, outcome: AttemptOutcome, t_ns: int) -> list[Happening]:
        self.outcome = outcome
        self.ended_ns = t_ns
        if self.hold_started_ns is None:
            return []
        kind = {"done": "hold_done", "lost": "hold_lost", "stopped": "hold_stopped", "fault": "hold_fault"}
        return [Happening(kind[outcome], t_ns, {"held_s": round(self.held_s, 2)})]
