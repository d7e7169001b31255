"""The course of a patient over all exercises: rungs, hand support, pain and effort."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Sized
from datetime import date, datetime
from itertools import chain
from statistics import fmean
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext

from station.training.routine import shipped_routines
from ui.care.models import Prescription
from ui.care.models.programme import State
from ui.care.results.charts import Chart, Mark, Series
from ui.care.results.course import SessionRow, TrialRow
from ui.care.words.clinical import routine_words

MOST_POINTS: Final = 90
MOST_LINES: Final = 4
Dated = tuple[date, TrialRow]  # the day in the care side's own time


def programme_marks(programmes: Sequence[Prescription]) -> tuple[Mark, ...]:
    """Return when each programme came into force, oldest first."""
    return tuple(
        Mark(rx.answered or rx.created, gettext("version %(version)d") % {"version": rx.version})
        for rx in reversed(programmes)
        if rx.state == State.APPLIED
    )


def overview(
    sessions: Sequence[SessionRow], trials: Sequence[TrialRow], programmes: Sequence[Prescription]
) -> list[Chart]:
    """Return the charts that have something to show; sessions and trials in any order."""
    marks = programme_marks(programmes)
    zone = timezone.get_current_timezone()  # asked once: there may be thousands of trials
    dated = [
        (t.started.astimezone(zone).date(), t) for t in sorted(trials, key=lambda t: (t.started, t.number))
    ]
    charts = (_rungs(dated, marks), _reached(dated, marks), _support(dated, marks), _pain(sessions, marks))
    return [chart for chart in charts if chart is not None]


def _lines(dated: Iterable[Dated]) -> dict[str, list[Dated]]:
    """Return a ladder's trials by exercise and side, those with the most first; oldest trial first."""
    lines: defaultdict[tuple[str, str], list[Dated]] = defaultdict(list)
    for day, trial in dated:
        lines[trial.routine, trial.side].append((day, trial))
    known = shipped_routines()
    trained = {key: of for key, of in lines.items() if key[0] in known and not known[key[0]].assessment}
    most = sorted(trained.items(), key=lambda line: -len(line[1]))
    return {routine_words(*key): of for key, of in most}


def _most(lines: dict[str, list[Dated]]) -> dict[str, list[Dated]]:
    """Return those that are drawn: of more lines nobody could tell one from another."""
    return dict(list(lines.items())[:MOST_LINES])


def _drawn(note: str, days: Sized, lines: int = 0) -> str:
    """Return a note that also says what is not drawn of so many days and lines."""
    said = [note]
    if len(days) > MOST_POINTS:
        said.append(gettext("Only the newest %(days)d days of training are drawn.") % {"days": MOST_POINTS})
    if lines > MOST_LINES:
        said.append(gettext("Only the %(lines)d exercises trained most are drawn.") % {"lines": MOST_LINES})
    return " ".join(said)


def _by_day(trials: Iterable[Dated]) -> dict[date, datetime]:
    """Return the days on which there was training, the first first, each with the time of its last trial."""
    days: dict[date, datetime] = {}
    for day, trial in trials:
        days[day] = max(trial.started, days.get(day, trial.started))
    return dict(sorted(days.items()))


def _newest(days: Mapping[date, datetime]) -> tuple[list[date], list[datetime]]:
    """Return those days that are drawn, and the times they are drawn at."""
    return list(days)[-MOST_POINTS:], list(days.values())[-MOST_POINTS:]


def _daily(days: Sequence[date], values: Iterable[tuple[date, float]]) -> list[float | None]:
    """Return the mean of each day, None where there is no value."""
    drawn: dict[date, list[float]] = {day: [] for day in days}
    for day, value in values:
        if day in drawn:
            drawn[day].append(value)
    return [fmean(of) if of else None for of in drawn.values()]


def _rungs(dated: Sequence[Dated], marks: tuple[Mark, ...]) -> Chart | None:
    every = _lines(dated)
    lines = _most(every)
    every_day = _by_day(chain.from_iterable(lines.values()))
    days, times = _newest(every_day)
    if len(times) < 2:
        return None
    series = tuple(
        Series(title, _daily(days, ((day, float(trial.rung)) for day, trial in line)), "step")
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
        sim=any(trial.sim for _, trial in dated),
        note=_drawn(
            gettext(
                "Higher is harder: less support, longer, a harder stance. Vertical lines: a new programme."
            ),
            every_day,
            len(every),
        ),
    )


def _reached(dated: Sequence[Dated], marks: tuple[Mark, ...]) -> Chart | None:
    holds = [(day, trial) for day, trial in dated if trial.target_hold_s > 0]
    every_day = _by_day(holds)
    days, times = _newest(every_day)
    if len(times) < 2:
        return None
    shares = _daily(days, ((day, 100.0 * (trial.outcome == "done")) for day, trial in holds))
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
        sim=any(trial.sim for _, trial in holds),
        note=_drawn(gettext("It falls when a programme gets harder, and should come back."), every_day),
    )


def _smooth(values: Sequence[float | None]) -> list[float | None]:
    """Return the mean of each value with the four before it."""
    windows = ([v for v in values[max(0, n - 4) : n + 1] if v is not None] for n in range(len(values)))
    return [fmean(window) if window else None for window in windows]


def _support(dated: Sequence[Dated], marks: tuple[Mark, ...]) -> Chart | None:
    carried = [(day, trial) for day, trial in dated if trial.support_percent is not None]
    every = {title: line for title, line in _lines(carried).items() if len(line) > 1}
    lines = _most(every)
    every_day = _by_day(chain.from_iterable(lines.values()))
    days, times = _newest(every_day)
    if len(times) < 2:
        return None
    series = tuple(
        Series(title, _daily(days, ((day, trial.support_percent or 0.0) for day, trial in line)), "line")
        for title, line in lines.items()
    )
    return Chart(
        id="support",
        title=gettext("Weight on the hands"),
        unit=gettext("% of body weight"),
        series=series,
        times=times,
        marks=_within(marks, times),
        sim=any(trial.sim for _, trial in dated),
        note=_drawn(
            gettext("Mean of the day. It falls with each rung that asks for less support."),
            every_day,
            len(every),
        ),
    )


def _pain(sessions: Sequence[SessionRow], marks: tuple[Mark, ...]) -> Chart | None:
    every = sorted((s for s in sessions if s.pain is not None), key=lambda session: session.started)
    told = every[-MOST_POINTS:]
    if len(told) < 2:
        return None
    times = [session.started for session in told]
    return Chart(
        id="pain",
        title=gettext("Pain and effort"),
        unit=gettext("0 to 10"),
        series=(
            Series(gettext("Pain before"), [session.pain for session in told], "line"),
            Series(gettext("Pain after"), [session.pain_after for session in told], "hollow"),
            Series(gettext("Effort"), [session.effort for session in told], "dots"),
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
