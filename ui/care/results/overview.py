"""The course of a patient over all exercises: rungs, hand support, pain and effort."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from statistics import fmean
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext

from station.training.routine import shipped_routines
from ui.care.models import Prescription, Session, Trial
from ui.care.models.programme import State
from ui.care.results.charts import Chart, Mark, Series
from ui.care.words.clinical import routine_words

MOST_POINTS: Final = 90
MOST_LINES: Final = 4


def programme_marks(programmes: Sequence[Prescription]) -> tuple[Mark, ...]:
    """Return when each programme came into force, oldest first."""
    return tuple(
        Mark(rx.answered or rx.created, gettext("version %(version)d") % {"version": rx.version})
        for rx in reversed(programmes)
        if rx.state == State.APPLIED
    )


def overview(
    sessions: Sequence[Session], trials: Sequence[Trial], programmes: Sequence[Prescription]
) -> list[Chart]:
    """Return the charts that have something to show; sessions and trials in any order."""
    marks = programme_marks(programmes)
    charts = (
        *(_rungs(trials, marks), _reached(trials, marks), _support(trials, marks), _pain(sessions, marks)),
    )
    return [chart for chart in charts if chart is not None]


def _lines(trials: Iterable[Trial]) -> dict[str, list[Trial]]:
    """Return a ladder's trials by exercise and side, those with the most first; oldest trial first."""
    lines: defaultdict[tuple[str, str], list[Trial]] = defaultdict(list)
    for trial in sorted(trials, key=lambda trial: (trial.started, trial.number)):
        lines[trial.routine, trial.side].append(trial)
    known = shipped_routines()
    trained = {key: of for key, of in lines.items() if key[0] in known and not known[key[0]].assessment}
    most = sorted(trained.items(), key=lambda line: -len(line[1]))
    return {routine_words(*key): of for key, of in most}


def _most(lines: dict[str, list[Trial]]) -> dict[str, list[Trial]]:
    """Return those that are drawn: of more lines nobody could tell one from another."""
    return dict(list(lines.items())[:MOST_LINES])


def _drawn(note: str, days: Sequence[datetime], lines: int = 0) -> str:
    """Return a note that also says what is not drawn of so many days and lines."""
    said = [note]
    if len(days) > MOST_POINTS:
        said.append(gettext("Only the newest %(days)d days of training are drawn.") % {"days": MOST_POINTS})
    if lines > MOST_LINES:
        said.append(gettext("Only the %(lines)d exercises trained most are drawn.") % {"lines": MOST_LINES})
    return " ".join(said)


def _by_day(lines: dict[str, list[Trial]]) -> list[datetime]:
    """Return one time a day on which there was training."""
    zone = timezone.get_current_timezone()  # asked once: there may be thousands of trials
    days = {trial.started.astimezone(zone).date(): trial.started for line in lines.values() for trial in line}
    return sorted(days.values())


def _daily(times: Sequence[datetime], values: Iterable[tuple[datetime, float]]) -> list[float | None]:
    zone = timezone.get_current_timezone()
    by_day: defaultdict[date, list[float]] = defaultdict(list)
    for when, value in values:
        by_day[when.astimezone(zone).date()].append(value)
    return [fmean(of) if (of := by_day.get(when.astimezone(zone).date())) else None for when in times]


def _rungs(trials: Sequence[Trial], marks: tuple[Mark, ...]) -> Chart | None:
    every = _lines(trials)
    lines = _most(every)
    days = _by_day(lines)
    times = days[-MOST_POINTS:]
    if len(times) < 2:
        return None
    series = tuple(
        Series(title, _daily(times, ((t.started, float(t.rung)) for t in line)), "step")
        for title, line in lines.items()
    )
    return Chart(
        id="rungs",
        title=gettext("Rung of each exercise"),
        unit=gettext("rung"),
        series=series,
        times=times,
        marks=_within(marks, times),
        whole=True,
        sim=any(trial.sim for trial in trials),
        note=_drawn(
            gettext(
                "Higher is harder: less support, longer, a harder stance. Vertical lines: a new programme."
            ),
            days,
            len(every),
        ),
    )


def _reached(trials: Sequence[Trial], marks: tuple[Mark, ...]) -> Chart | None:
    holds = [trial for trial in trials if trial.target_hold_s > 0]
    days = _by_day({"": holds})
    times = days[-MOST_POINTS:]
    if len(times) < 2:
        return None
    shares = _daily(times, ((t.started, 100.0 * (t.outcome == "done")) for t in holds))
    return Chart(
        id="reached",
        title=gettext("Holds reached"),
        unit=gettext("% of the day's holds"),
        series=(
            Series(gettext("Each day"), shares, "dots"),
            Series(gettext("Mean of five days"), _smooth(shares), "line"),
        ),
        times=times,
        marks=_within(marks, times),
        high=100.0,
        sim=any(trial.sim for trial in holds),
        note=_drawn(gettext("It falls when a programme gets harder, and should come back."), days),
    )


def _smooth(values: Sequence[float | None]) -> list[float | None]:
    """Return the mean of each value with the four before it."""
    windows = ([v for v in values[max(0, n - 4) : n + 1] if v is not None] for n in range(len(values)))
    return [fmean(window) if window else None for window in windows]


def _support(trials: Sequence[Trial], marks: tuple[Mark, ...]) -> Chart | None:
    carried = [trial for trial in trials if getattr(trial, "support_percent", None) is not None]
    every = {title: line for title, line in _lines(carried).items() if len(line) > 1}
    lines = _most(every)
    days = _by_day(lines)
    times = days[-MOST_POINTS:]
    if len(times) < 2:
        return None
    series = tuple(
        Series(title, _daily(times, ((t.started, t.support_percent) for t in line)), "line")  # type: ignore[attr-defined]
        for title, line in lines.items()
    )
    return Chart(
        id="support",
        title=gettext("Weight on the hands"),
        unit=gettext("% of body weight"),
        series=series,
        times=times,
        marks=_within(marks, times),
        sim=any(trial.sim for trial in trials),
        note=_drawn(
            gettext("Mean of the day. It falls with each rung that asks for less support."), days, len(every)
        ),
    )


def _pain(sessions: Sequence[Session], marks: tuple[Mark, ...]) -> Chart | None:
    every = sorted(
        (s for s in sessions if (s.body or {}).get("answers", {}).get("pain") is not None),
        key=lambda session: session.started,
    )
    told = every[-MOST_POINTS:]
    if len(told) < 2:
        return None
    times = [session.started for session in told]

    def answers(key: str) -> list[float | None]:
        return [(session.body or {})["answers"].get(key) for session in told]

    return Chart(
        id="pain",
        title=gettext("Pain and effort"),
        unit=gettext("0 to 10"),
        series=(
            Series(gettext("Pain before"), answers("pain"), "line"),
            Series(gettext("Pain after"), answers("pain_after"), "hollow"),
            Series(gettext("Effort"), answers("effort"), "dots"),
        ),
        times=times,
        marks=_within(marks, times),
        high=10.0,
        sim=any(session.sim for session in told),
        note=gettext("Only the newest %(sessions)d sessions are drawn.") % {"sessions": MOST_POINTS}
        if len(every) > MOST_POINTS
        else "",
    )


def _within(marks: tuple[Mark, ...], times: Sequence[datetime]) -> tuple[Mark, ...]:
    return tuple(mark for mark in marks if times[0] <= mark.when <= times[-1])
