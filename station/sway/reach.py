"""Limits of stability: how far a person leans, steadily, in eight directions."""

import math
from typing import Final

from station.sway.live import PERIOD_NS
from station.sway.reading import Sample

DIRECTIONS: Final = (
    "right",
    "right-forward",
    "forward",
    "left-forward",
    "left",
    "left-back",
    "back",
    "right-back",
)
STEADY_S: Final = 0.5  # a reach counts once it was kept this long
SECTOR_RAD: Final = 2 * math.pi / len(DIRECTIONS)


class Reach:
    """Takes samples one by one; `furthest_mm` holds the furthest steady reach of each direction so far.

    A reach is the least distance from the start kept inside one 45° sector over half a second.
    """

    def __init__(self, x_mm: float, y_mm: float) -> None:
        self._centre = (x_mm, y_mm)
        self._sector: int | None = None
        self._recent_mm: list[float] = []
        self.furthest_mm: dict[str, float] = {}

    def step(self, sample: Sample) -> None:
        """Take the next sample; one without a CoP breaks what was being kept."""
        if sample.x_mm is None or sample.y_mm is None:
            self._sector = None
            return
        dx_mm, dy_mm = sample.x_mm - self._centre[0], sample.y_mm - self._centre[1]
        sector = round(math.atan2(dy_mm, dx_mm) / SECTOR_RAD) % len(DIRECTIONS)
        if sector != self._sector:
            self._sector = sector
            self._recent_mm = []
        self._recent_mm.append(math.hypot(dx_mm, dy_mm))
        needed = round(STEADY_S * 1e9 / PERIOD_NS)
        if len(self._recent_mm) >= needed:
            self._recent_mm = self._recent_mm[-needed:]
            steady_mm = min(self._recent_mm)
            direction = DIRECTIONS[sector]
            self.furthest_mm[direction] = max(steady_mm, self.furthest_mm.get(direction, 0.0))
