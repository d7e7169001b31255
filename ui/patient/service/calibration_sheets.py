"""The pages of a calibration: what each one shows, and what may be pressed on it."""

from dataclasses import dataclass
from typing import Final, get_args

from calibration.spoken import AskStep, Counts, Failed, NotTaken, Ready, Result, Verb
from ui.patient.service.door import DIGITS, ERASE
from ui.patient.service.view import BACK

# In the order of a new board: which cell is where, the plate, and then what is done again and again.
VERBS: Final[tuple[Verb, ...]] = ("corners", "cells", "plate", "verify", "daily", "tare")
MASSES: Final[dict[Verb, int]] = {"cells": 2, "plate": 2, "verify": 1, "daily": 1}
DONE: Final = "done"
REPEAT: Final = "repeat"
NEXT: Final = "next"
ONLY: Final = "only"
OWN: Final = "own"  # one's own weight instead of a mass, and back
AGAIN: Final = "again"
RESTORE: Final = "take_back"
LONGEST: Final = 5  # digits: 300.00 kg is the most, 199.99 the most that is typed
LEAST_KG: Final = 0.5
LEAST_OWN_KG: Final = 20.0

assert set(VERBS) <= set(get_args(Verb))  # noqa: S101 - a word of the program itself


@dataclass(frozen=True, slots=True)
class ProcedureSheet:
    """Which procedure."""

    main: None = None
    choices: tuple[str, ...] = (*VERBS, "restore", BACK)


@dataclass(frozen=True, slots=True)
class RestoreSheet:
    """Whether the board shall weigh as it did before the newest calibration."""

    main: str = RESTORE
    choices: tuple[str, ...] = (RESTORE, BACK)


@dataclass(frozen=True, slots=True)
class MassSheet:
    """Typing the mass after those in `masses_kg`; digits fill in from the right, two of them decimals."""

    verb: Verb
    typed: str = ""
    masses_kg: tuple[float, ...] = ()
    of: int = 1
    alike: bool = False  # too near the mass before: nothing could be told from the difference
    own: bool = False  # it is the weight of the person who will stand on the board

    @property
    def kg(self) -> float:
        """Return what is typed, in kg."""
        return int(self.typed or "0") / 100

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the keys that may be pressed now."""
        erase = (ERASE,) if self.typed else ()
        only = (ONLY,) if self.verb == "plate" and self.masses_kg and not self.typed else ()
        own = (OWN,) if self.verb == "daily" else ()
        return (*DIGITS, *erase, *only, *own, *((NEXT,) if self.main else ()), BACK)

    @property
    def main(self) -> str | None:
        """Return the way on, once a mass is typed."""
        return NEXT if self.kg >= (LEAST_OWN_KG if self.own else LEAST_KG) else None


@dataclass(frozen=True, slots=True)
class StepSheet:
    """A step under way, how the cells are, and why it was not taken the last time."""

    ready: Ready
    step: AskStep
    counts: Counts | None = None
    refused: NotTaken | None = None
    looking: bool = False

    @property
    def choices(self) -> tuple[str, ...]:
        """Return: done, the step before, the way out; while the board is looked at, the last two."""
        done = () if self.looking else (DONE,)
        repeat = (REPEAT,) if self.step.number > 1 and not self.looking else ()
        return (*done, *repeat, BACK)

    @property
    def main(self) -> str | None:
        """Return the way on."""
        return None if self.looking else DONE


@dataclass(frozen=True, slots=True)
class MomentSheet:
    """The program starts, or works out what was measured."""

    verb: Verb
    measured: bool = False
    main: None = None
    choices: tuple[str, ...] = (BACK,)


@dataclass(frozen=True, slots=True)
class ResultSheet:
    """What came of it, or why nothing did."""

    verb: Verb
    result: Result | None = None
    failed: Failed | None = None

    @property
    def main(self) -> str | None:
        """Return the way on: the same once more, but never one calibration further back by one press."""
        return None if self.verb == "restore" else AGAIN

    @property
    def choices(self) -> tuple[str, ...]:
        """Return: once more, the way out."""
        return (BACK,) if self.main is None else (self.main, BACK)


CalibrationSheet = ProcedureSheet | RestoreSheet | MassSheet | StepSheet | MomentSheet | ResultSheet
