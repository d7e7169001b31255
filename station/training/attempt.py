"""One attempt at one exercise: get on, stand still, 3-2-1, then its task. Driven by samples alone."""

from typing import Final, Literal

from station.sway.reading import Fault, Sample
from station.training.arrival import STEP_OFF_S, Arrival
from station.training.conditions import Conditions, Loss, support_percent
from station.training.fall import SuddenLoss
from station.training.feet import feet_area
from station.training.outcome import AttemptOutcome, Happening
from station.training.programme import Planned
from station.training.stood import Stood
from station.training.stumble import StumbleWatch
from station.training.task import Place, Progress, Task
from station.training.touch_down import TouchDown, other_foot

S: Final = 1_000_000_000

# How long a loss pauses the count before it ends the attempt. Leaning on the hands is the safe thing to do in
# trouble, so it is given the most time. A foot that came down has ended the hold already; the second is for a
# fall that may follow.
PATIENCE_S: Final[dict[Loss, float]] = {
    "step_off": 1.0,
    "edge": 1.0,
    "fault": 0.5,
    "support_over": 10.0,
    "touch_down": 1.0,
    "out_of_line": 1.0,
}
ENDINGS: Final = {"done": "hold_done", "lost": "hold_lost", "stopped": "hold_stopped", "fault": "hold_fault"}

AttemptPhase = Literal["step_on", "weigh", "countdown", "hold"]


