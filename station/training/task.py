"""What an attempt is about once the person stands there: a hold, targets, a reach, repetitions."""

from typing import Final, Protocol

from station.sway.reading import Sample
from station.training.arrival import Stood
from station.training.outcome import Happening

LONGEST_SHARE: Final = 3.0  # an attempt may last this many times its hold


def within(sample: Sample, centre: Stood | None, radius_mm: float) -> bool:
    """Return whether the CoP is inside a circle."""
    if centre is None or sample.x_mm is None or sample.y_mm is None:
        return False
    dx_mm, dy_mm = sample.x_mm - centre.x_mm, sample.y_mm - centre.y_mm
    return dx_mm * dx_mm + dy_mm * dy_mm <= radius_mm**2


class Task(Protocol):
    """Takes the instants that count, and no others.

    `count` of `goal` is None where nothing is counted; `tally` is what goes with the result, by name.
    `longest_s` is when an attempt at it ends whatever happens.
    """

    done: bool
    in_target: bool
    longest_s: float

    @property
    def count(self) -> int | None:
        """Return how many so far."""
        ...

    @property
    def goal(self) -> int | None:
        """Return how many it takes."""
        ...

    @property
    def tally(self) -> dict[str, float]:
        """Return the task's own numbers."""
        ...

    def begin(self, stood: Stood) -> None:
        """Start, or go on after a pause, from where the person stands."""
        ...

    def step(self, sample: Sample, dt_s: float) -> list[Happening]:
        """Take an instant that counts and the time since the last one."""
        ...


class Hold:
    """Stand inside the target until the time is full."""

    def __init__(self, hold_s: float, radius_mm: float) -> None:
        self.done = False
        self.in_target = False
        self.longest_s = LONGEST_SHARE * hold_s
        self._hold_s = hold_s
        self._held_s = 0.0
        self._radius_mm = radius_mm
        self._stood: Stood | None = None

    @property
    def count(self) -> int | None:
        """Return None: time is counted by the attempt."""
        return None

    @property
    def goal(self) -> int | None:
        """Return None."""
        return None

    @property
    def tally(self) -> dict[str, float]:
        """Return nothing of its own."""
        return {}

    def begin(self, stood: Stood) -> None:
        """Stay where the person stands."""
        self._stood = stood

    def step(self, sample: Sample, dt_s: float) -> list[Happening]:
        """Count the time."""
        self._held_s += dt_s
        self.in_target = within(sample, self._stood, self._radius_mm)
        self.done = self._held_s >= self._hold_s - 1e-6
        return []
