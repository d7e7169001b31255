"""Limits of stability: lean as far as feels safe, one direction after another."""

import math
from collections.abc import Mapping
from typing import Final, Literal

from station.sway.reach import DIRECTIONS, SECTOR_RAD, Reach
from station.sway.reading import Sample
from station.training.outcome import Happening
from station.training.stood import Stood
from station.training.task import Place, Progress

DIRECTION_S: Final = 12.0  # to lean one way and come back
LEAST_MM: Final = 20.0  # a shorter way is sway, not a lean
BACK_SHARE: Final = 0.5  # of the reach: who is nearer the start than this has come back
MARK_MM: Final = 120.0  # where a screen puts the mark that shows the direction


def reach_name(direction: str) -> str:
    """Return the measure of a direction: `reach_left_forward_mm`."""
    return f"reach_{direction.replace('-', '_')}_mm"


def own_reach_mm(measures: Mapping[str, float]) -> dict[str, float]:
    """Return the reach by direction from the measures of a result, as `start_attempt` takes it."""
    return {name: measures[reach_name(name)] for name in DIRECTIONS if reach_name(name) in measures}


class Leaning:
    """Takes the instants that count; keeps the furthest steady reach in eight directions."""

    def __init__(self, radius_mm: float) -> None:
        self.longest_s = len(DIRECTIONS) * DIRECTION_S
        self.radius_mm = radius_mm
        self.ended: Literal["done", "lost"] | None = None
        self.in_target = False
        self.count: int | None = 0
        self.goal: int | None = len(DIRECTIONS)
        self.target_mm: Place | None = None
        self.targets_mm: tuple[Place, ...] = ()
        self.target_index: int | None = None
        self._stood = Stood(0.0, 0.0)
        self._reach: Reach | None = None
        self._furthest_mm: dict[str, float] = {}
        self._direction_s = 0.0

    @property
    def tally(self) -> dict[str, float]:
        """Return the reach in every direction somebody leaned to, in mm."""
        return {
            reach_name(name): round(self._furthest_mm[name], 1)
            for name in DIRECTIONS
            if self._furthest_mm.get(name, 0.0) >= LEAST_MM
        }

    @property
    def progress(self) -> Progress:
        """Return the furthest lean in each direction, None below what counts as one."""
        furthest_mm = [self._furthest_mm.get(name, 0.0) for name in DIRECTIONS]
        return Progress(reach_mm=tuple(round(mm, 1) if mm >= LEAST_MM else None for mm in furthest_mm))

    def begin(self, stood: Stood) -> None:
        """Measure from where the person stands; what was reached before a pause is kept."""
        self._stood = stood
        self._reach = Reach(stood.x_mm, stood.y_mm)
        angles = [n * SECTOR_RAD for n in range(len(DIRECTIONS))]
        self.targets_mm = tuple(
            (stood.x_mm + MARK_MM * math.cos(angle), stood.y_mm + MARK_MM * math.sin(angle))
            for angle in angles
        )
        self._go_to(self.target_index or 0)

    def step(self, sample: Sample, dt_s: float) -> list[Happening]:
        """Take the reach; go to the next direction when the person came back, or when it takes too long."""
        if self._reach is None or sample.x_mm is None or sample.y_mm is None or self.target_index is None:
            return []
        self._direction_s += dt_s
        self._reach.step(sample)
        for name, mm in self._reach.furthest_mm.items():
            self._furthest_mm[name] = max(mm, self._furthest_mm.get(name, 0.0))
        self.count = len(self.tally)
        direction = DIRECTIONS[self.target_index]
        reached_mm = self._furthest_mm.get(direction, 0.0)
        away_mm = math.hypot(sample.x_mm - self._stood.x_mm, sample.y_mm - self._stood.y_mm)
        came_back = reached_mm >= LEAST_MM and away_mm < BACK_SHARE * reached_mm
        if not came_back and self._direction_s < DIRECTION_S:
            return []
        if self.target_index + 1 < len(DIRECTIONS):
            self._go_to(self.target_index + 1)
        else:
            self.ended = "done" if self.tally else "lost"
        return [Happening("reached", sample.t_ns, {"direction": direction, "reach_mm": round(reached_mm, 1)})]

    def _go_to(self, index: int) -> None:
        self.target_index = index
        self.target_mm = self.targets_mm[index]
        self._direction_s = 0.0
