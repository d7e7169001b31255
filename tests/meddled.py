"""What tests of the driver share: pins that can be meddled with, and ways to look at readings."""

from collections.abc import Callable

from station.board.audit import Rig
from station.board.clock import VirtualClock
from station.board.hx711 import Hx711Bank
from station.board.load import Plate
from station.board.pins import Pins
from station.sway.reading import CELL_COUNT, Fault, Reading

PERSON = Plate().corners_n(700, 30, -20)
FL, FR, RL, RR = range(CELL_COUNT)
OTHERS = {FL, RL, RR}


class Meddler:
    """Pins that do something else first at chosen calls: `meddle` gets the call's name and its argument."""

    def __init__(self, pins: Pins) -> None:
        self._pins = pins
        self.meddle: Callable[[str, int], object] = lambda _call, _cells: None

    def set_clock(self, cells: int) -> None:
        self.meddle("set_clock", cells)
        self._pins.set_clock(cells)

    def data(self) -> int:
        self.meddle("data", 0)
        return self._pins.data()

    def close(self) -> None:
        self._pins.close()


class Delay:
    """Lets the clock run on once, at one call of a kind."""

    def __init__(
        self, clock: VirtualClock, call: str, ns: int, *, skip: int = 0, cells: int | None = None
    ) -> None:
        self._clock, self._call, self._ns, self._skip, self._cells = clock, call, ns, skip, cells

    def __call__(self, call: str, cells: int) -> None:
        if call != self._call or self._cells not in {None, cells}:
            return
        self._skip -= 1
        if self._skip == -1:
            self._clock.advance(self._ns)


def meddled() -> tuple[Rig, Meddler]:
    """A rig whose driver goes through a meddler, past its settling time."""
    rig = Rig(PERSON)
    meddler = Meddler(rig.pins)
    rig.bank = Hx711Bank(meddler, rig.clock)
    rig.run(2)
    return rig, meddler


def faults(readings: list[Reading], cell: int | None = None) -> list[Fault]:
    return [r.fault for r in readings if r.fault is not Fault.NONE and cell in {None, r.cell}]


def good(readings: list[Reading], cell: int) -> list[Reading]:
    return [r for r in readings if r.cell == cell and r.fault is Fault.NONE]
