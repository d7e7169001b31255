"""The conditions under which time counts: a board that measures, a person on it, hands within the limit."""

from typing import Final, Literal

from station.sway.reading import Fault, Sample
from station.training.feet import Area

ON_BOARD_N: Final = 150.0  # before the body weight is known
STEP_OFF_SHARE: Final = 0.2  # of body weight

Loss = Literal["step_off", "support_over", "edge", "fault", "touch_down", "out_of_line"]


def is_on_board(sample: Sample, body_weight_n: float | None) -> bool:
    """Return whether the load is somebody's."""
    if body_weight_n is None:
        return sample.load_n >= ON_BOARD_N
    return sample.load_n >= STEP_OFF_SHARE * body_weight_n


def support_percent(sample: Sample, body_weight_n: float | None) -> float | None:
    """Return what the hands carry in % of body weight; None while that is not known."""
    if sample.fault is not Fault.NONE or body_weight_n is None:
        return None
    return min(100.0, max(0.0, 100 * (1 - sample.load_n / body_weight_n)))


class Conditions:
    """Says of one instant why it does not count, if it does not."""

    def __init__(self, area: Area, limit_percent: float, body_weight_n: float | None) -> None:
        self._area = area
        self._limit_percent = limit_percent
        self._body_weight_n = body_weight_n

    def loss(self, sample: Sample) -> Loss | None:
        """Return why this instant does not count, the gravest reason first."""
        if sample.fault is not Fault.NONE:
            return "fault"
        if sample.x_mm is None or sample.y_mm is None or not is_on_board(sample, self._body_weight_n):
            return "step_off"
        if not self._area.holds(sample.x_mm, sample.y_mm):
            return "edge"
        carried_percent = support_percent(sample, self._body_weight_n)
        if carried_percent is not None and carried_percent > self._limit_percent:
            return "support_over"
        return None
