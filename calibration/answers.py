"""What a person answers before the first step: on the terminal, or beforehand in a file."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import msgspec

from station.errors import CalibrationError

Kilograms = Annotated[float, msgspec.Meta(gt=0, le=300)]


# Said wherever masses are asked for.
NO_PLACES: Final = (
    "A person sways too much to stand for a place: your own weight serves in the daily check alone, "
    "where only the force is looked at."
)
ALONE: Final = "One mass shows neither a cell that bends nor a wrong mass. A second, in kg (Enter: none)? "


class Answers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who calibrates, with which masses, at `side` × `side` places up to `reach` of the half sides.

    `own_weight_kg` is what a bathroom scale says of the person who will stand on the plate, for `daily` only.
    """

    who: str = ""
    masses_kg: tuple[Kilograms, ...] = ()
    own_weight_kg: Annotated[float, msgspec.Meta(ge=20, le=300)] | None = None
    side: Annotated[int, msgspec.Meta(ge=3, le=7)] = 3
    reach: Annotated[float, msgspec.Meta(ge=0.3, le=0.95)] = 0.75
    temperature_c: float | None = None


def read_answers(file: Path) -> Answers:
    """Return the answers of a TOML file. Raises CalibrationError naming what is wrong."""
    try:
        return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Answers)
    except OSError as error:
        raise CalibrationError(f"answers {file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise CalibrationError(f"answers {file}: {error}") from None


def ask_answers(
    ask: Callable[[str], str],
    say: Callable[[str], None],
    *,
    masses: bool,
    own_weight: bool = False,
    second: bool = False,
) -> Answers:
    """Return what the person at the terminal answers; a wrong number is asked again.

    With `second`, whoever names one mass alone is asked for another, and may do without.
    With `own_weight`, `me 71.4` names the weight of the person who will stand on the plate.
    """
    while not (who := ask("Who calibrates? ").strip()):
        say("A name or initials, please: they stand in the plate's file. An interruption (Ctrl-C) gives up.")
    example = "9.98 19.95"
    if own_weight:
        say("A mass is the better check. A bathroom scale is good to 0.5 kg or 1 %, so is your own weight.")
        example = "9.98, or me 71.4 for your own weight"
    elif masses:
        say(NO_PLACES)
    while masses:
        text = ask(f"Which masses, in kg, weighed as exactly as you can (for example {example})? ")
        me, *rest = text.split() or [""]
        if not me:
            say("Name at least one mass, such as 9.98; an interruption (Ctrl-C) gives up.")
            continue
        try:
            if own_weight and me == "me":
                return msgspec.convert({"who": who, "own_weight_kg": _number(" ".join(rest))}, Answers)
            masses_kg = [_number(m) for m in text.split()]
            if second and len(masses_kg) == 1:
                masses_kg += [_number(m) for m in ask(ALONE).split()]
            return msgspec.convert({"who": who, "masses_kg": masses_kg}, Answers)
        except (ValueError, msgspec.ValidationError):
            say("Numbers above 0 and up to 300, with a blank between them, please.")
    return Answers(who=who)


def _number(text: str) -> float:
    """Return a number with a decimal point or a decimal comma. Raises ValueError."""
    return float(text.replace(",", "."))
