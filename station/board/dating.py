"""When a conversion was ready: a decaying linear regression of conversion count against clock.

A poll only shows that a conversion became ready between two looks. A chip converts evenly, so a straight line
through the last hundred or so of these intervals dates each one far better than the poll does. The method is
that of Klipper's `bulk_sensor` (ClockSyncRegression); the bounds, the counting of misses, and a slope that
outlives a power-cycle are ours.
"""

import math
from typing import Final, NamedTuple

# A memory of 100 conversions, about 1.2 s: long against the poll's jitter, short against thermal drift.
DECAY: Final = 1 / 100
# An interval wider than this tells little; its weight falls with the square of its width.
FULL_WEIGHT_WIDTH_NS: Final = 2_000_000
LONGEST_GAP_NS: Final = 1_000_000_000
# Conversions needed for a first idea of the period, and for one that is good to 4 µs.
PERIOD_AFTER: Final = 4
TRUSTED_PERIOD_AFTER: Final = 50
# How far the line may be off, as a share of the period: always, and more while it is young. At 86 SPS that is
# 0.7 ms for a line through four polls and 0.4 ms for an old one, five and eight times the rms error.
GUARD_SHARE: Final = 1 / 32
YOUNG_GUARD_SHARE: Final = 1 / 8
TRUSTED_WEIGHT: Final = 2.0
# A phase that jumps again so soon means that the period is wrong, not that the chip was reset once more.
STEADY_AFTER: Final = 64


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
        self._last_ns = 0
        self._guessed = False
        self.forget()

    def forget(self) -> None:
        """Forget phase and period: the chip may convert at another rate from now on."""
        self._period_ns: float | None = None
        self._learned = 0
        self._variance = self._covariance = 0.0
        self.restart()

    def restart(self) -> None:
        """Forget the phase, as after a power-cycle; what is known of the period is kept and built upon."""
        self._seen = 0
        self._count = 0
        self._origin_ns = 0
        self._weight = 0.0
        self._count_mean = self._t_mean_ns = 0.0

    @property
    def period_ns(self) -> float | None:
        """The measured time between two conversions, or None before it is known."""
        return self._period_ns

    @property
    def sps(self) -> float | None:
        """Measured conversions a second, or None before it is known."""
        return None if self._period_ns is None else 1e9 / self._period_ns

    @property
    def guard_ns(self) -> float:
        """How far off the line may be."""
        share = GUARD_SHARE + YOUNG_GUARD_SHARE / max(self._weight, 1.0)
        return share * (self._period_ns or 0.0)

    def date(self, after_ns: int, before_ns: int, *, watched: bool = True) -> Dated:
        """Date the newest conversion, which became ready between these two times.

        `watched` says that nobody looked away since the last one for long enough to miss one: a conversion
        that is missing all the same was never made, so the chip was reset.
        """
        if self._period_ns is not None:
            after_ns = max(after_ns, before_ns - round(self._period_ns))
        middle_ns = (after_ns + before_ns) // 2
        gap = self._seen > 0 and middle_ns - self._last_ns > LONGEST_GAP_NS
        if gap or (self._period_ns is None and not watched):  # too many to count, or no means to count them
            self.restart()
        if self._seen == 0:
            self._origin_ns = after_ns
        conversions = self._conversions(after_ns, before_ns)
        if self._jumped(after_ns, before_ns, conversions, watched=watched):
            return self._start_over(middle_ns)
        width_ns = before_ns - after_ns
        self._guessed = self._period_ns is not None and width_ns > self._period_ns / 2
        self._learn(conversions, middle_ns - self._origin_ns, width_ns)
        line_ns = round(self._line_ns())
        self._last_ns = max(self._last_ns + 1, min(max(line_ns, after_ns), before_ns))
        return Dated(self._last_ns, max(0, conversions - 1), jumped=False)

    def missed(self, after_ns: int, before_ns: int) -> int:
        """How many conversions went unseen before one that became ready between these times.

        Nothing is learned from it: it may be no conversion. 0 when that is not known, or its phase jumped.
        """
        if self._period_ns is None or self._seen == 0 or before_ns - self._last_ns > LONGEST_GAP_NS:
            return 0
        after_ns = max(after_ns, before_ns - round(self._period_ns))
        conversions = self._conversions(after_ns, before_ns)
        return 0 if self._jumped(after_ns, before_ns, conversions, watched=False) else max(0, conversions - 1)

    def next_update_ns(self, from_ns: float) -> float | None:
        """When the first update is due that may come at `from_ns` or later; None when not known.

        It comes earlier or later by `guard_ns` at most.
        """
        if self._period_ns is None or not self._trusted:
            return None
        last_ns = self._line_ns()
        periods = math.ceil((from_ns - self.guard_ns - last_ns) / self._period_ns)
        return last_ns + periods * self._period_ns

    def clear(self, begin_ns: int, end_ns: int) -> bool:
        """Whether it is known that no update came between these times."""
        update_ns = self.next_update_ns(begin_ns)
        return update_ns is not None and update_ns - self.guard_ns > end_ns

    @property
    def _trusted(self) -> bool:
        return self._weight >= TRUSTED_WEIGHT and self._learned >= TRUSTED_PERIOD_AFTER

    def _start_over(self, t_ns: int) -> Dated:
        if self._seen < STEADY_AFTER:
            self.forget()
        else:
            self.restart()
        self._last_ns = max(self._last_ns + 1, t_ns)
        return Dated(self._last_ns, 0, jumped=True)

    def _line_ns(self) -> float:
        """When the last conversion counted was ready."""
        slope_ns = self._period_ns or 0.0
        return self._origin_ns + self._t_mean_ns + (self._count - self._count_mean) * slope_ns

    def _conversions(self, after_ns: int, before_ns: int) -> int:
        """How many conversions on from the last one this is.

        0 when the last one was seen so late that it was counted one too high.
        """
        period_ns = self._period_ns
        if self._seen == 0 or period_ns is None:
            return min(self._seen, 1)
        last_ns = self._line_ns()

        def off_ns(conversions: int) -> float:
            t_ns = last_ns + conversions * period_ns
            return max(after_ns - t_ns, t_ns - before_ns, 0.0)

        newest = max(1, int((before_ns - last_ns) // period_ns))
        best = min(newest, newest + 1, key=off_ns)
        if self._guessed and best == 1 and off_ns(1) > period_ns / 2 and off_ns(0) < off_ns(1):
            return 0
        return best

    def _jumped(self, after_ns: int, before_ns: int, conversions: int, *, watched: bool) -> bool:
        """Whether the chip goes on at another phase, as one does that was reset behind our back."""
        if self._period_ns is None or not self._trusted:
            return False
        if watched and conversions > 1:
            return True
        t_ns = self._line_ns() + conversions * self._period_ns
        return max(after_ns - t_ns, t_ns - before_ns) > self.guard_ns

    def _learn(self, conversions: int, t_ns: int, width_ns: int) -> None:
        """Add one point: weighted least squares whose old points fade (West 1979).

        Sums about the mean are kept over a restart, so the slope is that of all lines together, each with an
        origin of its own.
        """
        weight = min(1.0, (FULL_WEIGHT_WIDTH_NS / max(width_ns, 1)) ** 2)
        self._count += conversions
        self._seen += 1
        self._learned += 1
        kept = (1 - DECAY) * self._weight
        self._weight = kept + weight
        gain = weight / self._weight
        off_count = self._count - self._count_mean
        off_ns = t_ns - self._t_mean_ns
        self._count_mean += gain * off_count
        self._t_mean_ns += gain * off_ns
        self._variance = (1 - DECAY) * self._variance + gain * kept * off_count * off_count
        self._covariance = (1 - DECAY) * self._covariance + gain * kept * off_count * off_ns
        if self._learned >= PERIOD_AFTER and self._variance:
            self._period_ns = self._covariance / self._variance
