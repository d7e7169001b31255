"""When something was, on a clock that may be wrong and a monotonic one that begins anew at every boot."""

from datetime import date, datetime

import msgspec

LONGEST_DAY_S = 24 * 3600.0
AT_LEAST_S = 12 * 3600.0  # within one boot, whatever the date is set to meanwhile
CLOCK_SET_S = 600.0


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """An instant: `t` is RFC 3339 in UTC, `day` the local date, `mono_s` CLOCK_MONOTONIC of `boot`."""

    t: str
    day: str
    boot: str
    mono_s: float
    synced: bool

    def age_s(self, now: "Moment") -> float | None:
        """Return how long ago it was, or None where two boots and an unset clock leave that unknown."""
        if self.boot == now.boot and now.mono_s >= self.mono_s:
            return now.mono_s - self.mono_s
        wall_s = self._wall_s(now)
        return wall_s if self.synced and now.synced and wall_s >= 0 else None

    def at_least_s(self, now: "Moment") -> float:
        """Return how long ago it was at the very least, or by the clocks where these may be believed."""
        age_s = self.age_s(now)
        if age_s is not None:
            return age_s
        return now.mono_s if self.boot != now.boot else 0.0  # before this boot, at any rate

    def days_ago(self, now: "Moment") -> int:
        """Return on how many days before today it was; 0 for today.

        A clock that was set within a boot makes nothing older by a day for twelve hours, one that went back
        makes nothing younger than a day of uptime.
        """
        age_s = self.at_least_s(now)
        by_date = (date.fromisoformat(now.day) - date.fromisoformat(self.day)).days
        if self.boot == now.boot and abs(self._wall_s(now) - age_s) > CLOCK_SET_S:
            return 0 if age_s < AT_LEAST_S else max(1, round(age_s / LONGEST_DAY_S))
        if by_date < 0:
            return 0 if age_s < LONGEST_DAY_S else 1
        return by_date

    def _wall_s(self, now: "Moment") -> float:
        return (datetime.fromisoformat(now.t) - datetime.fromisoformat(self.t)).total_seconds()
