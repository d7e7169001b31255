"""The live path: four unsynchronised chips to samples on one grid, causal, for the screen and the rules."""

from typing import Final

from station.sway.filter import LowPass
from station.sway.plate import MIN_LOAD_N, Plate
from station.sway.reading import CELL_COUNT, Fault, Reading, Sample

RATE_HZ: Final = 100
PERIOD_NS: Final = 1_000_000_000 // RATE_HZ
CUTOFF_HZ: Final = 10.0

# A cell's newest value stands for four conversions at 80 SPS; older than that, the plate has a fault.
MAX_AGE_NS: Final = 50_000_000


class LiveCop:
    """Readings in, samples out, one for every 10 ms of the readings' own time.

    A sample carries the low-passed forces and the CoP computed from them. While a cell has no value younger
    than `MAX_AGE_NS` the sample carries the reason, and no CoP.
    """

    def __init__(self, plate: Plate, *, cutoff_hz: float = CUTOFF_HZ) -> None:
        self._plate = plate
        self._filter = LowPass(cutoff_hz=cutoff_hz, rate_hz=RATE_HZ, channels=CELL_COUNT)
        self._counts = [0] * CELL_COUNT
        self._t_ns: list[int | None] = [None] * CELL_COUNT
        self._reason = [Fault.SILENT] * CELL_COUNT
        self._next_ns: int | None = None

    def set_plate(self, plate: Plate) -> None:
        """Weigh with another plate from the next sample on (a new tare)."""
        self._plate = plate
        self._filter.reset()

    def push(self, reading: Reading) -> list[Sample]:
        """Take one reading; return the samples up to its time."""
        samples = self.advance(reading.t_ns)
        if reading.fault is Fault.NONE:
            self._counts[reading.cell] = reading.counts
            self._t_ns[reading.cell] = reading.t_ns
            self._reason[reading.cell] = Fault.SILENT
        else:
            self._reason[reading.cell] = reading.fault
        return samples

    def advance(self, t_ns: int) -> list[Sample]:
        """Return the samples up to `t_ns`: time passes though the chips are silent."""
        if self._next_ns is None:
            self._next_ns = (t_ns // PERIOD_NS + 1) * PERIOD_NS
            return []
        if t_ns - self._next_ns > 60_000_000_000:
            # The system slept. A minute of silence needs no 6,000 samples to be told.
            self._next_ns = (t_ns // PERIOD_NS) * PERIOD_NS
        samples = []
        while self._next_ns <= t_ns:
            samples.append(self._sample(self._next_ns))
            self._next_ns += PERIOD_NS
        return samples

    def _fault_at(self, t_ns: int) -> Fault:
        for cell in range(CELL_COUNT):
            cell_ns = self._t_ns[cell]
            if cell_ns is None or t_ns - cell_ns > MAX_AGE_NS:
                return self._reason[cell]
        return Fault.NONE

    def _sample(self, t_ns: int) -> Sample:
        fault = self._fault_at(t_ns)
        if fault is not Fault.NONE:
            self._filter.reset()
            return Sample(t_ns, (0.0, 0.0, 0.0, 0.0), 0.0, None, None, fault)
        plate = self._plate
        forces_n = self._filter.step([plate.force_n(cell, self._counts[cell]) for cell in range(CELL_COUNT)])
        load_n = sum(forces_n)
        x_mm: float | None = None
        y_mm: float | None = None
        if load_n >= MIN_LOAD_N:
            x_mm, y_mm = plate.cop_mm(forces_n, load_n)
        fl, fr, rl, rr = forces_n
        return Sample(t_ns, (fl, fr, rl, rr), load_n, x_mm, y_mm)
