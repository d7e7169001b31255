"""What breaks on the simulated board and when: cables, chips, and calls to the kernel that come late."""

import re
from typing import Final, Literal, NamedTuple, cast, get_args

from station.board.simulated import ChipFault
from station.board.simulated_pins import SimulatedPins, Spikes
from station.errors import ConfigError
from station.sway.reading import CELL_COUNT, CELLS

Kind = Literal[
    "unplugged", "stuck-high", "stuck-low", "saturated", "slow", "inverted", "swapped", "late", "none"
]
CellName = Literal["FL", "FR", "RL", "RR"]
KINDS: Final[tuple[str, ...]] = get_args(Kind)
# How many cells a kind takes: the others take one.
CELLS_OF_KIND: Final[dict[str, int]] = {"swapped": 2, "late": 0}
NS_PER_S: Final = 1_000_000_000
SPEC: Final = re.compile(
    r"(?P<kind>[a-z-]+)(?::(?P<cells>[A-Z,]+))?"
    r"(?:@(?P<from>\d+(?:\.\d+)?)s?(?:-(?P<to>\d+(?:\.\d+)?)s?)?)?"
)
ALLOWED: Final = "KIND[:CELL][@FROMs[-TOs]], such as unplugged:FR@12s-15s, swapped:FL,RR or late@5s"


class Spec(NamedTuple):
    """A fault as a person asks for it; seconds count from the start of the board."""

    kind: Kind
    cells: tuple[CellName, ...] = ()
    from_s: float = 0.0
    to_s: float | None = None


class Breakdown(NamedTuple):
    """One fault on these cells between two times (CLOCK_MONOTONIC); None is for ever.

    `none` mends whatever is wrong with these cells; without cells, everything. `swapped` exchanges the load
    cells of two chips; `slow` is a RATE jumper left at 10; `late` delays some calls to the kernel.
    """

    kind: Kind
    cells: tuple[int, ...]
    from_ns: int
    to_ns: int | None = None

    def holds(self, now_ns: int) -> bool:
        """Return whether it is broken at this time."""
        return self.from_ns <= now_ns and (self.to_ns is None or now_ns < self.to_ns)


def parse_spec(text: str) -> Spec:
    """Return the fault of one `--fault`. Raises ConfigError saying what is wrong and what is allowed."""
    found = SPEC.fullmatch(text)
    if found is None:
        raise ConfigError(f"--fault {text}: not understood; it must be {ALLOWED}")
    kind = found["kind"]
    if kind not in KINDS or kind == "none":
        raise ConfigError(f"--fault {text}: '{kind}' is no fault; it must be one of {', '.join(KINDS[:-1])}")
    names = found["cells"].split(",") if found["cells"] else []
    reason = cells_wrong(kind, names)
    if reason:
        raise ConfigError(f"--fault {text}: {reason}")
    from_s = float(found["from"] or 0)
    to_s = None if found["to"] is None else float(found["to"])
    if to_s is not None and to_s <= from_s:
        raise ConfigError(f"--fault {text}: it would end at {to_s:g} s, before it begins at {from_s:g} s")
    cells = cast("tuple[CellName, ...]", tuple(names))
    return Spec(cast("Kind", kind), cells, from_s, to_s)


def cells_wrong(kind: str, names: list[str]) -> str | None:
    """Return in words why these cells do not fit this kind of fault; None when they do."""
    unknown = [name for name in names if name not in CELLS]
    if unknown:
        return f"'{unknown[0]}' is no cell; the cells are {', '.join(CELLS)}"
    if kind == "none":
        return None
    wanted = CELLS_OF_KIND.get(kind, 1)
    if len(set(names)) != wanted or len(names) != wanted:
        counted = {0: "names no cell", 1: "names one cell", 2: "names two cells"}[wanted]
        return f"a fault '{kind}' {counted}, not '{','.join(names)}'"
    return None


class Breakdowns:
    """All that is broken or will be. What the chips suffer follows from the list and the time alone."""

    def __init__(self, pins: SimulatedPins) -> None:
        self._pins = pins
        self._all: list[Breakdown] = []
        self._suffered = [ChipFault.NONE] * CELL_COUNT
        self._swapped: frozenset[tuple[int, ...]] = frozenset()
        self._late = False

    def add(self, breakdown: Breakdown) -> None:
        """Take one more into account; `none` takes others away."""
        if breakdown.kind != "none":
            self._all.append(breakdown)
        elif breakdown.cells:
            mended = set(breakdown.cells)
            self._all = [b for b in self._all if not mended & set(b.cells)]
        else:
            self._all = []

    def advance(self, now_ns: int) -> None:
        """Let break, and let be mended, what is due."""
        holding = [b for b in self._all if b.holds(now_ns)]
        for cell in range(CELL_COUNT):
            fault = _chip_fault(cell, holding)
            if self._suffered[cell] is not fault:
                self._suffered[cell] = fault
                self._pins.break_down(cell, fault)
        self._swap(frozenset(b.cells for b in holding if b.kind == "swapped"))
        late = any(b.kind == "late" for b in holding)
        if late is not self._late:
            self._late = late
            self._pins.delay_calls(Spikes() if late else None)

    def _swap(self, swapped: frozenset[tuple[int, ...]]) -> None:
        for one, other in sorted(swapped ^ self._swapped):
            self._pins.swap(one, other)
        self._swapped = swapped


def _chip_fault(cell: int, holding: list[Breakdown]) -> ChipFault:
    """Return what one chip suffers: of several faults the one that was asked for last."""
    of_chip = [b.kind for b in holding if cell in b.cells and b.kind != "swapped"]
    return ChipFault(of_chip[-1]) if of_chip else ChipFault.NONE
