"""What stands on the plate, as the four forces its cells feel."""

from typing import Final, NamedTuple, Protocol

# Standard gravity (CGPM 1901).
GRAVITY_M_S2: Final = 9.80665


class Forces(NamedTuple):
    """Newtons on each cell, in corner order."""

    fl_n: float
    fr_n: float
    rl_n: float
    rr_n: float


EMPTY: Final = Forces(0.0, 0.0, 0.0, 0.0)


class Load(Protocol):
    """Something that presses on the plate.

    Times may step back by some 20 ms: every chip asks for its own conversion.
    """

    def forces_n(self, t_ns: int) -> Forces:
        """Return the force on each cell at this time (CLOCK_MONOTONIC)."""
        ...


class Plate(NamedTuple):
    """Where the cells are: `width_mm` between left and right, `length_mm` between rear and front."""

    width_mm: float = 400.0
    length_mm: float = 400.0

    def corners_n(self, load_n: float, x_mm: float, y_mm: float) -> Forces:
        """Spread a load at a CoP to the corners: F/4·(1 ± 2x/W)(1 ± 2y/L)."""
        across = 2 * x_mm / self.width_mm
        along = 2 * y_mm / self.length_mm
        front_n = load_n / 4 * (1 + along)
        rear_n = load_n / 4 * (1 - along)
        return Forces(
            front_n * (1 - across), front_n * (1 + across), rear_n * (1 - across), rear_n * (1 + across)
        )

    def cop_of(self, forces_n: Forces) -> tuple[float, float, float]:
        """Return load, x and y of these forces; without a load the CoP is the centre."""
        fl_n, fr_n, rl_n, rr_n = forces_n
        load_n = fl_n + fr_n + rl_n + rr_n
        if not load_n:
            return 0.0, 0.0, 0.0
        x_mm = (fr_n + rr_n - fl_n - rl_n) / load_n * self.width_mm / 2
        y_mm = (fl_n + fr_n - rl_n - rr_n) / load_n * self.length_mm / 2
        return load_n, x_mm, y_mm


class StillLoad:
    """A load that does not move; change `force` to put something else on the plate."""

    def __init__(self, forces: Forces = EMPTY) -> None:
        self.forces = forces

    def forces_n(self, t_ns: int) -> Forces:  # noqa: ARG002 -- the same at every time
        """Return the force on each cell."""
        return self.forces
