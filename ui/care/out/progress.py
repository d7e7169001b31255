"""How one exercise went over a period: like trials only, a value a day or a week, and what may be said."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median
from typing import Final, Literal

from django.utils import timezone

from station.sway.compare import change
from ui.care.models import Session, Trial
from ui.care.out.period import Period

BY_WEEK_FROM_DAYS: Final = 70  # a longer period has a value a week: a dot a day could not be told apart
ENDS: Final = 3  # like trials at each end that are compared
VELOCITY: Final = "velocity_mm_s"

Direction = Literal["less", "more", "same", "unknown"]
Like = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """The median of the like trials of a day, or of a week, at its first day."""

    day: date
    value: float
    like: Like
    count: int


@dataclass(frozen=True, slots=True)
class Ends:
    """The means of the first and of the last values."""

    first: float
    last: float
    direction: Direction = "unknown"


Value = Callable[[Trial], float | None]


def main_exercise(trials: Iterable[Trial]) -> tuple[str, str] | None:
    """Return routine and side of the held exercise done most, None without one."""
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    for trial in trials:
        if trial.target_hold_s > 0 and trial.body.get("kind", "hold") == "hold":
            counts[trial.routine, trial.side] += 1
    return max(counts, key=lambda key: (counts[key], key), default=None)


def hold_s(trial: Trial) -> float | None:
    """Return the time held."""
    return trial.hold_s


def velocity_mm_s(trial: Trial) -> float | None:
    """Return the sway velocity of a full hold: one that ended early is shorter, so not alike."""
    return trial.velocity_mm_s if trial.outcome == "done" and not trial.flagged else None


def hands_percent(trial: Trial) -> float | None:
    """Return how much of the body weight the hands carried, in %."""
    mean = (trial.body.get("support") or {}).get("mean_percent")
    return float(mean) if isinstance(mean, int | float) else None


def points(trials: Iterable[Trial], value: Value, period: Period) -> list[Point]:
    """Return the values over time, oldest first."""
    weekly = period.days > BY_WEEK_FROM_DAYS
    heaps: defaultdict[tuple[date, Like], list[float]] = defaultdict(list)
    for trial in trials:
        number = value(trial)
        if number is not None:
            day = timezone.localdate(trial.started)
            heaps[max(_monday(day), period.first) if weekly else day, trial.conditions].append(number)
    found = [Point(day, median(values), like, len(values)) for (day, like), values in heaps.items()]
    return sorted(found, key=lambda point: (point.day, str(point.like)))


def ends(values: Sequence[float]) -> Ends | None:
    """Return the means at both ends, of as many values as do not overlap; None for fewer than two."""
    many = min(ENDS, len(values) // 2)
    return Ends(fmean(values[:many]), fmean(values[-many:])) if many else None


def sway_ends(trials: Sequence[Trial]) -> Ends | None:
    """Return how the sway of the newest like trials changed, judged by the minimal detectable change."""
    held = [trial for trial in trials if velocity_mm_s(trial)]
    if not held:
        return None
    like = [trial for trial in held if trial.conditions == held[-1].conditions]
    values = [float(trial.velocity_mm_s or 0.0) for trial in like]
    many = min(ENDS, len(values) // 2)
    if not many:
        return None
    told = change(VELOCITY, values[:many], values[-many:], duration_s=like[-1].target_hold_s)
    return Ends(told.before, told.after, _direction(told.verdict, told.share))


def _direction(verdict: str, share: float) -> Direction:
    if verdict == "unknown":
        return "unknown"
    if verdict == "within_error":
        return "same"
    return "less" if share < 0 else "more"


def pain_points(sessions: Iterable[Session], key: str, period: Period) -> list[Point]:
    """Return the pain told before (`pain`) or after (`pain_after`) sessions, 0 to 10."""
    weekly = period.days > BY_WEEK_FROM_DAYS
    heaps: defaultdict[date, list[float]] = defaultdict(list)
    for session in sessions:
        told = pain(session, key)
        if told is not None:
            day = timezone.localdate(session.started)
            heaps[max(_monday(day), period.first) if weekly else day].append(told)
    return [Point(day, median(values), (key,), len(values)) for day, values in sorted(heaps.items())]


def pain(session: Session, key: str) -> int | None:
    """Return the pain somebody told, 0 to 10; None where it was not asked."""
    told = ((session.body or {}).get("answers") or {}).get(key)
    return told if isinstance(told, int) and not isinstance(told, bool) else None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
