"""A foot coming down beside the one, or the two in line, that somebody stands on.

The four cells tell the load and its middle, not how it is spread: a second foot shows as a CoP that shifts
towards it faster than anybody sways, and as the small bump in the load with which it lands.
"""

from collections import deque
from typing import Final

from station.sway.reading import Sample
from station.training.lasting import Lasting
from station.training.stood import Stood

S: Final = 1_000_000_000
WINDOW_S: Final = 0.25
# A shift this large in the window, with a bump in the load this high (share of the load), is a foot. Tuned on
# simulated sway of one leg and simulated landings: see docs/training.md.
SHIFT_MM_AND_BUMP: Final = ((38.0, 0.0), (22.0, 0.018), (10.0, 0.025))
# However slowly it came: this far aside is outside the foot stood on.
ASIDE_MM: Final = 62.0
ASIDE_S: Final = 0.1
STOOD_TAU_S: Final = 4.0  # where the person stands is followed as slowly as this
SWAY_SHARE: Final = 2.0


class TouchDown:
    """Watches samples for another foot; `towards` is its side, 1 right, -1 left, 0 either."""

    def __init__(self, stood: Stood, towards: int) -> None:
        self._stood_mm = stood.x_mm
        self._sway_mm = SWAY_SHARE * stood.sd_x_mm
        self._last_ns: int | None = None
        self._ways = (towards,) if towards else (-1, 1)
        self._lasting = Lasting()
        self._recent: deque[tuple[int, float, float]] = deque()  # time, x, load

    def step(self, sample: Sample) -> bool:
        """Take the next sample; return whether another foot is down."""
        if sample.x_mm is None:
            self._recent.clear()
            return False
        self._recent.append((sample.t_ns, sample.x_mm, sample.load_n))
        while sample.t_ns - self._recent[0][0] > WINDOW_S * S:
            self._recent.popleft()
        aside_mm = max(way * (sample.x_mm - self._stood_mm) for way in self._ways)
        outside = aside_mm > ASIDE_MM
        if self._lasting.so("outside", now=outside, t_ns=sample.t_ns, at_least_s=ASIDE_S):
            return True
        self._follow(sample.t_ns, sample.x_mm)
        # Coming back from the other side is no foot: the shift must lead away from where the person stood.
        shifted_mm = min(self._shift_mm(sample.x_mm), aside_mm + self._sway_mm)
        if shifted_mm <= SHIFT_MM_AND_BUMP[-1][0]:
            return False
        bump = self._bump()
        return any(shifted_mm > mm and bump >= share for mm, share in SHIFT_MM_AND_BUMP)

    def _follow(self, t_ns: int, x_mm: float) -> None:
        since_s = 0.0 if self._last_ns is None else min((t_ns - self._last_ns) / S, STOOD_TAU_S)
        self._last_ns = t_ns
        self._stood_mm += (x_mm - self._stood_mm) * since_s / STOOD_TAU_S

    def _shift_mm(self, x_mm: float) -> float:
        return max(max(way * (x_mm - before_mm) for _, before_mm, _ in self._recent) for way in self._ways)

    def _bump(self) -> float:
        """Return the height of the highest peak in the load above both its sides, as a share of the load."""
        loads_n = [load_n for _, _, load_n in self._recent]
        lowest_after_n = loads_n[:]
        for at in range(len(loads_n) - 2, -1, -1):
            lowest_after_n[at] = min(loads_n[at], lowest_after_n[at + 1])
        highest_n, lowest_before_n = 0.0, loads_n[0]
        for load_n, after_n in zip(loads_n, lowest_after_n, strict=True):
            lowest_before_n = min(lowest_before_n, load_n)
            highest_n = max(highest_n, load_n - max(lowest_before_n, after_n))
        return highest_n / max(loads_n)


def other_foot(side: str | None) -> int:
    """Return on which side the other foot comes down of somebody who stands on this one."""
    return {"left": 1, "right": -1}.get(side or "", 0)
