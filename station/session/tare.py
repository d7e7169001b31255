"""The zero of the board: taken when it is empty and still, again and again, and never under a load."""

from collections import deque
from typing import Final

from station.sway.plate import Four, Plate
from station.sway.reading import CELL_COUNT, Fault, Reading

WINDOW_NS: Final = 2_000_000_000
FEWEST: Final = 100  # readings a cell: two seconds at 80 SPS with a third missing
STILL_N: Final = 1.5  # standard deviation of one cell; 25 g of noise is 0.25 N, a standing person several N
EMPTY_N: Final = 60.0  # from the zero in force; beyond it something stands on the board


class Tare:
    """Watches readings and says when the board was empty and still.

    A board that has never been tared has no zero to tell empty from loaded by: the first zero then rests on
    stillness alone. If something lay on it, the board reads far below zero once that is gone, and is tared.
    """

    def __init__(self, plate: Plate, *, known: bool) -> None:
        self._plate = plate
        self._known = known
        self._readings: list[deque[Reading]] = [deque() for _ in range(CELL_COUNT)]
        self.noise_n: float | None = None  # rms of one cell, unloaded
        self.noises_n: Four | None = None  # of each

    def push(self, reading: Reading) -> None:
        """Take one reading."""
        if reading.fault is not Fault.NONE:
            self._readings[reading.cell].clear()
            return
        window = self._readings[reading.cell]
        window.append(reading)
        while reading.t_ns - window[0].t_ns > WINDOW_NS:
            window.popleft()

    def clear(self) -> None:
        """Forget what was seen: something has changed on the board."""
        for window in self._readings:
            window.clear()

    def zero(self) -> Four | None:
        """Return the counts of the empty board, or None when it is not known to be empty and still."""
        if any(len(window) < FEWEST for window in self._readings):
            return None
        means = [sum(r.counts for r in window) / len(window) for window in self._readings]
        noises_n = [self._spread_n(cell, mean) for cell, mean in enumerate(means)]
        load_n = sum(self._plate.force_n(cell, mean) for cell, mean in enumerate(means))
        # Nothing pulls a board up: a load far below zero says that the zero was taken under a load.
        if max(noises_n) > STILL_N or (self._known and load_n > EMPTY_N):
            return None
        self.noise_n = (sum(n * n for n in noises_n) / CELL_COUNT) ** 0.5
        self.noises_n = (noises_n[0], noises_n[1], noises_n[2], noises_n[3])
        fl, fr, rl, rr = means
        self._plate = self._plate.tared((fl, fr, rl, rr))
        self._known = True
        self.clear()
        return fl, fr, rl, rr

    def _spread_n(self, cell: int, mean: float) -> float:
        window = self._readings[cell]
        variance = sum((r.counts - mean) ** 2 for r in window) / len(window)
        return float(variance**0.5 / abs(self._plate.counts_per_n[cell]))
