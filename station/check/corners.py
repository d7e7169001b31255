"""Which cell feels which corner: each corner is pressed when asked. Pure: readings in, presses out."""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final, Literal

import msgspec

from station.board.config import BoardConfig
from station.board.load import GRAVITY_M_S2
from station.check.findings import Finding
from station.sway.plate import Plate
from station.sway.reading import CELL_COUNT, CELLS, Fault, Reading

S: Final = 1_000_000_000
WINDOW_NS: Final = 300_000_000
FEWEST: Final = 3  # readings in the window: enough even at RATE low
STILL_N: Final = 5.0  # range of a cell's window while nobody touches the board
PRESSED_N: Final = 30.0
RELEASED_N: Final = 10.0
DOMINANCE: Final = 1.5  # the corner pressed feels this much more than any other
LASTING_NS: Final = 400_000_000
PATIENCE_NS: Final = 30 * S
WORDS: Final = {"FL": "front left", "FR": "front right", "RL": "rear left", "RR": "rear right"}

State = Literal["still", "press", "release", "done"]


class CornerPress(msgspec.Struct, frozen=True, kw_only=True):
    """What was felt when a corner was asked for: `felt_by` None means nothing within half a minute.

    `force_kg` is negative when the cell reads less under a load.
    """

    asked: str
    felt_by: str | None
    force_kg: float = 0.0


class Corners:
    """Asks for one corner after the other; `asked` is the one to press now, None when it is over.

    Time is that of the readings. `state` is `still` (hands off: the zero is taken), `press`, `release` or
    `done`.
    """

    def __init__(self, plate: Plate) -> None:
        self._plate = plate
        self._windows: list[deque[tuple[int, float]]] = [deque() for _ in range(CELL_COUNT)]
        self._zero_n = [0.0] * CELL_COUNT
        self._since_ns: int | None = None  # since when the same has been so
        self._candidate: int | None = None
        self._asked_ns: int | None = None
        self.state: State = "still"
        self.presses: list[CornerPress] = []

    @property
    def asked(self) -> str | None:
        """Return the corner to press now."""
        return CELLS[len(self.presses)] if self.state in {"still", "press"} else None

    def push(self, reading: Reading) -> None:
        """Take one reading; `state` and `presses` follow."""
        if self.state == "done":
            return
        self._asked_ns = reading.t_ns if self._asked_ns is None else self._asked_ns
        if reading.fault is Fault.NONE:
            window = self._windows[reading.cell]
            window.append((reading.t_ns, self._plate.force_n(reading.cell, reading.counts)))
        for window in self._windows:
            while window and reading.t_ns - window[0][0] > WINDOW_NS:
                window.popleft()
        self._go_on(reading.t_ns)

    def _go_on(self, t_ns: int) -> None:
        felt_n = [self._felt_n(cell) for cell in range(CELL_COUNT)]
        match self.state:
            case "still":
                self._wait_still(felt_n, t_ns)
            case "press":
                self._wait_press(felt_n, t_ns)
            case _ if self._lasting(0 if max(map(abs, felt_n)) < RELEASED_N else None, t_ns):
                self._next()
        asked_for_ns = 0 if self._asked_ns is None else t_ns - self._asked_ns
        if self.state in {"still", "press"} and asked_for_ns > PATIENCE_NS:
            self._keep(None, 0.0)

    def _wait_still(self, felt_n: Sequence[float], t_ns: int) -> None:
        still = any(self._windows) and all(_range_n(window) < STILL_N for window in self._windows)
        if self._lasting(0 if still else None, t_ns):
            self._zero_n = [zero + felt for zero, felt in zip(self._zero_n, felt_n, strict=True)]
            self._enter("press")

    def _wait_press(self, felt_n: Sequence[float], t_ns: int) -> None:
        pressed = _pressed(felt_n)
        if self._lasting(pressed, t_ns) and pressed is not None:
            self._keep(pressed, felt_n[pressed])

    def _felt_n(self, cell: int) -> float:
        window = self._windows[cell]
        if len(window) < FEWEST:
            return 0.0
        return sum(force_n for _, force_n in window) / len(window) - self._zero_n[cell]

    def _lasting(self, candidate: int | None, t_ns: int) -> bool:
        """Return whether it has been the same candidate for long enough; None is none."""
        if candidate is None or candidate != self._candidate or self._since_ns is None:
            self._candidate, self._since_ns = candidate, t_ns
            return False
        return t_ns - self._since_ns >= LASTING_NS

    def _enter(self, state: State) -> None:
        self.state = state
        self._since_ns = self._candidate = None

    def _keep(self, cell: int | None, force_n: float) -> None:
        asked = CELLS[len(self.presses)]
        felt_by = None if cell is None else CELLS[cell]
        force_kg = round(force_n / GRAVITY_M_S2, 2)
        self.presses.append(CornerPress(asked=asked, felt_by=felt_by, force_kg=force_kg))
        if cell is None:
            self._next()
        else:
            self._enter("release")

    def _next(self) -> None:
        self._asked_ns = None
        self._enter("done" if len(self.presses) == CELL_COUNT else "still")


def _range_n(window: Sequence[tuple[int, float]]) -> float:
    forces_n = [force_n for _, force_n in window]
    return max(forces_n) - min(forces_n) if forces_n else 0.0


def _pressed(felt_n: Sequence[float]) -> int | None:
    """Return the cell that clearly feels more than the others, up or down."""
    first, second, *_ = sorted(range(CELL_COUNT), key=lambda cell: -abs(felt_n[cell]))
    if abs(felt_n[first]) < PRESSED_N or abs(felt_n[first]) < DOMINANCE * abs(felt_n[second]):
        return None
    return first


def corner_findings(presses: Sequence[CornerPress], config: BoardConfig) -> Iterator[Finding]:
    """Yield what the presses say of the wiring: exchanged, inverted and dead cells."""
    felt_by = {press.asked: press.felt_by for press in presses}
    told: set[str] = set()
    for press in presses:
        if press.felt_by is None:
            text = (
                f"{press.asked}: no cell felt the {WORDS[press.asked]} corner; look at its wires, then again"
            )
            yield Finding(kind="not-felt", cell=press.asked, text=text)
            continue
        if press.felt_by != press.asked and press.asked not in told:
            told |= {press.asked, press.felt_by}
            text = _exchanged(
                press.asked, press.felt_by, config, both=felt_by.get(press.felt_by) == press.asked
            )
            yield Finding(kind="swapped", cell=press.asked, text=text)
        if press.force_kg < 0:
            text = f"{press.felt_by}: it reads less when it is pressed; swap the A+ and A- wires of this cell"
            yield Finding(kind="inverted", cell=press.felt_by, text=text)


def _exchanged(asked: str, felt_by: str, config: BoardConfig, *, both: bool) -> str:
    if not both:
        return (
            f"{asked}: the {WORDS[asked]} corner is felt by the cell wired as {felt_by}; put its plug right"
        )
    one, other = CELLS.index(asked), CELLS.index(felt_by)
    return (
        f"{asked} and {felt_by} are exchanged; swap their plugs "
        f"(DOUT GPIO {config.data_pins[one]} and {config.data_pins[other]}, "
        f"PD_SCK GPIO {config.clock_pins[one]} and {config.clock_pins[other]})"
    )
