"""Board faults that last or come again, named with what to do: for care team and service, not the patient."""

from collections import deque
from dataclasses import dataclass
from typing import Final

from station.sway.reading import CELL_COUNT, CELLS, Fault, Reading

S: Final = 1_000_000_000
LASTING_NS: Final = S
STARTING_NS: Final = 15 * S  # until its first reading: a small computer starts the board's program in seconds
OFTEN: Final = 5  # faults of one cell within `OFTEN_NS`
OFTEN_NS: Final = 60 * S
TELL_AGAIN_NS: Final = 600 * S

ADVICE: Final[dict[Fault, str]] = {
    Fault.LATE_CLOCK: "the computer was too busy: see what else runs on it",
    Fault.DESYNC: "check the wires of this cell's module, and keep them short",
    Fault.SATURATED: "check the four wires of this load cell, and that it is not overloaded",
    Fault.LATE_READ: "the computer was too busy: see what else runs on it",
    Fault.OVERRUN: "the computer was too busy: see what else runs on it",
    Fault.SILENT: "check the plug, supply and DOUT wire of this cell's module",
    Fault.LOST: "the computer was too busy: see what else runs on it",
    Fault.RESTARTED: "the board's program was started again: see the station's log",
}
# What follows another fault is not one of its own.
CONSEQUENCES: Final = (Fault.SETTLING,)


@dataclass(frozen=True, slots=True)
class StationFault:
    """A fault of one cell (None: of the whole board) that lasts or comes again."""

    fault: str
    cell: str | None
    kind: str  # lasting | repeated
    advice: str


class FaultWatch:
    """Takes every reading, and the time when there is none; says each once, again after ten minutes."""

    def __init__(self) -> None:
        self._since_ns: list[int | None] = [None] * CELL_COUNT
        self._reason = [Fault.SILENT] * CELL_COUNT
        self._begun: list[deque[int]] = [deque(maxlen=OFTEN) for _ in range(CELL_COUNT)]
        self._told_ns: dict[tuple[str, str | None, str], int] = {}
        self._heard_ns: int | None = None
        self._begun_ns: int | None = None

    def push(self, reading: Reading) -> list[StationFault]:
        """Take one reading; return what has become worth telling."""
        self._heard_ns = max(self._heard_ns or 0, reading.t_ns)
        cell = reading.cell
        if reading.fault is Fault.NONE:
            self._since_ns[cell] = None
            return []
        since_ns = self._since_ns[cell]
        if since_ns is None:
            if reading.fault in CONSEQUENCES:
                return []
            self._since_ns[cell] = since_ns = reading.t_ns
            self._reason[cell] = reading.fault
            self._begun[cell].append(reading.t_ns)
        faults = []
        if reading.t_ns - since_ns >= LASTING_NS:
            faults += self._told("lasting", self._reason[cell], CELLS[cell], reading.t_ns)
        begun = self._begun[cell]
        if len(begun) == OFTEN and begun[-1] - begun[0] <= OFTEN_NS:
            faults += self._told("repeated", self._reason[cell], CELLS[cell], reading.t_ns)
        return faults

    def advance(self, now_ns: int) -> list[StationFault]:
        """Let time pass; a board that says nothing at all is a fault too."""
        if self._begun_ns is None:
            self._begun_ns = now_ns
        last_ns, patience_ns = self._heard_ns, LASTING_NS
        if last_ns is None:
            last_ns, patience_ns = self._begun_ns, STARTING_NS
        if now_ns - last_ns < patience_ns:
            return []
        return self._told("lasting", Fault.SILENT, None, now_ns)

    def _told(self, kind: str, fault: Fault, cell: str | None, t_ns: int) -> list[StationFault]:
        key = (kind, cell, fault.name)
        last_ns = self._told_ns.get(key)
        if last_ns is not None and t_ns - last_ns < TELL_AGAIN_NS:
            return []
        self._told_ns[key] = t_ns
        advice = ADVICE[fault] if cell is not None else "no cell answers: check the board's plug and supply"
        return [StationFault(fault.name.lower(), cell, kind, advice)]
