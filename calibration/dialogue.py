"""A calibration as a dialogue without input and output: steps to do, readings in, one sentence when refused.

What was taken so far is a plain list: a step is repeated by taking it off, and interrupted work resumes by
putting it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from calibration.still import Look, Still
from station.sway.plate import Plate
from station.sway.reading import Reading

Kind = Literal["empty", "mass", "press"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: empty the plate, put a force at a place, or press a corner with a hand."""

    kind: Kind
    text: str
    x_mm: float = 0.0
    y_mm: float = 0.0
    force_n: float = 0.0


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was done, and what the cells said."""

    step: Step
    still: Still


class Procedure(Protocol):
    """What to do next, and what to refuse; both follow from what was taken alone."""

    def next_step(self, taken: Sequence[Taken]) -> Step | None:
        """Return what to do now, None when all is done."""
        ...

    def refusal(self, step: Step, still: Still, taken: Sequence[Taken]) -> str | None:
        """Return why this reading cannot be of this step, in one sentence; None when it can."""
        ...


class Dialogue:
    """Leads through a procedure. The plate's scale tells stillness from movement."""

    def __init__(self, procedure: Procedure, plate: Plate, taken: Sequence[Taken] = ()) -> None:
        self._procedure = procedure
        self._plate = plate
        self._look: Look | None = None
        self.taken = list(taken)
        self.refused: str | None = None

    @property
    def step(self) -> Step | None:
        """Return what to do now, None when the procedure is done."""
        return self._procedure.next_step(self.taken)

    @property
    def looking(self) -> bool:
        """Return whether readings are being taken."""
        return self._look is not None

    def go(self) -> None:
        """Look at the plate: the person has done the step."""
        self.refused = None
        self._look = Look(self._plate)

    def back(self) -> None:
        """Do the step before again."""
        self._look = self.refused = None
        if self.taken:
            self.taken.pop()

    def push(self, reading: Reading) -> None:
        """Take one reading; after it `looking` may have ended, with `refused` or one more `taken`."""
        if self._look is None:
            return
        self._look.push(reading)
        result = self._look.result
        if result is None:
            return
        self._look = None
        step = self.step
        if isinstance(result, str):
            self.refused = result
        elif step is not None:
            self.refused = self._procedure.refusal(step, result, self.taken)
            if self.refused is None:
                self.taken.append(Taken(step, result))
