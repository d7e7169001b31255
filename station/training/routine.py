"""Routines are data: what to stand on, how, for how long, and which rung follows which."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec

from station.errors import ConfigError
from station.training.toml_place import line_of

Kind = Literal[
    "hold",  # stand there for a while
    "targets",  # bring the CoP to targets around the start, and stay in each
    "reach",  # how far somebody leans, steadily, in eight directions
    "repetitions",  # counted from the CoP
    "steps",  # beside the plate, counted by somebody
    "guided",  # off the plate, told afterwards
]
Stance = Literal["both", "together", "one-leg", "semi-tandem", "tandem", "board", "off"]
Support = Literal["two-hands", "one-hand", "fingertips", "hovering", "none"]
Vision = Literal["open", "closed"]
Surface = Literal["firm", "foam", "rocker-side", "rocker-forward", "wobble"]
Side = Literal["left", "right"]

Seconds = Annotated[float, msgspec.Meta(gt=0, le=600)]
NoSeconds = Annotated[float, msgspec.Meta(ge=0, le=600)]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
Millimetres = Annotated[float, msgspec.Meta(gt=0, le=1000)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Number = Annotated[int, msgspec.Meta(ge=1, le=100)]
Minutes = Annotated[float, msgspec.Meta(gt=0, le=60)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{1,40}$")]

# What a rung of each kind must say beside support, vision and surface. What stands under no kind of a routine
# is refused in it: it would be a number nobody acts on.
NEEDS: Final[dict[Kind, tuple[str, ...]]] = {
    "hold": ("hold_s",),
    "targets": ("targets", "reach_percent", "in_target_s"),
    "reach": (),
    "repetitions": ("repetitions",),
    "steps": ("steps",),
    "guided": (),
}
MAY_HAVE: Final[dict[Kind, tuple[str, ...]]] = {"guided": ("repetitions", "minutes")}
MEASURED: Final = ("hold_s", "targets", "reach_percent", "in_target_s", "repetitions", "steps", "minutes")
OFF_PLATE: Final = ("steps", "guided")

# About how long one of each takes, to plan a session's minutes; nothing is judged by it.
TO_A_TARGET_S: Final = 4.0
REACHES_S: Final = 60.0
REPETITION_S: Final = 3.0
WALKING_STEP_S: Final = 2.0

# Messages that name a key: msgspec's and ours.
OF_MSGSPEC: Final = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<where>.*)`)?$", re.DOTALL)
OURS: Final = re.compile(r"^(?P<where>[a-z_.]+(?:\[\d+\])?[a-z_.]*): (?P<what>.*)$", re.DOTALL)


class Rung(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of a ladder; the next rung is harder in one thing only."""

    support: Support
    support_limit_percent: Percent = 100.0  # hand support above this share of body weight pauses the count
    hold_s: NoSeconds = 0.0
    stance: Stance | None = None  # None: the routine's
    vision: Vision = "open"
    surface: Surface = "firm"
    targets: Literal[4, 8] | None = None
    reach_percent: Annotated[float, msgspec.Meta(gt=0, le=100)] | None = None  # of the person's own limits
    in_target_s: Annotated[float, msgspec.Meta(gt=0, le=30)] | None = None
    repetitions: Number | None = None
    steps: Number | None = None
    minutes: Minutes | None = None
    why: Words = "One small step on from the last one."
    cues: tuple[Words, ...] = ()  # instead of the routine's, where these do not fit the rung

    @property
    def takes_s(self) -> float:
        """Return about how long one attempt takes, in seconds."""
        return (
            self.hold_s
            + (self.targets or 0) * (TO_A_TARGET_S + (self.in_target_s or 0.0))
            + (self.repetitions or 0) * REPETITION_S
            + (self.steps or 0) * WALKING_STEP_S
            + (self.minutes or 0.0) * 60
        )


