"""A calibration as a dialogue without input and output: steps to do, readings in, one sentence when refused.

What was taken so far is a plain list: a step is repeated by taking it off, and interrupted work resumes by
putting it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from calibration.refusal import Refusal
from calibration.still import Glance, Look, Settling, Still
from calibration.upright import Upright
from station.sway.plate import CORNERS_X, CORNERS_Y, Plate
from station.sway.reading import CELL_COUNT, CELLS, Reading

Kind = Literal["empty", "mass", "press", "person"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: empty the plate, put a force at a place, press a corner, or stand on the plate.

    `key` names its words where the kind alone does not.
    """

    kind: Kind
    text: str
    x_mm: float = 0.0
    y_mm: float = 0.0
    force_n: float = 0.0
    key: str = ""

    @property
    def corner(self) -> str | None:
        """Return the corner to press (FL, FR, RL, RR), None for other steps."""
        if self.kind != "press":
            return None
        signs = zip(CELLS, CORNERS_X, CORNERS_Y, strict=True)
        return next((name for name, x, y in signs if x * self.x_mm > 0 and y * self.y_mm > 0), None)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was done, and what the cells said."""

    step: Step
    still: Still


class Procedure(Protocol):
    """What to do next, and what to refuse; both follow from what was taken alone."""

    @property
    def total(self) -> int:
        """Return how many steps there are."""
        ...

    def next_step(self, taken: Sequence[Taken]) -> Step | None:
        """Return what to do now, None when all is done."""
        ...

    def refusal(self, step: Step, still: Still, taken: Sequence[Taken]) -> Refusal | None:
        """Return why this reading cannot be of this step; None when it can."""
        ...


class Dialogue:
    """Leads through a procedure. The plate's scale tells stillness from movement."""

    def __init__(self, procedure: Procedure, plate: Plate, taken: Sequence[Taken] = ()) -> None:
        self._procedure = procedure
        self._plate = plate
        self._look: Look | Upright | None = None
        self._settling = Settling(plate)
        self.taken = list(taken)
        self.refused: Refusal | None = None

    @property
    def step(self) -> Step | None:
        """Return what to do now, None when the procedure is done."""
        return self._procedure.next_step(self.taken)

    @property
    def total(self) -> int:
        """Return how many steps the procedure has."""
        return self._procedure.total

    @property
    def looking(self) -> bool:
        """Return whether readings are being taken."""
        return self._look is not None

    @property
    def progress(self) -> float:
        """Return how much of the look is done, 0 to 1; 0 while the person has the word."""
        return self._look.progress if self._look is not None else 0.0

    def glance(self) -> Glance:
        """Return how the cells are now, while waiting as well as while looking."""
        return self._settling.glance()

    def net_n(self, glance: Glance) -> tuple[float | None, ...]:
        """Return what each cell carries since the plate was last empty, None where there is no zero yet."""
        zero = zero_of(self.taken) or (None if self._plate.nominal else self._plate.tare_counts)
        if zero is None:
            return (None,) * CELL_COUNT
        return tuple(
            None if now is None else (now - tare) / per_n
            for now, tare, per_n in zip(glance.counts, zero, self._plate.counts_per_n, strict=True)
        )

    def go(self) -> None:
        """Look at the plate: the person has done the step."""
        self.refused = None
        kind = self.step.kind if self.step is not None else "empty"
        if kind == "person":
            self._look = Upright(self._plate, zero_of(self.taken) or self._plate.tare_counts)
        else:
            self._look = Look(self._plate, held=kind == "press")

    def back(self) -> None:
        """Do the step before again."""
        self._look = self.refused = None
        if self.taken:
            self.taken.pop()

    def push(self, reading: Reading) -> None:
        """Take one reading; after it `looking` may have ended, with `refused` or one more `taken`."""
        self._settling.push(reading)
        if self._look is None:
            return
        self._look.push(reading)
        result = self._look.result
        if result is None:
            return
        self._look = None
        step = self.step
        if isinstance(result, Refusal):
            self.refused = result
        elif step is not None:
            self.refused = self._procedure.refusal(step, result, self.taken)
            if self.refused is None:
                self.taken.append(Taken(step, result))


def zero_of(taken: Sequence[Taken]) -> tuple[float, float, float, float] | None:
    """Return the counts of the plate when it was last seen empty."""
    return next((t.still.counts for t in reversed(taken) if t.step.kind == "empty"), None)
