"""What the driver knows of one HX711: its phase, when it was last heard, and what to make of a word.

Numbers are from the Avia Semiconductor HX711 datasheet V2.0 unless noted.
"""

from enum import Enum, auto
from typing import Final, NamedTuple

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
GAIN_AFTER_RESET: Final = 128
SATURATED: Final = (0x7FFFFF, -0x800000)


class Phase(Enum):
    """Where a chip is on its way back from a power-cycle."""

    DOWN = auto()  # PD_SCK is held high
    SETTLING = auto()  # words are read to set the gain, and void
    READY = auto()


class Word(NamedTuple):
    """One word off the wire, seen ready at `seen_ns`, its last bit read at `done_ns`.

    `left_ns` is after the last clock and before DOUT was read for the last time. `fault` is NONE, LATE_CLOCK
    or DESYNC; `awake` says that the chip is still in step with us: DOUT was high that last time. `held_up`
    words took more than twice as long as the quickest.
    """

    counts: int
    seen_ns: int
    left_ns: int
    done_ns: int
    fault: Fault = Fault.NONE
    awake: bool = True
    held_up: bool = False


class Chip:
    """One chip as seen from its two wires."""

    def __init__(self, cell: int, *, gain: int, rate_hz: int) -> None:
        self.cell = cell
        self.bit = 1 << cell
        self.dating = Dating()
        self.phase = Phase.DOWN
        self.since_ns = 0  # when PD_SCK last went high for a power-down, or low after one
        self.deaf_until_ns = 0  # what DOUT says before this is no sign of a conversion
        self.high_ns = 0  # when DOUT was last seen high: the next conversion was not ready then
        self.heard_ns = 0  # the last sign of life, from which silence counts
        self.watched = False  # no conversion since the last word can have gone unseen
        self.recoveries = 0
        self._last_ns = -1
        self._settle_ns = SETTLE_NS[rate_hz]
        self._nominal_period_ns = 1_000_000_000 // rate_hz
        self._gain_survives = gain == GAIN_AFTER_RESET
        self._gain_known = False
        self._settling_since_ns: int | None = None
        self._dropped = 0

    @property
    def period_ns(self) -> float:
        """The measured time between two conversions, or what the RATE pin promises before it is known."""
        return self.dating.period_ns or self._nominal_period_ns

    def power_down(self, now_ns: int) -> None:
        """PD_SCK was raised to stay."""
        self.phase = Phase.DOWN
        self.since_ns = now_ns
        self.recoveries += 1
        self.dating.restart()

    def wake(self, now_ns: int) -> None:
        """PD_SCK was lowered: the chip starts afresh.

        Both revisions of it come back at gain 128, one by reset and one by memory, when that is what it had;
        in any other case the first word sets the gain, and settling starts with it.
        """
        self.phase = Phase.SETTLING
        self.since_ns = self.high_ns = now_ns
        self.deaf_until_ns = now_ns + SHORTEST_PERIOD_NS  # no conversion can be ready sooner
        self.heard_ns = now_ns + self._settle_ns
        self.watched = False
        self._settling_since_ns = now_ns if self._gain_known else None
        self._dropped = 0

    def hears(self, now_ns: int) -> bool:
        """Whether DOUT low means a conversion that can be read again."""
        return now_ns >= self.deaf_until_ns

    def look_away(self, gap_ns: int) -> None:
        """Note that nobody looked for so long: the chip is not to blame for what went unseen."""
        self.watched = False
        self.heard_ns += gap_ns

    def void(self, fault: Fault, t_ns: int) -> Reading:
        """Return a reading without a value; its time follows that of the reading before."""
        self._last_ns = max(t_ns, self._last_ns + 1)
        return Reading(self._last_ns, self.cell, 0, fault)

    def silent(self, now_ns: int) -> bool:
        """Whether two periods have passed without a conversion; the next two count from now."""
        if self.phase is Phase.DOWN or now_ns - self.heard_ns <= 2 * self.period_ns:
            return False
        self.heard_ns = now_ns
        return True

    def patient(self, now_ns: int) -> bool:
        """Whether a power-cycle is so recent that another one could only disturb the chip."""
        return self.phase is Phase.DOWN or now_ns - self.since_ns < PATIENCE_NS

    def lose_gain(self) -> None:
        """Take the gain for unknown: it must be set again before settling counts."""
        self._gain_known = False

    def take(self, word: Word, readings: list[Reading]) -> bool:
        """Judge a word and append what became of it.

        Returns False when the chip must be power-cycled.
        """
        self.heard_ns = max(self.heard_ns, word.seen_ns)
        if not word.awake:
            self._miss(self.dating.missed(self.high_ns, word.seen_ns), word.seen_ns, readings)
            readings.append(self.void(self._lost(word), word.seen_ns))
            return False
        # DOUT was left high, and without clocks it falls for nothing but a new conversion: even if an update
        # cut this word, the next low DOUT is a whole one.
        not_ready_ns, self.high_ns = self.high_ns, word.left_ns
        dated = self.dating.date(not_ready_ns, word.seen_ns, watched=self.watched)
        self.watched = whole = self._whole(word, not_ready_ns)
        if self.phase is Phase.SETTLING and not self._settled(dated.t_ns, word.done_ns, whole=whole):
            readings.append(self.void(Fault.SETTLING, dated.t_ns))
            return True
        if dated.jumped:
            self.lose_gain()
            readings.append(self.void(Fault.SETTLING, dated.t_ns))
            return False
        self._gain_known = self._gain_survives
        self._miss(dated.missed, dated.t_ns, readings)
        readings.append(self._judge(word, dated.t_ns, whole=whole))
        return True

    def _lost(self, word: Word) -> Fault:
        """Say why a chip that cannot prove that it is in step must be power-cycled."""
        if word.fault is not Fault.DESYNC:
            return word.fault
        if word.held_up and not self._whole(word, self.high_ns):
            return Fault.LATE_READ  # an update during the delay lets DOUT fall too: nobody miscounted
        self.lose_gain()
        return Fault.DESYNC

    def _whole(self, word: Word, not_ready_ns: int) -> bool:
        """Whether it is known that no update came while the word was shifted out: else it is of two."""
        if word.done_ns - not_ready_ns <= SHORTEST_PERIOD_NS:
            return True
        return self.dating.clear(word.seen_ns, word.done_ns)

    def _judge(self, word: Word, t_ns: int, *, whole: bool) -> Reading:
        if word.fault is not Fault.NONE:
            return self.void(word.fault, t_ns)
        if not whole:
            return self.void(Fault.LATE_READ, t_ns)
        if word.counts in SATURATED:
            return self.void(Fault.SATURATED, t_ns)
        self._last_ns = max(t_ns, self._last_ns + 1)
        return Reading(self._last_ns, self.cell, word.counts, Fault.NONE)

    def too_late(self, seen_ns: int, read_ns: int) -> bool:
        """Whether a read that begins now would run into the next update; then the next one is waited for.

        The conversion is lost either way, but the one that comes in the middle of its read need not be.
        """
        if seen_ns + read_ns - self.high_ns <= SHORTEST_PERIOD_NS:
            return False
        update_ns = self.dating.next_update_ns(seen_ns)
        if update_ns is None or update_ns - self.dating.guard_ns > seen_ns + read_ns:
            return False
        self._sit_out(seen_ns)
        return True

    def _sit_out(self, from_ns: float) -> None:
        """Hear nothing before the first update that may come at this time or later is certainly over.

        A chip that began a new word in the middle of ours is amid it until the next update: reading it sooner
        would give it more than 25 pulses in one conversion, and so another gain.
        """
        self.watched = False
        update_ns = self.dating.next_update_ns(from_ns)
        due_ns = from_ns + self.period_ns if update_ns is None else update_ns
        self.deaf_until_ns = round(due_ns + self.dating.guard_ns)

    def _settled(self, t_ns: int, done_ns: int, *, whole: bool) -> bool:
        """Whether a conversion of this time came when the filter had forgotten what was before."""
        if self._settling_since_ns is None:
            if whole:  # a word cut by an update may have set no gain
                self._settling_since_ns = done_ns
            return False
        settled_ns = t_ns - self._settling_since_ns
        # Four whole conversions came before this one, counted or by the clock where some went unseen.
        enough = self._dropped >= SETTLE_CONVERSIONS or (
            self.dating.period_ns is not None and settled_ns > (SETTLE_CONVERSIONS + 0.5) * self.period_ns
        )
        if not enough or settled_ns < self._settle_ns:
            self._dropped += 1
            return False
        self.phase = Phase.READY
        return True

    def _miss(self, missed: int, t_ns: int, readings: list[Reading]) -> None:
        readings.extend(
            self.void(Fault.OVERRUN, t_ns - round(behind * self.period_ns)) for behind in range(missed, 0, -1)
        )
