"""Weight shift: bring the CoP to targets around the start, one after another, and stay in each."""

import math
from collections.abc import Mapping
from typing import Final, Literal

from station.sway.reach import DIRECTIONS, SECTOR_RAD
from station.sway.reading import Sample
from station.training.outcome import Happening
from station.training.stood import Stood
from station.training.task import Place, Progress, within

# How far people lean who were never measured, right or left, forward, and back, in mm of CoP. Our choice: 60
# % of what adults reach (8° forward and to the sides, 4° back: Nashner 1990), the body's centre at 0.9 m.
USUAL_MM: Final = (75.0, 75.0, 38.0)
REACH_MM: Final = (20.0, 160.0)  # what is taken as somebody's own limit; outside it was measured wrongly
PATIENCE_S: Final = 12.0  # to get to a target; then comes the next
LOST_S: Final = 0.5  # outside for so long, and the time in the target begins again


def usual_reach_mm(direction: str) -> float:
    """Return how far somebody may be asked to lean whose own limits are not known."""
    side_mm, forward_mm, back_mm = USUAL_MM
    angle = DIRECTIONS.index(direction) * SECTOR_RAD
    along_mm = forward_mm if math.sin(angle) > 0 else back_mm
    return 1 / math.hypot(math.cos(angle) / side_mm, math.sin(angle) / along_mm)


class Targets:
    """Takes the instants that count; a target is reached when the CoP stayed in it for its time."""

    def __init__(
        self,
        number: int,
        in_target_s: float,
        radius_mm: float,
        *,
        reach_percent: float,
        own_reach_mm: Mapping[str, float] | None,
    ) -> None:
        self.directions = DIRECTIONS[:: len(DIRECTIONS) // number]
        self.longest_s = number * (PATIENCE_S + 3 * in_target_s)
        self.radius_mm = radius_mm
        self.ended: Literal["done", "lost"] | None = None
        self.in_target = False
        self.count: int | None = 0
        self.goal: int | None = number
        self.target_mm: Place | None = None
        self.targets_mm: tuple[Place, ...] = ()
        self.target_index: int | None = None
        self._reached: tuple[int, ...] = ()
        self._needed_s = in_target_s
        self._reach_mm = [_reach(name, own_reach_mm or {}) * reach_percent / 100 for name in self.directions]
        self._inside_s = self._outside_s = self._looked_s = 0.0

    @property
    def tally(self) -> dict[str, float]:
        """Return how many targets were reached."""
        return {"targets_reached": float(len(self._reached))}

    @property
    def progress(self) -> Progress:
        """Return the time in this target, and which ones were reached."""
        return Progress(target_share=min(1.0, self._inside_s / self._needed_s), reached=self._reached)

    def begin(self, stood: Stood) -> None:
        """Lay the targets around where the person stands, and go on with the one that comes."""
        angles = [DIRECTIONS.index(name) * SECTOR_RAD for name in self.directions]
        self.targets_mm = tuple(
            (stood.x_mm + reach_mm * math.cos(angle), stood.y_mm + reach_mm * math.sin(angle))
            for angle, reach_mm in zip(angles, self._reach_mm, strict=True)
        )
        self._go_to(self.target_index or 0)

    def step(self, sample: Sample, dt_s: float) -> list[Happening]:
        """Count the time in the target; go to the next one when it is full, or when it takes too long."""
        self.in_target = within(sample, self.target_mm, self.radius_mm)
        self._looked_s += dt_s
        if self.in_target:
            self._inside_s += dt_s
            self._outside_s = 0.0
        else:
            self._outside_s += dt_s
            if self._outside_s > LOST_S:
                self._inside_s = 0.0
        if self._inside_s >= self._needed_s - 1e-6:
            self._reached = (*self._reached, self.target_index or 0)
            self.count = len(self._reached)
            return self._next("target_reached", sample.t_ns)
        if self._looked_s >= PATIENCE_S + 2 * self._needed_s:
            return self._next("target_missed", sample.t_ns)
        return []

    def _next(self, kind: str, t_ns: int) -> list[Happening]:
        index = self.target_index or 0
        direction = self.directions[index]
        if index + 1 < len(self.targets_mm):
            self._go_to(index + 1)
        else:
            self.ended = "done" if self.count == self.goal else "lost"
        return [Happening(kind, t_ns, {"target": index + 1, "direction": direction})]

    def _go_to(self, index: int) -> None:
        self.target_index = index
        self.target_mm = self.targets_mm[index]
        self._inside_s = self._outside_s = self._looked_s = 0.0


def _reach(direction: str, own_mm: Mapping[str, float]) -> float:
    least_mm, most_mm = REACH_MM
    return min(max(own_mm.get(direction, usual_reach_mm(direction)), least_mm), most_mm)
