"""A simulated board that has to be calibrated: its cells differ in span and sit a little off their places."""

import random
from typing import Final

from station.board.load import Forces, Load, Plate

SPAN: Final = 0.02  # cells tell up to twice this too much: on average the whole board by this
OFF_MM: Final = 4.0  # largest, along each axis: how far the cells as a whole sit beside the drawn places


class ImperfectBoard:
    """Lets cells feel what a load does to a board that is not as drawn; the same seed is the same board."""

    def __init__(self, load: Load, plate: Plate, *, seed: int) -> None:
        draw = random.Random(f"imperfect {seed}")  # noqa: S311 -- a simulation, no secret
        self._load = load
        self._spans = [1 + SPAN + draw.uniform(-SPAN, SPAN) for _ in range(4)]
        off_mm = draw.uniform(-OFF_MM, OFF_MM), draw.uniform(-OFF_MM, OFF_MM)
        centre = plate.corners_n(1.0, 0.0, 0.0)
        self._shares = [off - at for off, at in zip(plate.corners_n(1.0, *off_mm), centre, strict=True)]

    def forces_n(self, t_ns: int) -> Forces:
        """Return the force each cell tells."""
        forces_n = self._load.forces_n(t_ns)
        load_n = sum(forces_n)
        told = zip(forces_n, self._shares, self._spans, strict=True)
        return Forces._make((n + share * load_n) * span for n, share, span in told)