class Target(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A circle the CoP should stay in, around where the person stood during the countdown."""

    radius_mm: Millimetres


class Routine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One exercise: its words, its stance, its target and its ladder of rungs (counted from 1).

    An assessment shows no feedback worth following, is never progressed, and its rungs are conditions, not a
    ladder.
    """

    routine: Name
    title: Words
    kind: Kind = "hold"
    stance: Stance
    sided: bool = False  # done for the left and the right leg; heel to toe: which foot is in front
    feedback: bool = True  # the CoP is shown while it is measured
    assessment: bool = False
    picture: Name | None = None  # None: drawn from stance, support and surface
    cues: tuple[Words, ...]
    target: Target = Target(radius_mm=30.0)
    # Radius of the area the CoP may use, None where the feet or the plate are the limit.
    rim_mm: Millimetres | None = None
    rungs: Annotated[tuple[Rung, ...], msgspec.Meta(min_length=1)]

    def __post_init__(self) -> None:
        """Refuse what does not go together. Raises ValueError that begins with the key."""
        off = self.kind in OFF_PLATE
        if off != (self.stance == "off"):
            where = (
                "beside the plate: its stance is 'off'" if off else "on the plate: its stance is not 'off'"
            )
            message = f"stance: a routine of kind '{self.kind}' is done {where}"
            raise ValueError(message)
        for number, rung in enumerate(self.rungs):
            _check_rung(rung, self.kind, f"rungs[{number}]")

    def rung(self, number: int) -> Rung:
        """Return the rung of this number, counted from 1. Raises IndexError beyond the ladder."""
        if not 1 <= number <= len(self.rungs):
            message = f"{self.routine} has rungs 1 to {len(self.rungs)}, not {number}"
            raise IndexError(message)
        return self.rungs[number - 1]


def _check_rung(rung: Rung, kind: Kind, where: str) -> None:
    """Refuse a rung that lacks, or has too much of, what its kind counts. Raises ValueError."""
    for name in MEASURED:
        given = getattr(rung, name)
        if not given and name in NEEDS[kind]:
            message = f"{where}.{name}: a rung of kind '{kind}' needs it"
            raise ValueError(message)
        if given and name not in NEEDS[kind] + MAY_HAVE.get(kind, ()):
            message = f"{where}.{name}: a rung of kind '{kind}' has none; leave it out"
            raise ValueError(message)
    if kind == "guided" and (rung.repetitions is None) == (rung.minutes is None):
        message = f"{where}.repetitions: a guided rung says either repetitions or minutes"
        raise ValueError(message)
    if (rung.stance == "off") and kind not in OFF_PLATE:
        message = f"{where}.stance: a rung of kind '{kind}' is done on the plate"
        raise ValueError(message)
    if rung.vision == "closed" and not rung.cues:
        message = f"{where}.cues: the rung closes the eyes; give it `cues` that do not ask to look"
        raise ValueError(message)


def parse_routine(text: str, *, where: str) -> Routine:
    """Return the routine of one TOML document. Raises ConfigError naming file, line and key."""
    try:
        document = tomllib.loads(text)
        _refuse_unlimited_support(document)
        return msgspec.convert(document, Routine)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: not valid TOML: {error}") from None
    except (msgspec.ValidationError, ValueError) as error:
        raise ConfigError(f"{where}{_place_and_reason(str(error), text)}") from None


def _refuse_unlimited_support(document: dict[str, Any]) -> None:
    """Refuse a rung on the plate that does not say how much the hands may carry. Raises ValueError."""
    rungs = document.get("rungs")
    if document.get("kind") in OFF_PLATE or not isinstance(rungs, list):
        return
    for number, rung in enumerate(rungs):
        if isinstance(rung, dict) and "support_limit_percent" not in rung:
            message = f"rungs[{number}].support_limit_percent: a rung on the plate needs it"
            raise ValueError(message)


def _place_and_reason(message: str, text: str) -> str:
    """Return ", line 12: rungs[2].support: invalid …" of what was found wrong."""
    found = OURS.match(message) or OF_MSGSPEC.match(message)
    path, what = (found["where"] or "", found["what"]) if found else ("", message)
    named = re.search(r"field `([\w-]+)`", what)  # the missing or unknown one; the path is its table's
    if named is not None:
        path = f"{path}.{named[1]}" if path else named[1]
    line = line_of(text, path)
    return f"{f', line {line}' if line else ''}: {f'{path}: ' if path else ''}{what}"


def read_routines(files: Iterable[Path]) -> dict[str, Routine]:
    """Return the routines of these files by name. Raises ConfigError for a bad or doubled one."""
    routines: dict[str, Routine] = {}
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{file}: {getattr(error, 'strerror', None) or error}") from None
        routine = parse_routine(text, where=str(file))
        if routine.routine in routines:
            line = line_of(text, "routine")
            raise ConfigError(
                f"{file}, line {line}: routine: '{routine.routine}' is defined twice; rename one of them"
            )
        routines[routine.routine] = routine
    return routines


def shipped_files() -> list[Path]:
    """Return the files that come with the station, by name."""
    with resources.as_file(resources.files("station.training") / "routines") as folder:
        return sorted(folder.glob("*.toml"))


@cache
def shipped_routines() -> Mapping[str, Routine]:
    """Return the routines that come with the station, by name."""
    return read_routines(shipped_files())


def routines_with(folder: str) -> Mapping[str, Routine]:
    """Return the shipped routines and a clinic's own of this folder; without a folder, the shipped ones.

    Raises ConfigError for a folder that is not there, and for a bad file or a name that is taken.
    """
    if not folder:
        return shipped_routines()
    path = Path(folder)
    if not path.is_dir():
        raise ConfigError(f"training.routines: {folder} is no folder; create it, or leave the key out")
    return read_routines([*shipped_files(), *sorted(path.glob("*.toml"))])
