"""A still look at the plate: three seconds of good readings of all four cells, or the reason why not."""

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from calibration.refusal import Refusal, refuse
from station.sway.plate import Four, Plate
from station.sway.reading import CELL_COUNT, CELLS, Fault, Reading

SETTLE_NS: Final = 1_000_000_000  # a mass just put down rocks, and the chips' filters follow
LOOK_NS: Final = 3_000_000_000
GIVE_UP_NS: Final = 15_000_000_000
FEWEST: Final = 150  # readings a cell in three seconds; 80 SPS with a third missing
STILL_N: Final = 1.5  # standard deviation of one cell; noise is about 0.25 N, a hand still on it several N
WALK_N: Final = 0.5  # between the first and the second half of the look
GLANCE_NS: Final = 1_000_000_000
NEWEST: Final = 20  # readings a cell that make the number shown: a quarter of a second


@dataclass(frozen=True, slots=True)
class Still:
    """Mean counts and noise (standard deviation, counts) of each cell over one look."""

    counts: Four
    noise_counts: Four


@dataclass(frozen=True, slots=True)
class Glance:
    """What each cell says now, None where it says nothing, and whether it was still for a second."""

    counts: tuple[float | None, ...]
    still: tuple[bool, ...]


class Settling:
    """Watches the cells all the time, so that a person sees a mass settle. It decides nothing."""

    def __init__(self, plate: Plate) -> None:
        self._plate = plate
        self._readings: list[deque[Reading]] = [deque() for _ in range(CELL_COUNT)]

    def push(self, reading: Reading) -> None:
        """Take one reading; a void one makes its cell say nothing."""
        window = self._readings[reading.cell]
        if reading.fault is not Fault.NONE:
            window.clear()
            return
        window.append(reading)
        while reading.t_ns - window[0].t_ns > GLANCE_NS:
            window.popleft()

    def glance(self) -> Glance:
        """Return how the cells are now."""
        counts = [[reading.counts for reading in window] for window in self._readings]
        return Glance(
            tuple(mean_and_noise(cell[-NEWEST:])[0] if cell else None for cell in counts),
            tuple(
                len(cell) >= FEWEST * GLANCE_NS // LOOK_NS and not _moves(cell, per_n)
                for cell, per_n in zip(counts, self._plate.counts_per_n, strict=True)
            ),
        )


class Look:
    """Gathers readings after `SETTLE_NS`; `result` is a `Still`, a refusal, or None until then.

    The scale of the plate serves only to tell noise from movement. A `held` load is a hand that presses: it
    shakes by several N however still it is held, so it may.
    """

    def __init__(self, plate: Plate, *, held: bool = False) -> None:
        self._plate = plate
        self._held = held
        self._began_ns: int | None = None
        self._counts: list[list[int]] = [[] for _ in range(CELL_COUNT)]
        self._since_ns = self._newest_ns = 0
        self._faults: set[int] = set()
        self.result: Still | Refusal | None = None

    @property
    def progress(self) -> float:
        """Return how much of the look is done, 0 to 1; bad readings set it back."""
        if self._began_ns is None:
            return 0.0
        return max(0.0, min(1.0, (self._newest_ns - self._since_ns + SETTLE_NS) / (SETTLE_NS + LOOK_NS)))

    def push(self, reading: Reading) -> None:
        """Take one reading; a void one starts the look over."""
        if self.result is not None:
            return
        if self._began_ns is None:
            self._began_ns = reading.t_ns
            self._since_ns = reading.t_ns + SETTLE_NS
        self._newest_ns = max(self._newest_ns, reading.t_ns)
        if reading.t_ns < self._since_ns:
            return
        if reading.fault is Fault.SATURATED:
            self.result = at_its_end(reading.cell)
        elif reading.t_ns - self._began_ns > GIVE_UP_NS:
            self.result = silent(self._faults)
        elif reading.fault is not Fault.NONE:
            self._faults.add(reading.cell)
            self._restart(reading.t_ns)
        else:
            self._counts[reading.cell].append(reading.counts)
            if reading.t_ns - self._since_ns >= LOOK_NS:
                self._finish(reading.t_ns)

    def _restart(self, t_ns: int) -> None:
        self._since_ns = t_ns
        self._counts = [[] for _ in range(CELL_COUNT)]

    def _finish(self, t_ns: int) -> None:
        if min(len(counts) for counts in self._counts) < FEWEST:
            self._faults |= {cell for cell, counts in enumerate(self._counts) if len(counts) < FEWEST}
            self._restart(t_ns)
            return
        per_n = self._plate.counts_per_n
        moving = tuple(CELLS[cell] for cell in range(CELL_COUNT) if _moves(self._counts[cell], per_n[cell]))
        if moving and not self._held:
            text = f"the plate moved (cell {', '.join(moving)}); let go of the mass, stand away and repeat"
            self.result = refuse("moved", text, cells=moving)
            return
        fl, fr, rl, rr = (mean_and_noise(counts) for counts in self._counts)
        self.result = Still((fl[0], fr[0], rl[0], rr[0]), (fl[1], fr[1], rl[1], rr[1]))


def at_its_end(cell: int) -> Refusal:
    """Return that a cell tells no more than the end of its range."""
    text = f"cell {CELLS[cell]} is at the end of its range; take weight off or check its wires"
    return refuse("cell_saturated", text, cells=(CELLS[cell],))


def silent(faulty: Collection[int]) -> Refusal:
    """Return that these cells gave too few good readings."""
    cells = tuple(CELLS[cell] for cell in sorted(faulty))
    named = ", ".join(cells) or "some"
    text = f"cell {named} gave no steady readings; check its cable and repeat"
    return refuse("cell_silent", text, cells=cells)


def _moves(counts: Sequence[int], counts_per_n: float) -> bool:
    half = len(counts) // 2
    (first, _), (second, _) = mean_and_noise(counts[:half]), mean_and_noise(counts[half:])
    _, noise = mean_and_noise(counts)
    scale = abs(counts_per_n)
    return noise > STILL_N * scale or abs(first - second) > WALK_N * scale


def mean_and_noise(counts: Sequence[float]) -> tuple[float, float]:
    """Return the mean of some counts and their standard deviation."""
    mean = sum(counts) / len(counts)
    return mean, (sum((c - mean) ** 2 for c in counts) / len(counts)) ** 0.5
