"""Too much, too soon: how often and how long somebody may train, and what is said when that is reached."""

from dataclasses import dataclass, replace
from math import ceil
from typing import Final, Protocol

from station.training.words import (
    AGAIN_DAYS,
    AGAIN_HOUR,
    AGAIN_HOURS,
    AGAIN_MINUTES,
    AGAIN_TOMORROW,
    ENOUGH,
    ENOUGH_MINUTES,
    ENOUGH_ONCE,
    ENOUGH_SESSIONS,
    REST_DAY,
    TOO_SOON,
)

WEEK: Final = 7


class Caps(Protocol):
    """What a programme allows."""

    @property
    def sessions_a_day(self) -> int: ...  # noqa: D102 the name says it

    @property
    def minutes_a_day(self) -> float: ...  # noqa: D102

    @property
    def least_gap_h(self) -> float: ...  # noqa: D102

    @property
    def rest_days_a_week(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Allowance:
    """What has been done already: today, and on the six days before (`days_ago` holds 1 to 6)."""

    sessions_today: int = 0
    minutes_today: float = 0.0
    since_last_s: float | None = None  # since the last session ended; None: there was none
    days_ago: frozenset[int] = frozenset()


def too_much(done: Allowance, caps: Caps) -> tuple[str, ...]:
    """Return why no session may begin now and when one may; empty when it may begin now."""
    reason = _of_the_day(done, caps)
    if reason is not None:
        wait_days = _days_to_wait(done, caps, from_day=1)
        return (ENOUGH, reason, _again_in(wait_days))
    if not done.sessions_today and _is_rest_day(done.days_ago, caps):
        trained = sum(1 for day in done.days_ago if day < WEEK)
        return (ENOUGH, REST_DAY.format(days=trained), _again_in(_days_to_wait(done, caps, from_day=1)))
    left_s = caps.least_gap_h * 3600 - (done.since_last_s if done.since_last_s is not None else 1e9)
    return (ENOUGH, TOO_SOON, _again_after(left_s)) if left_s > 0 else ()


def again_words(before: Allowance, caps: Caps, *, trained_s: float | None) -> tuple[str, ...]:
    """Return when the next session may begin, said at the end of one; None: nothing was trained in it."""
    done = before
    if trained_s is not None:
        done = replace(
            before,
            sessions_today=before.sessions_today + 1,
            minutes_today=before.minutes_today + trained_s / 60,
            since_last_s=0.0,
        )
    return too_much(done, caps)[-1:]


def minutes_left(done: Allowance, caps: Caps, *, trained_s: float) -> float:
    """Return how many minutes of training are left today, in a session that has trained for so long."""
    return caps.minutes_a_day - done.minutes_today - trained_s / 60


def _of_the_day(done: Allowance, caps: Caps) -> str | None:
    if done.sessions_today >= caps.sessions_a_day:
        count = done.sessions_today
        return ENOUGH_ONCE if count == 1 else ENOUGH_SESSIONS.format(count=count)
    if done.minutes_today >= caps.minutes_a_day:
        return ENOUGH_MINUTES.format(minutes=int(done.minutes_today))
    return None


def _is_rest_day(days_ago: frozenset[int], caps: Caps) -> bool:
    """Return whether a day must be one of rest, given on which of the six days before it was trained."""
    return len({day for day in days_ago if 1 <= day < WEEK}) >= WEEK - caps.rest_days_a_week


def _days_to_wait(done: Allowance, caps: Caps, *, from_day: int) -> int:
    """Return after how many days training may begin, when today is not trained any more."""
    today = frozenset({0} if done.sessions_today else ())
    for ahead in range(from_day, WEEK + 1):
        if not _is_rest_day(frozenset(day + ahead for day in done.days_ago | today), caps):
            return ahead
    return WEEK


def _again_in(days: int) -> str:
    return AGAIN_TOMORROW if days <= 1 else AGAIN_DAYS.format(days=days)


def _again_after(seconds: float) -> str:
    minutes = ceil(seconds / 60)
    if minutes < 50:
        return AGAIN_MINUTES.format(minutes=max(2, minutes))
    hours = ceil(minutes / 60)
    return AGAIN_HOUR if hours == 1 else AGAIN_HOURS.format(hours=hours)
