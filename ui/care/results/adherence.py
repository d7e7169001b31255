"""On which days somebody trained, week by week, against the days of their programme."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from ui.care.models import Event, Prescription
from ui.care.models.programme import State
from ui.care.results.course import SessionRow
from ui.care.words.clinical import ALARMS

WEEKS: Final = 16
DAY: Final = timedelta(days=1)


@lru_cache(maxsize=1024)
def _day_words(day: date, language: str) -> str:  # noqa: ARG001 the language decides what is made of it
    """Return a day in words; every calendar has the same hundred."""
    return date_format(day, "MONTH_DAY_FORMAT")


@dataclass(frozen=True, slots=True)
class Day:
    """One day: sessions trained, whether a check-in stopped training, alarms, and a programme's first day."""

    date: date
    sessions: int
    stopped: bool
    alarm: bool
    changed: bool
    state: str  # "before" the first session or programme, "ahead" of today, "on"

    @property
    def classes(self) -> str:
        """What it looks like."""
        told = {"trained": self.sessions > 0, "alarm": self.alarm, "changed": self.changed}
        return " ".join((self.state, *(name for name, is_so in told.items() if is_so)))

    @property
    def sign(self) -> str:
        """What stands in its cell."""
        if self.alarm:
            return "!"
        if self.changed:
            return "▲"
        return "–" if self.stopped and not self.sessions else ""

    @property
    def title(self) -> str:
        """Its date, and what was special."""
        return ": ".join((_day_words(self.date, get_language() or ""), *self._special))

    @property
    def words(self) -> str:
        """What its cell says to somebody who does not see it."""
        what = gettext("trained") if self.sessions else gettext("not trained")
        what = what if self.state == "on" else "–"
        return ", ".join((what, *reversed(self._special)))

    @property
    def _special(self) -> tuple[str, ...]:
        changed = (gettext("new programme"),) if self.changed else ()
        return (*changed, gettext("alert")) if self.alarm else changed


@dataclass(frozen=True, slots=True)
class Week:
    """Monday to Sunday; `planned` is None before the first programme."""

    days: tuple[Day, ...]
    planned: int | None
    current: bool

    @property
    def monday(self) -> date:
        """Return its first day."""
        return self.days[0].date

    @property
    def trained(self) -> int:
        """Return on how many days there was training."""
        return sum(day.sessions > 0 for day in self.days)

    @property
    def met(self) -> bool:
        """Whether it was as many days as planned."""
        return self.planned is not None and self.trained >= self.planned


@dataclass(frozen=True, slots=True)
class Calendar:
    """The last weeks, oldest first."""

    weeks: tuple[Week, ...]

    @property
    def whole(self) -> list[Week]:
        """Return the weeks that are over and had a programme from their first day on."""
        return [
            week
            for week in self.weeks
            if not week.current and week.planned is not None and week.days[0].state == "on"
        ]

    @property
    def share_percent(self) -> int | None:
        """Return days trained of those planned, in whole weeks, none above its plan; None without one."""
        planned = sum(week.planned or 0 for week in self.whole)
        if not planned:
            return None
        return round(100 * sum(min(week.trained, week.planned or 0) for week in self.whole) / planned)

    @property
    def by_weekday(self) -> list[list[Day]]:
        """Return the days as seven rows, Monday first."""
        return [[week.days[weekday] for week in self.weeks] for weekday in range(7)]


def calendar(
    sessions: Iterable[SessionRow],
    programmes: Sequence[Prescription],
    events: Iterable[Event],
    *,
    now: datetime,
    weeks: int = WEEKS,
) -> Calendar:
    """Return the calendar of these weeks; `programmes` newest first."""
    today = timezone.localdate(now)
    first = today - timedelta(days=today.weekday() + 7 * (weeks - 1))
    trained: dict[date, int] = {}
    stopped: set[date] = set()
    zone = timezone.get_current_timezone()  # asked once: there may be hundreds
    for session in sessions:
        day = session.started.astimezone(zone).date()
        if session.trial_count == 0:
            stopped.add(day)
        else:
            trained[day] = trained.get(day, 0) + 1
    applied = [rx for rx in reversed(programmes) if rx.state == State.APPLIED]
    changes = [timezone.localdate(rx.answered or rx.created) for rx in applied]
    alarms = {timezone.localdate(event.happened) for event in events if event.kind in ALARMS}
    begun = min([*changes, *trained, today])

    def day_of(when: date) -> Day:
        state = "ahead" if when > today else "before" if when < begun else "on"
        return Day(when, trained.get(when, 0), when in stopped, when in alarms, when in changes, state)

    rows = []
    for number in range(weeks):
        monday = first + timedelta(weeks=number)
        days = tuple(day_of(monday + n * DAY) for n in range(7))
        in_force = [rx for rx, since in zip(applied, changes, strict=True) if since <= monday + 6 * DAY]
        planned = in_force[-1].days if in_force else None
        rows.append(Week(days, planned, current=days[0].date <= today <= days[-1].date))
    return Calendar(tuple(rows))
