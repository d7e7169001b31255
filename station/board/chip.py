"""What the driver knows of one HX711: its phase, when it was last heard, and what to make of a word.

Numbers are from the Avia Semiconductor HX711 datasheet V2.0 unless noted.
"""

from enum import Enum, auto
from typing import Final

from station.board.dating import Dating
from station.sway.reading import Fault, Reading

# Longest PD_SCK-high: the chip powers down after 60 µs, and clocks are only good for 50.
PULSE_LIMIT_NS: Final = 50_000
# PD_SCK high this long powers the chip down for certain.
POWER_DOWN_NS: Final = 100_000
# No chip converts faster than 104 SPS at RATE high (users measure up to 94), so a word is whole when its
# read ends within this time of a moment at which it was not yet ready. It holds at RATE low all the more.
SHORTEST_PERIOD_NS: Final = 9_600_000
# A chip that stays silent after a power-cycle gets another one after this long: at RATE low the first
# conversion may take 400 ms of settling and two periods.
PATIENCE_NS: Final = 650_000_000
SETTLE_NS: Final = {10: 400_000_000, 80: 50_000_000}
# The filter needs four conversions; a reading is good when four whole ones came after the gain was set.
SETTLE_CONVERSIONS: Final = 4
PULSES: Final = {128: 25, 64: 27}
SATURATED: Final = (0x7FFFFF, -0x800000)


class Phase(Enum):
    """Where a chip is on its way back from a power-cycle."""

    DOWN = auto()  # PD_SCK is held high
    WAKING = auto()  # PD_SCK is low again; no conversion can be ready yet
    SETTLING = auto()  # words are read to set the gain, and void
    READY = auto()


class Chip:
    """One chip as seen from its two wires."""

    def __init__(self, cell: int, *, rate_hz: int) -> None:
        self.cell = cell
        self.bit = 1 << cell
        self.dating = Dating()
        self.phase = Phase.DOWN
        self.since_ns = 0  # when PD_SCK last went high for a power-down, or low after one
        self.high_ns = 0  # when DOUT was last seen high: the next conversion was not ready then
        self.heard_ns = 0  # the last sign of life, from which silence counts
        self._last_ns = -1
        self._settle_ns = SETTLE_NS[rate_hz]
        self._nominal_period_ns = 1_000_000_000 // rate_hz
        self._settling_since_ns: int | None = None
        self._dropped = 0

    def power_down(self, now_ns: int) -> None:
        """PD_SCK was raised to stay."""
        self.phase = Phase.DOWN
        self.since_ns = now_ns
        self._settling_since_ns = None
        self.dating.restart()

    def wake(self, now_ns: int) -> None:
        """PD_SCK was lowered: the chip starts afresh, with a gain that must be set again."""
        self.phase = Phase.WAKING
        self.since_ns = self.high_ns = now_ns
        self.heard_ns = now_ns + self._settle_ns

    def void(self, fault: Fault, t_ns: int) -> Reading:
        """Return a reading without a value; its time follows that of the reading before."""
        self._last_ns = max(t_ns, self._last_ns + 1)
        return Reading(self._last_ns, self.cell, 0, fault)

    def silent(self, now_ns: int) -> bool:
        """Whether two periods have passed without a conversion; the next two count from now."""
        period_ns = self.dating.period_ns or self._nominal_period_ns
        if self.phase is Phase.DOWN or now_ns - self.heard_ns <= 2 * period_ns:
            return False
        self.heard_ns = now_ns
        return True

    def patient(self, now_ns: int) -> bool:
        """Whether a power-cycle is so recent that another one could only disturb the chip."""
        return self.phase is Phase.DOWN or now_ns - self.since_ns < PATIENCE_NS

    def take(self, counts: int, seen_ns: int, done_ns: int, readings: list[Reading]) -> bool:
        """Judge a whole word, seen ready at `seen_ns` and read until `done_ns`; append what became of it.

        Returns False when the chip must be power-cycled.
        """
        not_ready_ns = self.high_ns
        late = done_ns - not_ready_ns > SHORTEST_PERIOD_NS
        dated = self.dating.date(not_ready_ns, seen_ns)
        self.heard_ns = max(self.heard_ns, seen_ns)
        if self.phase is not Phase.READY and not self._settled(done_ns, late=late):
            readings.append(self.void(Fault.SETTLING, dated.t_ns))
            return True
        if dated.jumped:
            readings.append(self.void(Fault.SETTLING, dated.t_ns))
            return False
        self._miss(dated.missed, dated.t_ns, readings)
        if late:
            readings.append(self.void(Fault.LATE_READ, dated.t_ns))
        elif counts in SATURATED:
            readings.append(self.void(Fault.SATURATED, dated.t_ns))
        else:
            self._last_ns = max(dated.t_ns, self._last_ns + 1)
            readings.append(Reading(self._last_ns, self.cell, counts, Fault.NONE))
        return True

    def _settled(self, done_ns: int, *, late: bool) -> bool:
        """Count a word of the settling time; the first one sets the gain, so settling starts with it."""
        self.phase = Phase.SETTLING
        if self._settling_since_ns is None:
            if not late:  # a word cut by an update may have set no gain
                self._settling_since_ns = done_ns
                self._dropped = 0
            return False
        if self._dropped < SETTLE_CONVERSIONS or done_ns - self._settling_since_ns < self._settle_ns:
            self._dropped += 1
            return False
        self.phase = Phase.READY
        return True

    def _miss(self, missed: int, t_ns: int, readings: list[Reading]) -> None:
        period_ns = self.dating.period_ns or self._nominal_period_ns
        readings.extend(
            self.void(Fault.OVERRUN, t_ns - round(behind * period_ns)) for behind in range(missed, 0, -1)
        )
