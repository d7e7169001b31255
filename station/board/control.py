"""What the parent may ask of a simulated board: one JSON object a line, on the child's standard input."""

import json
import os
import select
from typing import Any, Final, Literal, NamedTuple, cast, get_args

from station.board.breakdown import KINDS, Breakdown, Kind, cells_wrong
from station.board.load import EMPTY, Plate
from station.board.motion import Side
from station.board.person import Stance, Surface, Vision
from station.board.standing import Standing
from station.errors import MessageError
from station.sway.reading import CELLS

Deed = Literal["step_on", "step_off", "stand", "stumble", "fall", "press", "raise_calves", "touch_down"]
DEEDS: Final[tuple[str, ...]] = get_args(Deed)
STANCES: Final[tuple[str, ...]] = get_args(Stance)
VISIONS: Final[tuple[str, ...]] = get_args(Vision)
SURFACES: Final[tuple[str, ...]] = get_args(Surface)
SIDES: Final[tuple[str, ...]] = get_args(Side)
KEYS: Final = frozenset(
    {
        "do", "hands_percent", "stance", "vision", "surface", "lean", "lean_mm", "count", "side",
        "sway_factor", "cell", "since_ns",
    }
)  # fmt: skip
FURTHEST_MM: Final = 400.0
MOST_RAISES: Final = 100
MOST_PLACED: Final = 5000.0  # N, and mm
SWAY_FACTOR: Final = (0.1, 10.0)
FAULT: Final = "fault"
PLACE: Final = "place"
PLACE_KEYS: Final = ("force_n", "x_mm", "y_mm")
FAULT_KEYS: Final = frozenset({"do", "kind", "cells", "from_ns", "to_ns"})
LONGEST_LINE_BYTES: Final = 4096


class Place(NamedTuple):
    """Lay a still load on the simulated plate, force 0: take it off. Newtons, and mm from the centre."""

    force_n: float
    x_mm: float
    y_mm: float

    def carry_out(self, standing: Standing, plate: Plate) -> None:
        """Let it lie there from now on."""
        standing.place(plate.corners_n(self.force_n, self.x_mm, self.y_mm) if self.force_n else EMPTY)


class Control(NamedTuple):
    """One thing to do; None leaves as it is. `since_ns` is when it happened (CLOCK_MONOTONIC), None now.

    `lean` is how far to the right and forward, each from -1 to 1 (the edge); `lean_mm` the same as a place of
    the CoP from upright. `press` presses on the corner `cell` for a moment, `raise_calves` goes up and down
    so many times (`count` in the line), `touch_down` puts the foot of this `side` down.
    """

    do: Deed
    hands_share: float | None = None
    stance: Stance | None = None
    since_ns: int | None = None
    cell: int | None = None
    vision: Vision | None = None
    surface: Surface | None = None
    lean: tuple[float, float] | None = None
    lean_mm: tuple[float, float] | None = None
    raises: int | None = None
    side: Side | None = None
    sway_factor: float | None = None

    def carry_out(self, standing: Standing, t_ns: int) -> None:
        """Let whoever stands on the simulated plate do it at this time."""
        match self.do:
            case "step_on":
                standing.step_on(t_ns)
            case "step_off":
                standing.step_off(t_ns)
            case "stumble":
                standing.stumble()
            case "fall":
                standing.fall(t_ns)
            case "raise_calves" if self.raises is not None:
                standing.raise_calves(t_ns, self.raises)
        if self.cell is not None:
            standing.press(t_ns, self.cell)
        if self.lean is not None:
            standing.lean(t_ns, *self.lean)
        standing.stand(
            t_ns,
            stance=self.stance,
            vision=self.vision,
            surface=self.surface,
            hands_share=self.hands_share,
            sway_factor=self.sway_factor,
        )
        if self.lean_mm is not None:
            standing.lean_to(t_ns, *self.lean_mm)
        if self.do == "touch_down" and self.side is not None:
            standing.touch_down(t_ns, self.side)


