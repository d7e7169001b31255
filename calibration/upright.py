"""A look at somebody who stands on the plate: the CoP may wander, the weight must not."""

from collections.abc import Sequence
from typing import Final

from calibration.refusal import Refusal, refuse
from calibration.still import Still, at_its_end, mean_and_noise, silent
from station.sway.plate import Four, Plate
from station.sway.reading import CELL_COUNT, Fault, Reading

SECOND_NS: Final = 1_000_000_000
SECONDS: Final = 10  # breath and heart shake the weight by some 0.5 %; over seconds it is steady
SETTLE_SECONDS: Final = 3
WAIT_SECONDS: Final = 20  # for somebody who says "done" first and steps on then
GIVE_UP_SECONDS: Final = 45
FEWEST: Final = 40  # readings a cell in a second, half of 80 SPS; a second with fewer is left out
ON_N: Final = 100.0
WANDER: Final = 0.01  # of the weight, one second against the mean: a hand at a rail takes several per cent
LEFT: Final = 0.5  # of the heaviest second: somebody has stepped off


class Upright:
    """Gathers ten whole seconds of somebody who stands; `result` is their mean, a refusal, or None till then.

    Void readings are left out. `zero` are the counts of the empty plate; the scale of the plate serves only
    to add the cells up.
    """

    def __init__(self, plate: Plate, zero: Four) -> None:
        self._plate = plate
        self._zero = zero
        self._began_ns: int | None = None
        self._second = 0  # since the beginning
        self._counts: list[list[int]] = [[] for _ in range(CELL_COUNT)]
        self._silent: set[int] = set()
        self._on_seconds = 0
        self._stood: list[tuple[Sequence[float], float]] = []  # counts of each cell and the weight in N
        self.result: Still | Refusal | None = None

    @property
    def progress(self) -> float:
        """Return how much of the look is done, 0 to 1; 0 until somebody stands there and has settled."""
        return len(self._stood) / SECONDS

    def push(self, reading: Reading) -> None:
        """Take one reading."""
        if self.result is not None:
            return
        if self._began_ns is None:
            self._began_ns = reading.t_ns
        second = (reading.t_ns - self._began_ns) // SECOND_NS
        if second > self._second:
            self._end_second()
            self._second = second
        if reading.fault is Fault.SATURATED:
            self.result = at_its_end(reading.cell)
        elif reading.fault is Fault.NONE:
            self._counts[reading.cell].append(reading.counts)

    def _end_second(self) -> None:
        counts, self._counts = self._counts, [[] for _ in range(CELL_COUNT)]
        few = {cell for cell, told in enumerate(counts) if len(told) < FEWEST}
        if few:
            self._silent |= few
        else:
            self._weigh([sum(told) / len(told) for told in counts])
        if self.result is None and self._second >= GIVE_UP_SECONDS:
            self.result = silent(self._silent)

    def _weigh(self, means: Sequence[float]) -> None:
        off_counts = zip(means, self._zero, self._plate.counts_per_n, strict=True)
        load_n = sum((mean - zero) / per_n for mean, zero, per_n in off_counts)
        heaviest_n = max((weight_n for _, weight_n in self._stood), default=0.0)
        if self._stood and load_n < LEFT * heaviest_n:
            text = "the person stepped off too early; step on again and stay until the look has ended"
            self.result = refuse("stepped_off", text)
        elif load_n < ON_N:
            self._on_seconds = 0
            if self._second >= WAIT_SECONDS:
                self.result = refuse("nobody_on", "nobody stands on the plate; step on and stand still")
        elif self._on_seconds < SETTLE_SECONDS:
            self._on_seconds += 1
        else:
            self._stood.append((means, load_n))
            if len(self._stood) == SECONDS:
                self._finish()

    def _finish(self) -> None:
        mean_n = sum(weight_n for _, weight_n in self._stood) / SECONDS
        wander = max(abs(weight_n / mean_n - 1) for _, weight_n in self._stood)
        if wander > WANDER:
            text = f"the weight wandered by {wander:.1%}; stand still, touch nothing, and repeat"
            self.result = refuse("weight_wanders", text, percent=round(100 * wander, 1))
            return
        cells = zip(*(means for means, _ in self._stood), strict=True)
        fl, fr, rl, rr = (mean_and_noise(told) for told in cells)
        self.result = Still((fl[0], fr[0], rl[0], rr[0]), (fl[1], fr[1], rl[1], rr[1]))
