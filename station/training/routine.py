"""Routines are data: what to stand on, how, for how long, and which rung follows which."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from station.errors import ConfigError

Stance = Literal["both", "one-leg", "board"]
Support = Literal["two-hands", "one-hand", "fingertips", "hovering", "none"]
Vision = Literal["open", "closed"]
Surface = Literal["firm", "foam", "rocker-side", "rocker-forward", "wobble"]
Side = Literal["left", "right"]

Seconds = Annotated[float, msgspec.Meta(gt=0, le=600)]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
Millimetres = Annotated[float, msgspec.Meta(gt=0, le=1000)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Rung(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of a ladder; the next rung is harder in one thing only."""

    support: Support
    hold_s: Seconds
    support_limit_percent: Percent  # hand support above this share of body weight pauses the count
    vision: Vision = "open"
    surface: Surface = "firm"
    why: Words = "One small step on from the last one."
    cues: tuple[Words, ...] = ()  # instead of the routine's, where these do not fit the rung


class Target(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A circle the CoP should stay in, around where the person stood during the countdown."""

    radius_mm: Millimetres


class Routine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One exercise: its words, its stance, its target and its ladder of rungs (counted from 1)."""

    routine: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
    title: Words
    stance: Stance
    sided: bool = False  # done for the left and the right leg
    cues: tuple[Words, ...]
    target: Target
    # Radius of the area the CoP may use, None where the plate's own edge is the limit.
    rim_mm: Millimetres | None = None
    rungs: Annotated[tuple[Rung, ...], msgspec.Meta(min_length=1)]

    def __post_init__(self) -> None:
        for number, rung in enumerate(self.rungs, start=1):
            if rung.vision == "closed" and not rung.cues:
                message = f"rung {number} closes the eyes; give it `cues` that do not ask to look"
                raise ValueError(message)

    def rung(self, number: int) -> Rung:
        """Return the rung of this number, counted from 1. Raises IndexError beyond the ladder."""
        if not 1 <= number <= len(self.rungs):
            message = f"{self.routine} has rungs 1 to {len(self.rungs)}, not {number}"
            raise IndexError(message)
        return self.rungs[number - 1]


def parse_routine(text: str, *, where: str) -> Routine:
    """Return the routine of one TOML document. Raises ConfigError naming file, line or key."""
    try:
        return msgspec.convert(tomllib.loads(text), Routine)
    except tomllib.TOMLDecodeError as error:
        message = f"{where}: not valid TOML: {error}"
        raise ConfigError(message) from None
    except msgspec.ValidationError as error:
        message = f"{where}: {error}"
        raise ConfigError(message) from None


def read_routines(files: Iterable[Path]) -> dict[str, Routine]:
    """Return the routines of these files by name. Raises ConfigError for a bad or doubled one."""
    routines: dict[str, Routine] = {}
    for file in files:
        routine = parse_routine(file.read_text(encoding="utf-8"), where=str(file))
        if routine.routine in routines:
            message = f"{file}: the routine '{routine.routine}' is defined twice; rename one of them"
            raise ConfigError(message)
        routines[routine.routine] = routine
    return routines


@cache
def shipped_routines() -> Mapping[str, Routine]:
    """Return the routines that come with the station, by name."""
    folder = resources.files("station.training") / "routines"
    with resources.as_file(folder) as path:
        return read_routines(sorted(path.glob("*.toml")))
