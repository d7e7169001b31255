"""The way to a hold: step on, stand still to be weighed, 3-2-1."""

from collections import deque
from statistics import fmean, pstdev
from typing import Final, Literal

from station.sway.reading import Fault, Sample
from station.training.conditions import is_on_board
from station.training.lasting import Lasting
from station.training.outcome import Happening
from station.training.stood import Stood

S: Final = 1_000_000_000

STEP_ON_S: Final = 0.5
STEP_OFF_S: Final = 0.3
WEIGH_S: Final = 3.0
WEIGHT_N: Final = (200.0, 2500.0)  # what a body weighs; anything else is no weight of this person's
WEIGH_PATIENCE_S: Final = 20.0  # who cannot stand free that long trains without a measure of hand support
STILL_SHARE: Final = 0.04  # load may wander this much, peak to peak, while it is being weighed
COUNTDOWN_S: Final = 3.0

ArrivalPhase = Literal["step_on", "weigh", "countdown"]


class Arrival:
    """Takes samples until `stood` is known: somebody got on, was weighed, and stood through 3-2-1."""

    def __init__(self, body_weight_n: float | None) -> None:
        self.body_weight_n = body_weight_n
        self.phase: ArrivalPhase = "step_on"
        self.stood: Stood | None = None
        self._phase_ns: int | None = None
        self._last_ns = 0
        self._lasting = Lasting()
        self._loads: deque[tuple[int, float]] = deque()
        self._places: list[tuple[float, float]] = []

    def countdown_s(self) -> int | None:
        """Return 3, 2 or 1 during the countdown."""
        if self.phase != "countdown" or self._phase_ns is None:
            return None
        left_s = COUNTDOWN_S - (self._last_ns - self._phase_ns) / S
        return max(1, int(left_s) + 1) if left_s % 1 else max(1, int(left_s))

    def step(self, sample: Sample) -> list[Happening]:
        """Take the next sample; return what happened at its time."""
        self._last_ns = sample.t_ns
        if self._phase_ns is None:
            self._phase_ns = sample.t_ns
        match self.phase:
            case "step_on":
                return self._step_on(sample)
            case "weigh":
                return self._weigh(sample)
            case "countdown":
                return self._count_down(sample)

    def _enter(self, phase: ArrivalPhase, t_ns: int) -> None:
        self.phase = phase
        self._phase_ns = t_ns
        self._lasting.clear()
        self._loads.clear()
        self._places.clear()

    def _step_on(self, sample: Sample) -> list[Happening]:
        there = sample.fault is Fault.NONE and is_on_board(sample, self.body_weight_n)
        if not self._lasting.so("on", now=there, t_ns=sample.t_ns, at_least_s=STEP_ON_S):
            return []
        self._enter("weigh" if self.body_weight_n is None else "countdown", sample.t_ns)
        return [Happening("step_on", sample.t_ns)]

    def _gone(self, sample: Sample) -> bool:
        """Return whether the person left, or the board is lost."""
        gone = sample.fault is not Fault.NONE or not is_on_board(sample, self.body_weight_n)
        return self._lasting.so("gone", now=gone, t_ns=sample.t_ns, at_least_s=STEP_OFF_S)

    def _back_to_start(self, sample: Sample) -> list[Happening]:
        self._enter("step_on", sample.t_ns)
        return [Happening("step_off", sample.t_ns)] if sample.fault is Fault.NONE else []

    def _weigh(self, sample: Sample) -> list[Happening]:
        if self._gone(sample):
            return self._back_to_start(sample)
        if sample.fault is not Fault.NONE:
            self._loads.clear()
            return []
        self._loads.append((sample.t_ns, sample.load_n))
        while self._loads[0][0] < sample.t_ns - WEIGH_S * S:
            self._loads.popleft()
        if sample.t_ns - self._loads[0][0] < (WEIGH_S - 0.05) * S:
            return []
        loads_n = [load_n for _, load_n in self._loads]
        weight_n = fmean(loads_n)
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
        if self._gone(sample):
            return self._back_to_start(sample)
        if sample.x_mm is not None and sample.y_mm is not None:
            self._places.append((sample.x_mm, sample.y_mm))
        waiting = self._phase_ns is None or sample.t_ns - self._phase_ns < COUNTDOWN_S * S
        if waiting or sample.fault is not Fault.NONE or not self._places:
            return []
        xs_mm, ys_mm = zip(*self._places, strict=True)
        self.stood = Stood(fmean(xs_mm), fmean(ys_mm), pstdev(xs_mm), pstdev(ys_mm))
        return []
