"""Simulation: break a cable of the simulated board, mend it, and let the simulated person do something."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from station.session.protocol import Cell, Simulate, SimulateFault
from ui.patient.service.room import Around, Leave, Request, Tell
from ui.patient.service.view import BACK
from ui.patient.words import _

Kind = Literal["unplugged", "stuck-low", "saturated", "slow", "inverted", "late"]
Deed = Literal["step_on", "step_off", "stumble", "fall"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
DEEDS: Final[tuple[Deed, ...]] = get_args(Deed)
CELLS: Final[tuple[Cell, ...]] = get_args(Cell)
MEND: Final = "mend"


def kind_words(kind: Kind) -> str:
    """Return what breaks."""
    return {
        "unplugged": _("Unplugged"),
        "stuck-low": _("Stuck"),
        "saturated": _("Saturated"),
        "slow": _("Slow"),
        "inverted": _("Inverted"),
        "late": _("Late"),
    }[kind]


def deed_words(deed: Deed) -> str:
    """Return what the simulated person does."""
    return {
        "step_on": _("Step on"),
        "step_off": _("Step off"),
        "stumble": _("Stumble"),
        "fall": _("Fall"),
    }[deed]


Broken = tuple[Kind, Cell | None]


@dataclass(frozen=True, slots=True)
class SimulationSheet:
    """What can break, what the person can do, and what was broken from here and not mended yet."""

    broken: tuple[Broken, ...] = ()
    main: None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the faults, the deeds, mending (when there is something to mend), and the way back."""
        return (*KINDS, *DEEDS, MEND, BACK)


@dataclass(frozen=True, slots=True)
class CornerSheet:
    """The plate: which corner breaks."""

    kind: Kind
    main: None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the corners, and the way back."""
        return (*CELLS, BACK)


class SimulationRoom:
    """Sends what the protocol already knows; a real board never gets any of it."""

    name = "simulation"

    def __init__(self) -> None:
        self._kind: Kind | None = None
        self._broken: tuple[Broken, ...] = ()

    def title(self) -> str:
        """Return the words on its button in the menu."""
        return _("Simulation")

    def is_offered(self, around: Around) -> bool:
        """Return whether the board is a simulated one."""
        return around.snapshot is not None and around.snapshot.sim

    def is_busy(self) -> bool:
        """Return False."""
        return False

    def enter(self, around: Around) -> None:
        """Begin with the list of faults; what was broken before is still broken."""
        self._kind = None

    def leave(self) -> None:
        """Have nothing to end."""

    def turn(self, around: Around) -> None:
        """Have nothing to take note of."""

    def sheet(self, around: Around) -> SimulationSheet | CornerSheet:
        """Return the list, or the plate once a fault is chosen."""
        return SimulationSheet(self._broken) if self._kind is None else CornerSheet(self._kind)

    def choose(self, choice: str, around: Around) -> tuple[Request, ...]:
        """Break, mend, or let the person act."""
        if self._kind is not None:
            kind, self._kind = self._kind, None
            return self._break(kind, choice)
        for kind in KINDS:
            if choice == kind:
                return self._choose_kind(kind)
        for deed in DEEDS:
            if choice == deed:
                return (Tell(Simulate(do=deed)),)
        if choice == MEND:
            self._broken = ()
            return (Tell(SimulateFault(kind="none")),)
        return (Leave(),)

    def _choose_kind(self, kind: Kind) -> tuple[Request, ...]:
        if kind == "late":  # a matter of the whole board
            self._note(kind, None)
            return (Tell(SimulateFault(kind=kind)),)
        self._kind = kind
        return ()

    def _break(self, kind: Kind, choice: str) -> tuple[Request, ...]:
        for cell in CELLS:
            if choice == cell:
                self._note(kind, cell)
                return (Tell(SimulateFault(kind=kind, cells=(cell,))),)
        return ()

    def _note(self, kind: Kind, cell: Cell | None) -> None:
        """Remember a fault; of several on one cell the last one holds."""
        others = tuple(broken for broken in self._broken if broken[1] != cell)
        self._broken = (*others, (kind, cell))
