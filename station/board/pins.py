"""The seam to the wires: four PD_SCK outputs and four DOUT inputs, as bit masks in corner order."""

from typing import Protocol


class Pins(Protocol):
    """Bit i of every mask is cell i in the order FL, FR, RL, RR."""

    def set_clock(self, cells: int) -> None:
        """Drive PD_SCK high on these cells and low on the others."""
        ...

    def data(self) -> int:
        """Return which DOUT lines read high."""
        ...

    def close(self) -> None:
        """Give the lines back; may be called twice."""
        ...
