"""What a person answers before the first step: on the terminal, or beforehand in a file."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec

from station.errors import CalibrationError

Kilograms = Annotated[float, msgspec.Meta(gt=0, le=300)]


class Answers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who calibrates, with which masses, at `side` × `side` places up to `reach` of the half sides."""

    who: str = ""
    masses_kg: tuple[Kilograms, ...] = ()
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


def ask_answers(ask: Callable[[str], str], say: Callable[[str], None], *, masses: bool) -> Answers:
    """Return what the person at the terminal answers; a wrong number is asked again."""
    who = ask("Who calibrates? ").strip()
    while masses:
        text = ask("Which masses, in kg, weighed as exactly as you can (for example 9.98 19.95)? ")
        try:
            return msgspec.convert({"who": who, "masses_kg": [float(m) for m in text.split()]}, Answers)
        except (ValueError, msgspec.ValidationError):
            say("Numbers above 0 and up to 300, with a blank between them, please.")
    return Answers(who=who)
