"""Calf raises, counted from the CoP: forward onto the toes, and back."""

from collections import deque
from statistics import median
from typing import Final, Literal

from station.sway.reading import Sample
from station.training.outcome import Happening
from station.training.stood import Stood
from station.training.task import Place, Progress, within

# Up when the CoP is this far in front of the start, down when it is back by most of that. The first raise is
# taken with a threshold for anybody; then the person's own raises set it.
FIRST_UP_MM: Final = 24.0
UP_SHARE: Final = 0.5
DOWN_SHARE: Final = 0.3
UP_MM: Final = (18.0, 45.0)
SWAY_SHARE: Final = 2.5  # and not within this many standard deviations of the person's own sway
MOST_SWAY_MM: Final = 30.0
OWN_RAISES: Final = 5
LEAST_S: Final = 0.15  # up or down for a shorter while is no raise
START_TAU_S: Final = 3.0  # the start follows where the person stands flat, as slowly as this
START_MM: Final = 20.0  # and no further
LONGEST_S: Final = 8.0  # a raise, with the rest that somebody may need


class Repetitions:
    """Takes the instants that count; a raise counts when the person is down again."""

    def __init__(self, goal: int, radius_mm: float) -> None:
        self.longest_s = goal * LONGEST_S
        self.radius_mm = radius_mm
        self.ended: Literal["done", "lost"] | None = None
        self.in_target = False
        self.count: int | None = 0
        self.goal: int | None = goal
        self.target_mm: Place | None = None
        self.targets_mm: tuple[Place, ...] = ()
        self.target_index: int | None = None
        self._raises = 0
        self._goal = goal
        self._start_y_mm = self._stood_y_mm = self._sway_mm = 0.0
        self._up = False
        self._beyond_s = 0.0  # beyond the threshold to the other state
        self._peak_mm = 0.0
        self._peaks_mm: deque[float] = deque(maxlen=OWN_RAISES)

    @property
    def tally(self) -> dict[str, float]:
        """Return how many."""
        return {"repetitions": float(self._raises)}

    @property
    def progress(self) -> Progress:
        """Return whether the person is on the toes."""
        return Progress(up=self._up)

    def begin(self, stood: Stood) -> None:
        """Count from where the person stands flat."""
        self.target_mm = (stood.x_mm, stood.y_mm)
        self._start_y_mm = self._stood_y_mm = stood.y_mm
        self._sway_mm = min(SWAY_SHARE * stood.sd_y_mm, MOST_SWAY_MM)
        self._up = False
        self._beyond_s = 0.0

    def step(self, sample: Sample, dt_s: float) -> list[Happening]:
        """Take where the CoP is."""
        if sample.y_mm is None:
            return []
        self.in_target = within(sample, self.target_mm, self.radius_mm)
        forward_mm = sample.y_mm - self._start_y_mm
        up_mm = self._up_mm()
        if self._up:
            self._peak_mm = max(self._peak_mm, forward_mm)
            return self._lower(sample.t_ns, dt_s, is_down=forward_mm < DOWN_SHARE / UP_SHARE * up_mm)
        self._beyond_s = self._beyond_s + dt_s if forward_mm > up_mm else 0.0
        if self._beyond_s >= LEAST_S:
            self._up, self._beyond_s, self._peak_mm = True, 0.0, forward_mm
        elif abs(forward_mm) < up_mm:
            self._follow(forward_mm, dt_s)
        return []

    def _lower(self, t_ns: int, dt_s: float, *, is_down: bool) -> list[Happening]:
        self._beyond_s = self._beyond_s + dt_s if is_down else 0.0
        if self._beyond_s < LEAST_S:
            return []
        self._up, self._beyond_s = False, 0.0
        self._peaks_mm.append(self._peak_mm)
        self._raises += 1
        self.count = self._raises
        if self._raises >= self._goal:
            self.ended = "done"
        return [Happening("repetition", t_ns, {"count": self._raises})]

    def _up_mm(self) -> float:
        own_mm = UP_SHARE * median(self._peaks_mm) if self._peaks_mm else FIRST_UP_MM
        return max(min(max(own_mm, UP_MM[0]), UP_MM[1]), self._sway_mm)

    def _follow(self, forward_mm: float, dt_s: float) -> None:
        moved_mm = self._start_y_mm + forward_mm * dt_s / START_TAU_S - self._stood_y_mm
        self._start_y_mm = self._stood_y_mm + min(max(moved_mm, -START_MM), START_MM)
