"""When a conversion was ready: a decaying linear regression of conversion count against clock.

A poll only shows that a conversion became ready between two looks. A chip converts evenly, so a straight line
through the last hundred or so of these intervals dates each one far better than the poll does. The method is
that of Klipper's `bulk_sensor` (ClockSyncRegression); the bounds and the counting of misses are ours.
"""

from typing import Final, NamedTuple

# A memory of 100 conversions, about 1.2 s: long against the poll's jitter, short against thermal drift.
DECAY: Final = 1 / 100
# An interval wider than this tells little; its weight falls with the square of its width.
FULL_WEIGHT_WIDTH_NS: Final = 2_000_000
LONGEST_GAP_NS: Final = 1_000_000_000
# Conversions needed for a first idea of the period, for a better one, and before a jump of phase means
# anything.
FIRST_PERIOD_AFTER: Final = 4
PERIOD_AFTER: Final = 16
JUMP_AFTER: Final = 50


class Dated(NamedTuple):
    """The time of one conversion (ns), how many before it were never seen, and whether the phase jumped."""

    t_ns: int
    missed: int
    jumped: bool


class Dating:
    """The clock of one chip.

    Dates rise strictly and lie within the interval in which the conversion was seen to become ready.
    """

    def __init__(self) -> None:
        self._period_ns: float | None = None
        self._last_ns = 0
        self._guessed = False
        self.restart()

    def forget(self) -> None:
        """Forget phase and period: the chip may convert at another rate from now on."""
        self._period_ns = None
        self.restart()

    def restart(self) -> None:
        """Forget the phase, as after a power-cycle; the period last measured is kept."""
        self._seen = 0
        self._count = 0
        self._origin_ns = 0
        self._weight = 0.0
        self._count_mean = self._t_mean_ns = 0.0
        self._variance = self._covariance = 0.0

    @property
    def period_ns(self) -> float | None:
        """The measured time between two conversions, or None before it is known."""
        return self._period_ns

    @property
    def sps(self) -> float | None:
        """Measured conversions a second, or None before it is known."""
        return None if self._period_ns is None else 1e9 / self._period_ns

    def date(self, after_ns: int, before_ns: int) -> Dated:
        """Date the newest conversion, which became ready between these two times."""
        if self._period_ns is not None:
            after_ns = max(after_ns, before_ns - round(self._period_ns))
        middle_ns = (after_ns + before_ns) // 2
        width_ns = before_ns - after_ns
        if self._seen and middle_ns - self._last_ns > LONGEST_GAP_NS:
            self.restart()
        if self._seen == 0:
            self._origin_ns = after_ns
        conversions = self._conversions(after_ns, before_ns)
        if self._jumped(middle_ns, width_ns, conversions):
            self.restart()
            self._last_ns = max(self._last_ns + 1, middle_ns)
            return Dated(self._last_ns, 0, jumped=True)
        self._guessed = self._period_ns is not None and width_ns > self._period_ns / 2
        self._learn(conversions, middle_ns - self._origin_ns, width_ns)
        line_ns = round(self._line_ns(self._count))
        self._last_ns = max(self._last_ns + 1, min(max(line_ns, after_ns), before_ns))
        return Dated(self._last_ns, max(0, conversions - 1), jumped=False)

    def _line_ns(self, count: int) -> float:
        slope_ns = self._covariance / self._variance if self._variance else 0.0
        if self._period_ns is not None and self._seen < PERIOD_AFTER:
            slope_ns = self._period_ns
        return self._origin_ns + self._t_mean_ns + (count - self._count_mean) * slope_ns

    def _conversions(self, after_ns: int, before_ns: int) -> int:
        """How many conversions on from the last one this is.

        0 when the last one was seen so late that it was counted one too high.
        """
        period_ns = self._period_ns
        if self._seen == 0 or period_ns is None:
            return min(self._seen, 1)
        last_ns = self._line_ns(self._count)

        def off_ns(conversions: int) -> float:
            t_ns = last_ns + conversions * period_ns
            return max(after_ns - t_ns, t_ns - before_ns, 0.0)

        newest = max(1, int((before_ns - last_ns) // period_ns))
        best = min(newest, newest + 1, key=off_ns)
        if self._guessed and best == 1 and off_ns(1) > period_ns / 2 and off_ns(0) < off_ns(1):
            return 0
        return best

    def _jumped(self, middle_ns: int, width_ns: int, conversions: int) -> bool:
        """Whether the chip goes on at another phase, as one does that was reset behind our back."""
        if self._seen < JUMP_AFTER or conversions > 2 or self._period_ns is None:
            return False
        off_ns = abs(middle_ns - self._line_ns(self._count + conversions))
        return off_ns > (self._period_ns / 2 + width_ns) / 2

    def _learn(self, conversions: int, t_ns: int, width_ns: int) -> None:
        """Add one point to the line: weighted least squares whose old points fade (West 1979)."""
        weight = min(1.0, (FULL_WEIGHT_WIDTH_NS / max(width_ns, 1)) ** 2)
        self._count += conversions
        self._seen += 1
        self._weight = (1 - DECAY) * self._weight + weight
        gain = weight / self._weight
        off_count = self._count - self._count_mean
        off_ns = t_ns - self._t_mean_ns
        self._count_mean += gain * off_count
        self._t_mean_ns += gain * off_ns
        self._variance = (1 - gain) * (self._variance + gain * off_count * off_count)
        self._covariance = (1 - gain) * (self._covariance + gain * off_count * off_ns)
        enough = FIRST_PERIOD_AFTER if self._period_ns is None else PERIOD_AFTER
        if self._seen >= enough and self._variance:
            self._period_ns = self._covariance / self._variance
