"""What the running station needs of a board."""

from typing import Protocol

from station.session.acquisition import Note
from station.session.protocol import Simulate, SimulateFault, SimulatePlace
from station.sway.reading import Reading


class Board(Protocol):
    """Where readings come from: the acquisition process, or a board in virtual time."""

    def start(self) -> None:
        """Begin to measure."""
        ...

    def filenos(self) -> list[int]:
        """Return descriptors that become readable when there is something to read."""
        ...

    def readings(self) -> list[Reading]:
        """Return what has arrived; never waits."""
        ...

    def notes(self) -> list[Note]:
        """Return what the board says about itself."""
        ...

    def supervise(self) -> bool:
        """See to it that the board goes on; return whether it was started again."""
        ...

    def simulate(self, step: Simulate) -> None:
        """Tell the simulated person what to do."""
        ...

    def break_down(self, fault: SimulateFault) -> None:
        """Break something on the simulated board, or mend it."""
        ...

    def place(self, step: SimulatePlace) -> None:
        """Put a still load on the simulated board."""
        ...

    def close(self) -> None:
        """Stop measuring."""
        ...
