"""A span of days, both ends included, in the clinic's own time zone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Self

from django.utils import timezone
from django.utils.translation import gettext

from station.errors import ConfigError

USUAL: Final = timedelta(weeks=12)
EARLIEST: Final = date(2000, 1, 1)
LATEST: Final = date(2100, 1, 1)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From the first moment of `first` to the last of `last`."""

    first: date
    last: date

    @classmethod
    def read(
        cls,
        first: str | None,
        last: str | None,
        *,
        today: date,
        usual: timedelta = USUAL,
        where: tuple[str, str] = ("from", "to"),
    ) -> Self:
        """Return the period of two dates as text; without them it ends today and is `usual` long.

        Raises ConfigError naming what is wrong, and `where`.
        """
        end = _day(last, where[1]) or today
        start = _day(first, where[0]) or max(end - usual + DAY, EARLIEST)
        if start > end:
            raise ConfigError(
                gettext("the period begins on %(start)s and ends on %(end)s; it must end after it begins")
                % {"start": start, "end": end}
            )
        return cls(start, end)

    @property
    def begin(self) -> datetime:
        """Return its first moment."""
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """Return the first moment after it."""
        return _midnight(self.last + DAY)

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _day(text: str | None, where: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            gettext("%(where)s is %(text)r; it must be a day like 2026-05-04")
            % {"where": where, "text": text[:40]}
        ) from None
    if not EARLIEST <= day <= LATEST:
        raise ConfigError(
            gettext("%(where)s is %(day)s; it must lie between %(first)s and %(last)s")
            % {"where": where, "day": day, "first": EARLIEST, "last": LATEST}
        )
    return day