class Attempt:
    """The sans-I/O machine of one attempt.

    `step` takes the next sample and returns what happened. Time counts (`held_s`) only while every condition
    holds at that sample: no board fault, person on it, hands within the rung's limit, CoP inside the edge.
    """

    def __init__(
        self, planned: Planned, task: Task, *, plate_mm: tuple[float, float], body_weight_n: float | None
    ) -> None:
        self._planned = planned
        self.task = task
        self._plate_mm = plate_mm
        self._arrival = Arrival(body_weight_n)
        self._conditions: Conditions | None = None
        self._touch_down: TouchDown | None = None
        self._foot_down: Loss | None = None  # once it is, nothing counts any more
        self._stumble: StumbleWatch | None = None
        self._sudden = SuddenLoss()
        self.side = planned.side
        self.hold_s = planned.hold_s
        self.phase: AttemptPhase = "step_on"
        self.outcome: AttemptOutcome | None = None
        self.centre: Stood | None = None
        self.held_s = 0.0
        self.in_target_s = 0.0
        self.in_target = False
        self.support_percent: float | None = None
        self.paused_by: Loss | None = None
        self.hold_started_ns: int | None = None
        self.ended_ns: int | None = None
        self.spans_ns: list[tuple[int, int]] = []  # the time that counted
        self._supports: list[float] = []
        self._last_ns: int | None = None
        self._lost_ns = 0
        self._loss_ns = 0
        self._paused_ns: int | None = None  # by somebody, not by a loss
        self._rested_ns = 0  # in all such pauses
        self._step_off_told = False

    @property
    def body_weight_n(self) -> float | None:
        """Return what the person weighs, once that is known."""
        return self._arrival.body_weight_n

    @property
    def gone_ns(self) -> int | None:
        """Return when the load left the board at once, in the hold."""
        return self._sudden.gone_ns

    @property
    def count(self) -> int | None:
        """Return how many were done so far, where that is counted."""
        return self.task.count

    @property
    def goal(self) -> int | None:
        """Return how many it takes, where that is counted."""
        return self.task.goal

    @property
    def tally(self) -> dict[str, float]:
        """Return the numbers of this kind of exercise, by the names of a result's measures."""
        return self.task.tally

    @property
    def progress(self) -> Progress:
        """Return how far the person is within the task."""
        return self.task.progress

    @property
    def target_mm(self) -> Place | None:
        """Return where the CoP should be now, x and y, once that is known."""
        return self.task.target_mm

    @property
    def target_radius_mm(self) -> float:
        """Return how large the target is."""
        return self.task.radius_mm

    @property
    def targets_mm(self) -> tuple[Place, ...]:
        """Return all targets, where there are several."""
        return self.task.targets_mm

    @property
    def target_index(self) -> int | None:
        """Return which of several targets comes now."""
        return self.task.target_index

    @property
    def paused(self) -> bool:
        """Return whether somebody asked for a pause."""
        return self._paused_ns is not None

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
        return self._arrival.countdown_s() if self.phase == "countdown" else None

    def stop(self, t_ns: int) -> list[Happening]:
        """End the attempt because somebody said so; it never counts against the patient."""
        return self._end("stopped", t_ns) if self.outcome is None else []

    def pause(self, t_ns: int) -> list[Happening]:
        """Let the person rest; what was done so far is kept, and nothing counts until `resume`."""
        if self.outcome is not None or self.paused:
            return []
        self._paused_ns = t_ns
        self.in_target = False
        self.paused_by = None
        return [Happening("paused", t_ns)]

    def resume(self, t_ns: int) -> list[Happening]:
        """Go on after a pause: step on, 3-2-1, and the rest of the hold."""
        if self.outcome is not None or self._paused_ns is None:
            return []
        self._rested_ns += t_ns - self._paused_ns
        self._paused_ns = None
        self._arrival = Arrival(self.body_weight_n)
        self.phase = "step_on"
        self._last_ns = None
        return []

    def step(self, sample: Sample) -> list[Happening]:
        """Take the next sample; return what happened at its time."""
        if self.outcome is not None or self.paused:
            return []
        dt_s = 0.0 if self._last_ns is None else (sample.t_ns - self._last_ns) / S
        self._last_ns = sample.t_ns
        self.support_percent = support_percent(sample, self.body_weight_n)
        if self.phase == "hold":
            return self._hold(sample, dt_s)
        happenings = self._arrival.step(sample)
        self.phase = self._arrival.phase
        stood = self._arrival.stood
        return happenings if stood is None else [*happenings, *self._begin(stood, sample.t_ns)]

    def _begin(self, stood: Stood, t_ns: int) -> list[Happening]:
        self.phase = "hold"
        self.centre = stood
        area = feet_area(self._planned, self._plate_mm, stood)
        self._conditions = Conditions(area, self._planned.rung.support_limit_percent, self.body_weight_n)
        self._touch_down = _touch_down(self._planned, stood)
        self._stumble = _stumble(self._planned, stood)
        self.spans_ns.append((t_ns, t_ns))
        self.task.begin(stood)
        if self.hold_started_ns is not None:
            return [Happening("hold_resumed", t_ns, {"after": "pause"})]
        self.hold_started_ns = t_ns
        return [Happening("hold_started", t_ns)]

    def _hold(self, sample: Sample, dt_s: float) -> list[Happening]:
        if self._conditions is None or self._too_long(sample.t_ns):
            return self._end("lost", sample.t_ns)
        loss = self._conditions.loss(sample)
        if sample.fault is Fault.NONE:
            self._sudden.step(sample, gone=loss == "step_off")
        if self._touch_down is not None and self._touch_down.step(sample):
            self._foot_down = "touch_down" if self._planned.stance == "one-leg" else "out_of_line"
            self._touch_down = self._stumble = None
        if self._foot_down is not None and loss not in ("step_off", "fault"):
            loss = self._foot_down
        stumbled_mm = None if self._stumble is None else self._stumble.step(sample)
        happenings = [] if stumbled_mm is None else [_stumbled(sample.t_ns, stumbled_mm)]
        if loss is not None:
            return [*happenings, *self._lose(loss, sample.t_ns)]
        if self.paused_by is not None:
            # The instant of coming back counts from the next sample on.
            return [*happenings, *self._go_on(sample.t_ns)]
        self._count(sample, dt_s)
        happenings += self.task.step(sample, dt_s)
        self.in_target = self.task.in_target
        self.in_target_s += dt_s * self.in_target
        if self.task.ended is not None:
            happenings += self._end(self.task.ended, sample.t_ns)
        return happenings

    def _too_long(self, t_ns: int) -> bool:
        """Return whether pauses have made this attempt several times as long as its hold."""
        started_ns = self.hold_started_ns or t_ns
        return (t_ns - started_ns - self._rested_ns) / S > self.task.longest_s + PATIENCE_S["support_over"]

    def _count(self, sample: Sample, dt_s: float) -> None:
        self.held_s += dt_s
        self.spans_ns[-1] = (self.spans_ns[-1][0], sample.t_ns)
        if self.support_percent is not None:
            self._supports.append(self.support_percent)

    def _lose(self, loss: Loss, t_ns: int) -> list[Happening]:
        happenings: list[Happening] = []
        self.in_target = False
        if self.paused_by is None:
            self._lost_ns = t_ns
            self._step_off_told = False
        if self.paused_by != loss:
            self._loss_ns = t_ns
            self.paused_by = loss
            if loss != "step_off":
                happenings.append(Happening(loss, t_ns))
        lasted_s = (t_ns - self._loss_ns) / S
        if loss == "step_off" and lasted_s >= STEP_OFF_S and not self._step_off_told:
            self._step_off_told = True
            happenings.append(Happening("step_off", t_ns))
        if lasted_s >= PATIENCE_S[loss]:
            happenings += self._end("fault" if loss == "fault" else "lost", t_ns)
        return happenings

    def _go_on(self, t_ns: int) -> list[Happening]:
        reason, self.paused_by = self.paused_by, None
        self.spans_ns.append((t_ns, t_ns))
        paused_s = round((t_ns - self._lost_ns) / S, 2)
        return [Happening("hold_resumed", t_ns, {"after": reason, "paused_s": paused_s})]

    def _end(self, outcome: AttemptOutcome, t_ns: int) -> list[Happening]:
        self.outcome = outcome
        self.ended_ns = t_ns
        if self.hold_started_ns is None:
            return []
        return [Happening(ENDINGS[outcome], t_ns, {"held_s": round(self.held_s, 2)})]


def _touch_down(planned: Planned, stood: Stood) -> TouchDown | None:
    match planned.stance:
        case "one-leg":
            return TouchDown(stood, towards=other_foot(planned.side))
        case "tandem":
            return TouchDown(stood, towards=0)
    return None


def _stumble(planned: Planned, stood: Stood) -> StumbleWatch | None:
    """Return a watch where nothing but standing still is asked, on ground that does not tip."""
    still = planned.routine.kind == "hold" and planned.rung.surface in ("firm", "foam")
    return StumbleWatch(stood) if still else None


def _stumbled(t_ns: int, reach_mm: float) -> Happening:
    return Happening("stumble", t_ns, {"reach_mm": round(reach_mm)})
