"""What a report says, in words a patient understands; how it is laid out is the page's own matter."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from ui.care.models import Trial
from ui.care.out import progress, sentences
from ui.care.out.plain_changes import plain_changes
from ui.care.out.progress import Point, ends, points
from ui.care.out.record import Record
from ui.care.out.sentences import number
from ui.care.prescribing.programme import document_of
from ui.care.words.clinical import ALARMS, EVENT, conditions_words, routine_words

MOST_EXERCISES: Final = 6
MOST_CHANGES: Final = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that stands out, with a few words above and below."""

    title: str
    value: str
    below: str


@dataclass(frozen=True, slots=True)
class Practised:
    """One exercise in a line."""

    exercise: str
    conditions: str
    reached: str
    best: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the programme, and its number in the drawings."""

    number: int
    day: date
    words: str


@dataclass(frozen=True, slots=True)
class Plot:
    """One quantity over the period; `series` are drawn filled, then hollow; `says` is its sentence."""

    title: str
    unit: str
    series: tuple[tuple[Point, ...], ...]
    names: tuple[str, ...]
    top: float | None
    says: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything on the page."""

    name: str
    pseudonym: str
    first: date
    last: date
    sim: bool
    programme: bool  # whether one was in force
    weekly: bool  # whether the drawings have a value a week
    figures: tuple[Figure, ...]
    practised: tuple[Practised, ...]
    more_exercises: int
    subtitle: str
    plots: tuple[Plot, ...]
    changes: tuple[Change, ...]
    earlier_changes: int
    told: str
    ids: tuple[tuple[str, str], ...]


def summarize(record: Record, *, now: datetime) -> Summary:
    """Return what is told of a record, in the language that is active."""
    main = progress.main_exercise(record.trials)
    of_main = [trial for trial in record.trials if (trial.routine, trial.side) == main]
    all_changes = _changes(record)
    practised = _practised(record.trials)
    return Summary(
        name=record.patient.name,
        pseudonym=record.patient.pseudonym,
        first=record.period.first,
        last=record.period.last,
        sim=record.sim,
        programme=bool(record.programmes),
        weekly=record.period.days > progress.BY_WEEK_FROM_DAYS,
        figures=_figures(record),
        practised=practised[:MOST_EXERCISES],
        more_exercises=max(0, len(practised) - MOST_EXERCISES),
        subtitle=_subtitle(of_main),
        plots=_plots(record, of_main),
        changes=all_changes[-MOST_CHANGES:],
        earlier_changes=max(0, len(all_changes) - MOST_CHANGES),
        told=_told(record),
        ids=_ids(record, now),
    )


def _figures(record: Record) -> tuple[Figure, ...]:
    planned = record.days_planned
    trained = len(record.days_trained)
    whole = sum(session.complete is True for session in record.sessions)
    held_min = sum(trial.hold_s for trial in record.trials) / 60
    pain = ends([p for s in record.sessions if (p := progress.pain(s, "pain")) is not None])
    below = (
        gettext("no programme yet")
        if planned is None
        else gettext("of %(days)s planned") % {"days": number(planned, 0)}
    )
    return (
        Figure(gettext("Days trained"), str(trained), below),
        Figure(
            gettext("Sessions"),
            str(len(record.sessions)),
            gettext("%(count)d to the end") % {"count": whole},
        ),
        Figure(
            gettext("Time held"),
            gettext("%(minutes)s min") % {"minutes": number(held_min, 0 if held_min >= 10 else 1)},
            gettext("without rests"),
        ),
        Figure(
            gettext("Pain before training"),
            f"{number(pain.first, 1)} → {number(pain.last, 1)}" if pain else "–",
            gettext("of 10; at first → lately"),
        ),
    )


def _practised(trials: Sequence[Trial]) -> tuple[Practised, ...]:
    by_exercise: defaultdict[tuple[str, str], list[Trial]] = defaultdict(list)
    for trial in trials:
        by_exercise[trial.routine, trial.side].append(trial)
    return tuple(
        _practised_line(of_exercise) for of_exercise in sorted(by_exercise.values(), key=len, reverse=True)
    )


def _practised_line(trials: Sequence[Trial]) -> Practised:
    newest = trials[-1]
    reached = sum(trial.outcome == "done" for trial in trials)
    holds = newest.body.get("kind", "hold") == "hold"
    counted = max((trial.body.get("count") or 0 for trial in trials), default=0)
    best = (
        gettext("%(seconds)s s") % {"seconds": number(max(trial.hold_s for trial in trials), 1)}
        if holds
        else gettext("%(count)d counted") % {"count": counted}
    )
    return Practised(
        exercise=routine_words(newest.routine, newest.side),
        conditions=conditions_words(newest.__dict__) if holds else "",
        reached=gettext("%(reached)d of %(count)d") % {"reached": reached, "count": len(trials)},
        best=best,
    )


def _subtitle(of_main: Sequence[Trial]) -> str:
    return routine_words(of_main[-1].routine, of_main[-1].side) if of_main else ""


def _plots(record: Record, of_main: Sequence[Trial]) -> tuple[Plot, ...]:
    period = record.period
    before, after = (progress.pain_points(record.sessions, key, period) for key in ("pain", "pain_after"))
    return (
        _plot(
            gettext("Time held"), "s", points(of_main, progress.hold_s, period), sentences.hold_says(of_main)
        ),
        _plot(
            gettext("Swaying while standing"),
            "mm/s",
            points(of_main, progress.velocity_mm_s, period),
            sentences.sway_says(of_main),
        ),
        _plot(
            gettext("Weight on the hands"),
            "%",
            points(of_main, progress.hands_percent, period),
            sentences.hands_says(of_main),
        ),
        Plot(
            title=gettext("Pain"),
            unit=gettext("0 to 10"),
            series=(tuple(before), tuple(after)),
            names=(gettext("before training"), gettext("after training")),
            top=10.0,
            says=sentences.pain_says(record),
        ),
    )


def _plot(title: str, unit: str, found: list[Point], says: str) -> Plot:
    return Plot(title, unit, (tuple(found),), (), None, says)


def _changes(record: Record) -> tuple[Change, ...]:
    found: list[Change] = []
    before = None
    for it in record.programmes:
        programme = document_of(it.rx)
        lines: list[str] = plain_changes(before, programme) if before else []
        if lines:
            found.append(Change(len(found) + 1, it.first, "; ".join(lines)))
        before = programme
    return tuple(found)


def _told(record: Record) -> str:
    """Return what the care team was told of in the period, "" when nothing."""
    counts: defaultdict[str, int] = defaultdict(int)
    for event in record.events:
        if event.kind in ALARMS:
            counts[event.kind] += 1
    return " · ".join(f"{count} × {EVENT[kind]}" for kind, count in counts.items())


def _ids(record: Record, now: datetime) -> tuple[tuple[str, str], ...]:
    births = [birth for station in record.stations if (birth := station.told_birth())]
    return (
        (gettext("Calibration"), _some(trial.cal for trial in record.trials)),
        (gettext("Algorithm"), _some(trial.alg for trial in record.trials)),
        (gettext("Station"), _some(station.sid for station in record.stations)),
        (
            gettext("Software"),
            f"{_some(birth.sw for birth in births)} / {version('balance-station')}",
        ),
        (gettext("Made"), date_format(timezone.localtime(now), "j M Y H:i e")),
    )


def _some(values: Iterable[str], most: int = 3) -> str:
    distinct = list(dict.fromkeys(values))
    more = f" +{len(distinct) - most}" if len(distinct) > most else ""
    return ", ".join(distinct[:most]) + more if distinct else "–"
