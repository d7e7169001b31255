"""What the board weighs with: the plate in force, its zero, and the watch over both."""

from station.session.drift_watch import DriftWatch
from station.session.health import HealthWatch
from station.session.recorder import Recorder
from station.session.tare import Tare
from station.sway.live import LiveCop
from station.sway.plate import Four, Plate
from station.sway.reading import Reading, Sample


class Scale:
    """Turns readings into samples (newtons, CoP in mm); takes the zero of the empty board by itself."""

    def __init__(self, plate: Plate, recorder: Recorder, drift: DriftWatch, health: HealthWatch) -> None:
        """Weigh with this plate, and with the zero that the recorder remembers, if it does."""
        self.plate = plate
        self._recorder = recorder
        self._drift = drift
        self._health = health
        self._live = LiveCop(plate)
        self._tare = Tare(plate, known=recorder.zero.counts is not None)
        self.zeroed = False  # without a zero no load is known
        if recorder.zero.counts is not None:
            self._set_zero(recorder.zero.counts)

    def push(self, reading: Reading, *, empty: bool) -> list[Sample]:
        """Take one reading; `empty` when nothing is meant to stand on the board now."""
        if empty:
            self._tare.push(reading)
        return self._live.push(reading)

    def advance(self, until_ns: int) -> list[Sample]:
        """Return the samples that no reading to come can change any more."""
        return self._live.advance(until_ns)

    def look_anew(self) -> None:
        """Forget what was seen of the empty board: somebody has handled it."""
        self._tare.clear()

    def take_zero(self) -> None:
        """Take the zero if the board was seen empty and still."""
        zero = self._tare.zero()
        if zero is None:
            return
        self._recorder.zero.keep(zero, self._tare.noise_n, self.plate.counts_per_n)
        self._drift.zero_taken(zero, self._tare.noises_n)
        self._set_zero(zero)
        self._health.weighs(self.plate.calibration, self._tare.noise_n, self._tare.noises_n)

    def weigh_with(self, plate: Plate, zero: Four) -> None:
        """Weigh with another plate from now on, its zero at these counts."""
        self._drift.plate_taken(plate)
        self._recorder.weigh_with(plate.calibration)
        self._recorder.zero.keep(zero, self._tare.noise_n, plate.counts_per_n)
        self._health.weighs(plate.calibration, self._tare.noise_n, self._tare.noises_n)
        self._tare = Tare(plate.tared(zero), known=True)
        self.plate = plate
        self._set_zero(zero)

    def _set_zero(self, zero: Four) -> None:
        self.plate = self.plate.tared(zero)
        self._live.set_plate(self.plate)
        self.zeroed = True
