"""The dialogue of `balance-calibrate VERB --dialogue` for a screen: one JSON object a line, both ways.

The calibration says on standard output, the screen answers on standard input. It goes:

    → ready                         what the verb needs to be answered
    ← answers                       masses in kg (for `daily` an own weight instead), and the rest; once
    → step, counts, counts, …       one thing to do; counts five times a second, all the time
    ← go                            the person has done it; the look begins
    → counts, …, taken | refused    and the next step, or the same again
    ← back | quit                   at any time: the step before again; the end, what was measured is kept
    → result | error                the last line; exit status 1 after an error or a red light

`restore` has nothing to ask: its result or error is its only line.

Texts are English sentences for a log; a screen says its own by `key` and `values`. Keys are never given
another meaning. Corners are FL, FR, RL, RR, always in this order; origin the plate's centre, +x right, +y
forward, mm, N, kg. This module imports neither numpy nor the station, so that a screen may use it.
"""

from typing import Literal

import msgspec

from calibration.answers import Answers
from station.errors import MessageError

Verb = Literal["tare", "corners", "cells", "plate", "verify", "daily", "restore"]
Kind = Literal["empty", "mass", "press", "person"]
Light = Literal["green", "amber", "red"]
Value = str | int | float | bool | None | list[str | float | None]
Values = dict[str, Value]
PerCell = tuple[float | None, float | None, float | None, float | None]


class Said(msgspec.Struct, frozen=True, kw_only=True, tag_field="said", omit_defaults=False):
    """One line from the calibration to the screen."""


class Ready(Said, frozen=True, tag="ready"):
    """The board answers. At least `masses` masses must be named, for `daily` an own weight will do.

    `sim` says that nothing of it is real, `width_mm` and `length_mm` are the size of the plate.
    """

    verb: Verb
    masses: int
    width_mm: float
    length_mm: float
    sim: bool


class AskStep(Said, frozen=True, tag="step"):
    """Do this, then say `go`. `number` counts from 1 to `of`; `key` is the kind, or `step_off`.

    `kg` is the mass to put at the place or the weight of the person who steps on (0 for others), `corner` the
    one to press. `resumed` is true once, when work broken off before goes on here.
    """

    number: int
    of: int
    kind: Kind
    key: str
    text: str
    kg: float = 0.0
    x_mm: float = 0.0
    y_mm: float = 0.0
    corner: str | None = None
    resumed: bool = False


class Counts(Said, frozen=True, tag="counts"):
    """How the cells are. `net_n` is about what each carries since the plate was last empty.

    A cell that says nothing has None; `still` tells whether it was still for a second. `looking` is true from
    `go` to `taken` or `refused`, and `progress` then goes from 0 to 1.
    """

    counts: PerCell
    net_n: PerCell
    still: tuple[bool, bool, bool, bool]
    looking: bool
    progress: float


class NotTaken(Said, frozen=True, tag="refused"):
    """The step was not taken and stays: why, and what to do."""

    key: str
    text: str
    values: Values = {}


class StepTaken(Said, frozen=True, tag="taken"):
    """The step with this number was taken."""

    number: int


class Result(Said, frozen=True, tag="result"):
    """The end: a light with its words (`key`, `values`; `text` in English), all figures, the plate's id.

    `plate` is the id of a plate taken into use by this calibration, None when there is none. `advice` are the
    reasons to calibrate again, each with `reason`, `cell`, `measured`, `limit`, `unit` and `text`.
    """

    verb: Verb
    light: Light
    key: str
    text: str
    values: Values
    figures: dict[str, object]
    plate: str | None = None
    advice: list[Values] = []


class Failed(Said, frozen=True, tag="error"):
    """The end without a result: `board`, `stopped`, `answers`, a reason of the fit, or `failed`."""

    key: str
    text: str
    values: Values = {}


class Told(msgspec.Struct, frozen=True, kw_only=True, tag_field="say"):
    """One line from the screen to the calibration."""


class Answered(Told, frozen=True, tag="answers"):
    """What is known before the first step."""

    answers: Answers = Answers()


class Go(Told, frozen=True, tag="go"):
    """The step is done."""


class Back(Told, frozen=True, tag="back"):
    """Do the step before again."""


class Quit(Told, frozen=True, tag="quit"):
    """End; what was measured is kept."""


AnySaid = Ready | AskStep | Counts | NotTaken | StepTaken | Result | Failed
AnyTold = Answered | Go | Back | Quit

_said: msgspec.json.Decoder[AnySaid] = msgspec.json.Decoder(AnySaid)
_told: msgspec.json.Decoder[AnyTold] = msgspec.json.Decoder(AnyTold)


def line_of(message: AnySaid | AnyTold) -> bytes:
    """Return a message as one line."""
    return msgspec.json.encode(message) + b"\n"


def said_of(line: bytes) -> AnySaid:
    """Return what the calibration said in this line. Raises MessageError."""
    try:
        return _said.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MessageError(f"the calibration said something unknown: {error}") from None


def told_of(line: bytes) -> AnyTold:
    """Return what the screen told in this line. Raises MessageError."""
    try:
        return _told.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MessageError(f"not understood: {error}; say go, back, quit or answers") from None
