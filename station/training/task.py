"""What an attempt is about once the person stands there: a hold, targets, a reach, repetitions."""

from typing import Final, Literal, NamedTuple, Protocol

from station.sway.reading import Sample
from station.training.outcome import Happening
from station.training.stood import Stood

LONGEST_SHARE: Final = 3.0  # an attempt may last this many times its hold

Place = tuple[float, float]  # x, y in mm


class Progress(NamedTuple):
    """How far somebody is within a task, for a screen; what a task does not have stays as it is here."""

    target_share: float | None = None  # of the time to stay in the target, 0 to 1
    reached: tuple[int, ...] = ()  # the targets kept for their time, counted from 0
    reach_mm: tuple[float | None, ...] = ()  # the furthest lean towards each target; None: none yet
    up: bool | None = None  # on the toes


class Task(Protocol):
    """Takes the instants that count, and no others.

    `ended` says how it came out once it is over. `count` of `goal` is None where nothing is counted; `tally`
    is what goes with the result, by the names of measures. `target_mm` is where the CoP should be now, one of
    `targets_mm` where there are several. `longest_s` is when an attempt at it ends whatever happens.
    """

    longest_s: float
    radius_mm: float
    ended: Literal["done", "lost"] | None
    in_target: bool
    count: int | None
    goal: int | None
    target_mm: Place | None
    targets_mm: tuple[Place, ...]
    target_index: int | None

    @property
    def tally(self) -> dict[str, float]:
        """Return the task's own numbers."""
        ...

    @property
    def progress(self) -> Progress:
        """Return what a screen shows beside the count."""
        ...

    def begin(self, stood: Stood) -> None:
        """Start, or go on after a pause, from where the person stands."""
        ...

    def step(self, sample: Sample, dt_s: float) -> list[Happening]:
        """Take an instant that counts and the time since the last one."""
        ...


def within(sample: Sample, place_mm: Place | None, radius_mm: float) -> bool:
    """Return whether the CoP is inside a circle."""
    if place_mm is None or sample.x_mm is None or sample.y_mm is None:
        return False
    dx_mm, dy_mm = sample.x_mm - place_mm[0], sample.y_mm - place_mm[1]
    return dx_mm * dx_mm + dy_mm * dy_mm <= radius_mm**2


class Hold:
    """Stand there until the time is full, if possible inside the target."""

    def __init__(self, hold_s: float, radius_mm: float) -> None:
        self.longest_s = LONGEST_SHARE * hold_s
        self.radius_mm = radius_mm
        self.ended: Literal["done", "lost"] | None = None
        self.in_target = False
        self.count: int | None = None
        self.goal: int | None = None
        self.target_mm: Place | None = None
        self.targets_mm: tuple[Place, ...] = ()
        self.target_index: int | None = None
        self._hold_s = hold_s
        self._held_s = 0.0

    @property
    def tally(self) -> dict[str, float]:
        """Return nothing: the time is the attempt's."""
        return {}

    @property
    def progress(self) -> Progress:
        """Return nothing: the time is the attempt's."""
        return Progress()

    def begin(self, stood: Stood) -> None:
        """Stay where the person stands."""
        self.target_mm = (stood.x_mm, stood.y_mm)

    def step(self, sample: Sample, dt_s: float) -> list[Happening]:
        """Count the time."""
        self._held_s += dt_s
        self.in_target = within(sample, self.target_mm, self.radius_mm)
        if self._held_s >= self._hold_s - 1e-6:
            self.ended = "done"
        return []