def parse_control(line: bytes) -> Control | Breakdown | Place:
    """Return what one line asks for: a deed, a fault or a load. Raises MessageError naming what is wrong."""
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise MessageError(f"control line not understood: {error}") from None
    if not isinstance(asked, dict):
        raise MessageError("control line not understood: it is not an object")
    do = asked.get("do")
    known = FAULT_KEYS if do == FAULT else {"do", *PLACE_KEYS} if do == PLACE else KEYS
    unknown = sorted(set(asked) - known)
    if unknown:
        raise MessageError(f"control line has an unknown key {unknown[0]!r}")
    if do == FAULT:
        return _breakdown(asked)
    if do == PLACE:
        return Place(*(_needed(asked, key) for key in PLACE_KEYS))
    deed = cast("Deed", _one_of(asked, "do", (*DEEDS, FAULT, PLACE)))
    cell = _maybe(asked, "cell", CELLS)
    if deed == "press" and cell is None:
        raise MessageError(f"control line: cell is None; it must be {', '.join(CELLS)}")
    count = _number(asked, "count", 0, MOST_RAISES)
    side = _maybe(asked, "side", SIDES)
    if deed == "raise_calves" and (count is None or count != int(count)):
        raise MessageError(
            f"control line: count is {asked.get('count')!r}; it must be a whole number up to {MOST_RAISES}"
        )
    if deed == "touch_down" and side is None:
        raise MessageError(f"control line: side is None; it must be {', '.join(SIDES)}")
    hands_percent = _number(asked, "hands_percent", 0, 100)
    return Control(
        deed,
        None if hands_percent is None else hands_percent / 100,
        cast("Stance | None", _maybe(asked, "stance", STANCES)),
        _time(asked, "since_ns"),
        None if cell is None else CELLS.index(cell),
        cast("Vision | None", _maybe(asked, "vision", VISIONS)),
        cast("Surface | None", _maybe(asked, "surface", SURFACES)),
        _pair(asked, "lean", 1),
        _pair(asked, "lean_mm", FURTHEST_MM),
        None if count is None else int(count),
        cast("Side | None", side),
        _number(asked, "sway_factor", *SWAY_FACTOR),
    )


def _breakdown(asked: dict[str, Any]) -> Breakdown:
    kind = _one_of(asked, "kind", KINDS)
    names = asked.get("cells")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise MessageError(f"control line: cells is {names!r}; it must be a list of names")
    reason = cells_wrong(kind, names)
    if reason:
        raise MessageError(f"control line: {reason}")
    from_ns = _time(asked, "from_ns")
    if from_ns is None:
        raise MessageError("control line: from_ns is None; it must be a time in ns")
    cells = tuple(CELLS.index(name) for name in names)
    return Breakdown(cast("Kind", kind), cells, from_ns, _time(asked, "to_ns"))


def _one_of(asked: dict[str, Any], key: str, allowed: tuple[str, ...]) -> str:
    value = asked.get(key)
    if not isinstance(value, str) or value not in allowed:
        raise MessageError(f"control line: {key} is {value!r}; it must be {', '.join(allowed)}")
    return value


def _maybe(asked: dict[str, Any], key: str, allowed: tuple[str, ...]) -> str | None:
    return None if asked.get(key) is None else _one_of(asked, key, allowed)


def _pair(asked: dict[str, Any], key: str, most: float) -> tuple[float, float] | None:
    pair = asked.get(key)
    if pair is None:
        return None
    if isinstance(pair, list) and len(pair) == 2:
        across, along = pair
        if all(isinstance(n, int | float) and -most <= n <= most for n in (across, along)):
            return float(across), float(along)
    raise MessageError(f"control line: {key} is {pair!r}; it must be two numbers from {-most:g} to {most:g}")


def _needed(asked: dict[str, Any], key: str) -> float:
    value = _number(asked, key, -MOST_PLACED, MOST_PLACED)
    if value is None:
        raise MessageError(f"control line: {key} is missing; it must be a number")
    return value


def _number(asked: dict[str, Any], key: str, least: float, most: float) -> float | None:
    value = asked.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise MessageError(
            f"control line: {key} is {value!r}; it must be a number from {least:g} to {most:g}"
        )
    return float(value)


def _time(asked: dict[str, Any], key: str) -> int | None:
    t_ns = asked.get(key)
    if t_ns is None:
        return None
    if isinstance(t_ns, bool) or not isinstance(t_ns, int) or abs(t_ns) > 1 << 62:
        raise MessageError(f"control line: {key} is {t_ns!r}; it must be a time in ns")
    return t_ns


class ControlChannel:
    """Reads lines without ever waiting, and without touching the flags of a terminal shared with others."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._open = True
        self._rest = b""
        self._readable = select.poll()
        self._readable.register(fd, select.POLLIN)

    def lines(self) -> list[bytes]:
        """Return the whole lines that have come; after end of file there are none any more."""
        if not self._open or not self._readable.poll(0):
            return []
        try:
            received = os.read(self._fd, LONGEST_LINE_BYTES)
        except OSError:
            received = b""
        if not received:
            self._open = False
            return []
        *lines, self._rest = (self._rest + received).split(b"\n")
        if len(self._rest) > LONGEST_LINE_BYTES:
            lines.append(self._rest)  # no control line is that long: it is refused, and the rest with it
            self._rest = b""
        return [line for line in lines if line.strip()]
