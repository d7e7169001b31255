"""A simulated patient in a few words: a TOML file, or `key=value,…` on the command line."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from station.errors import ConfigError
from station.training.questions import CHECK_IN, CHECK_OUT, HIGHEST
from station.training.routine import Stance

Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
Scale = Annotated[int, msgspec.Meta(ge=0, le=HIGHEST)]
Week = Annotated[int, msgspec.Meta(ge=1, le=520)]
Day = Annotated[int, msgspec.Meta(ge=1, le=3650)]

# Mean time on one leg, open eyes, by age: Springer et al. 2007, doi 10.1519/00139143-200704000-00003.
ONE_LEG_S: Final = ((40, 43.0), (50, 40.0), (60, 37.0), (70, 27.0), (80, 15.0), (200, 6.0))
AFTER_SURGERY: Final = 0.25  # of it, on the first day; a choice
CALMEST_AGE: Final = 40
SWAY_PER_YEAR: Final = 0.012  # old people sway about a quarter to a half more than young ones


class Spec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who trains, how well, and what happens to them; `docs/rehearse.md` says it in sentences.

    Days and weeks are counted from 1. Without `sway_factor` and `one_leg_s`, `age` sets them.
    """

    age: Annotated[int, msgspec.Meta(ge=18, le=110)] = 60
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**31)] = 1
    sway_factor: Annotated[float, msgspec.Meta(ge=0.1, le=10)] | None = None
    hands_percent: Percent = 15.0  # what the hands must carry on both feet, on the first day
    one_leg_s: Annotated[float, msgspec.Meta(gt=0, le=600)] | None = None
    stance: Stance | None = None  # stands like this whatever the exercise asks
    improves_percent: Annotated[float, msgspec.Meta(ge=0, le=90)] = 15.0  # a week
    pain: Scale = 2
    effort: Scale = 3
    painful_week: Week | None = None
    painful_by: Scale = 3
    missed_week: Week | None = None
    stumble_day: Day | None = None
    fall_day: Day | None = None
    answers_after_fall: bool = False
    answers: dict[str, bool | int] = {}
    answers_day: Day | None = None  # the answers are those of this day; None: of every day
    sessions_a_day: Annotated[int, msgspec.Meta(ge=1, le=4)] = 1
    rest_days_a_week: Annotated[int, msgspec.Meta(ge=0, le=6)] = 2
    therapist_days: Annotated[int, msgspec.Meta(ge=-1, le=90)] = 1  # to accept a proposal; -1: never

    @property
    def sways(self) -> float:
        """Return the sway of the first day, of what most people sway."""
        if self.sway_factor is not None:
            return self.sway_factor
        return 1.0 + SWAY_PER_YEAR * max(0, self.age - CALMEST_AGE)

    @property
    def stands_on_one_leg_s(self) -> float:
        """Return for how long one leg carries on the first day, without hands."""
        if self.one_leg_s is not None:
            return self.one_leg_s
        return AFTER_SURGERY * next(seconds for below, seconds in ONE_LEG_S if self.age < below)


def read_spec(text: str) -> Spec:
    """Return the patient of a TOML file, or of `key=value,…`. Raises ConfigError naming the key."""
    if text.endswith(".toml"):
        return _parse(_content(Path(text)), where=text)
    if text and "=" not in text:
        raise ConfigError(
            f"--person {text}: it is a file that ends with .toml, or key=value,… like age=70,pain=3"
        )
    lines = "\n".join(part.strip() for part in text.split(",") if part.strip())
    return _parse(lines, where="--person")


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{file}: it cannot be read ({error.strerror}); check the name") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: it is not UTF-8 text; a person is TOML") from None


def _parse(toml: str, *, where: str) -> Spec:
    try:
        spec = msgspec.convert(_quoted(toml), Spec)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: not understood: {error}") from None
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {error}") from None
    asked = {question.key: question for question in (*CHECK_IN, *CHECK_OUT)}
    for key, answer in spec.answers.items():
        if key not in asked:
            raise ConfigError(f"{where}: answers.{key}: nobody asks that; asked are {', '.join(asked)}")
        if isinstance(answer, bool) != (asked[key].kind == "yes_no"):
            kind = "true or false" if asked[key].kind == "yes_no" else f"0 to {HIGHEST}"
            raise ConfigError(f"{where}: answers.{key} is {answer!r}; it must be {kind}")
    return spec


def _quoted(toml: str) -> dict[str, Any]:
    """Return the document; a word like `stance=tandem` needs no quotes on a command line."""
    try:
        return tomllib.loads(toml)
    except tomllib.TOMLDecodeError:
        lines = (line.partition("=") for line in toml.splitlines())
        words = [
            f'{key}="{value.strip()}"' if _is_word(value) else key + eq + value for key, eq, value in lines
        ]
        return tomllib.loads("\n".join(words))


def _is_word(value: str) -> bool:
    word = value.strip()
    return word.replace("-", "").isalpha() and word not in ("true", "false")
