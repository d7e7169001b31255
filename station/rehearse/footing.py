"""Who gets on and off while no exercise watches: before the first, between two, after the last."""

from typing import Final

from station.sway.reading import Fault, Sample
from station.training.arrival import STEP_OFF_S, STEP_ON_S
from station.training.conditions import is_on_board
from station.training.lasting import Lasting

KINDS: Final = {True: "step_on", False: "step_off"}


class Footing:
    """The same thresholds as an attempt's, at every time."""

    def __init__(self) -> None:
        self.on = False
        self._lasting = Lasting()

    def step(self, sample: Sample, body_weight_n: float | None) -> str | None:
        """Take the next sample; return `step_on` or `step_off` at the instant of it."""
        if sample.fault is not Fault.NONE:
            return None
        changed = is_on_board(sample, body_weight_n) != self.on
        at_least_s = STEP_OFF_S if self.on else STEP_ON_S
        if not self._lasting.so("changed", now=changed, t_ns=sample.t_ns, at_least_s=at_least_s):
            return None
        self.on = not self.on
        self._lasting.clear()
        return KINDS[self.on]
