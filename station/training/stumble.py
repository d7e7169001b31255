"""A stumble that was caught: the CoP shot away and came back."""

import math
from collections import deque
from typing import Final

from station.sway.reading import Sample
from station.training.stood import Stood

S: Final = 1_000_000_000
WINDOW_S: Final = 0.08  # over which speed is taken
FAST_MM_S: Final = 300.0  # quiet standing stays below 170, on foam with closed eyes too (docs/training.md)
FAR_MM: Final = 45.0
BACK_SHARE: Final = 0.5  # of the furthest way
CATCH_S: Final = 2.0  # who is not back by then did not catch themselves; other watches see to that


class StumbleWatch:
    """Takes samples; returns how far a stumble went once it is caught."""

    def __init__(self, stood: Stood) -> None:
        self._stood = stood
        self._recent: deque[tuple[int, float, float]] = deque()
        self._fast_ns: int | None = None
        self._furthest_mm = 0.0

    def step(self, sample: Sample) -> float | None:
        """Take the next sample; return the stumble's reach in mm when it ended at this one."""
        if sample.x_mm is None or sample.y_mm is None:
            self._recent.clear()
            self._fast_ns = None
            return None
        self._recent.append((sample.t_ns, sample.x_mm, sample.y_mm))
        while sample.t_ns - self._recent[0][0] > WINDOW_S * S:
            self._recent.popleft()
        away_mm = math.hypot(sample.x_mm - self._stood.x_mm, sample.y_mm - self._stood.y_mm)
        if self._speed_mm_s() > FAST_MM_S:
            self._fast_ns = self._fast_ns or sample.t_ns
        if self._fast_ns is None:
            return None
        self._furthest_mm = max(self._furthest_mm, away_mm)
        caught = self._furthest_mm > FAR_MM and away_mm < BACK_SHARE * self._furthest_mm
        if not caught and sample.t_ns - self._fast_ns <= CATCH_S * S:
            return None
        furthest_mm, self._furthest_mm, self._fast_ns = self._furthest_mm, 0.0, None
        return furthest_mm if caught else None

    def _speed_mm_s(self) -> float:
        (from_ns, x0_mm, y0_mm), (to_ns, x1_mm, y1_mm) = self._recent[0], self._recent[-1]
        if to_ns - from_ns < WINDOW_S * S / 2:
            return 0.0
        return math.hypot(x1_mm - x0_mm, y1_mm - y0_mm) / (to_ns - from_ns) * S
