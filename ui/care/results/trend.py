"""How like trials change over time. Trials under other conditions are never in one line."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from django.utils.translation import gettext, pgettext

from station.sway.compare import BASELINE_TRIALS, Change, change
from ui.care.results.charts import Band, Chart, Mark, Series
from ui.care.results.course import TrialRow
from ui.care.words.clinical import conditions_words, routine_words, seconds_words

FEWEST: Final = 2
MOST_TRIALS: Final = 80
MEASURE: Final = "velocity_mm_s"


@dataclass(frozen=True, slots=True)
class Trend:
    """Like trials: the same exercise, rung, side, vision, surface and duration."""

    key: str  # short, for addresses
    title: str
    rung: int
    conditions: str
    sim: bool
    trials: tuple[TrialRow, ...]  # oldest first
    hold: Chart
    velocity: Chart | None  # None where fewer than two full holds carry it
    verdict: str  # what may be said of the velocity
    changed: bool


def like_groups(trials: Iterable[TrialRow]) -> list[list[TrialRow]]:
    """Return like trials in groups, each oldest first, that with the newest trial first; no lone ones."""
    groups: defaultdict[tuple[object, ...], list[TrialRow]] = defaultdict(list)
    for trial in sorted(trials, key=lambda trial: (trial.started, trial.number)):
        if trial.target_hold_s > 0:
            groups[trial.conditions].append(trial)
    like = [group[-MOST_TRIALS:] for group in groups.values() if len(group) >= FEWEST]
    return sorted(like, key=lambda group: group[-1].started, reverse=True)


def group_key(group: Sequence[TrialRow]) -> str:
    """Return a short name of the conditions of these trials, the same at every look."""
    return hashlib.sha256(repr(group[-1].conditions).encode()).hexdigest()[:10]


def group_words(group: Sequence[TrialRow]) -> str:
    """Return exercise, rung and duration: "Supported standing, rung 2 · 20 s"."""
    newest = group[-1]
    words = {"title": routine_words(newest.routine, newest.side), "rung": newest.rung}
    return f"{gettext('%(title)s, rung %(rung)d') % words} · {seconds_words(newest.target_hold_s)}"


def trend(group: Sequence[TrialRow], marks: tuple[Mark, ...] = ()) -> Trend:
    """Return the charts of one group; `marks` are the programme's changes."""
    newest = group[-1]
    key = group_key(group)
    velocity, verdict, changed = _velocity(group, key, _within(marks, group))
    return Trend(
        key=key,
        title=routine_words(newest.routine, newest.side),
        rung=newest.rung,
        conditions=f"{conditions_words(newest._asdict())} · {seconds_words(newest.target_hold_s)}",
        sim=newest.sim,
        trials=tuple(group),
        hold=_hold(group, key, _within(marks, group)),
        velocity=velocity,
        verdict=verdict,
        changed=changed,
    )


def trends(trials: Iterable[TrialRow], *, most: int = 3, marks: tuple[Mark, ...] = ()) -> list[Trend]:
    """Return the trends of these trials, that with the newest trial first; lone trials have none."""
    return [trend(group, marks) for group in like_groups(trials)[:most]]


def _within(marks: tuple[Mark, ...], group: Sequence[TrialRow]) -> tuple[Mark, ...]:
    return tuple(mark for mark in marks if group[0].started <= mark.when <= group[-1].started)


def _hold(group: Sequence[TrialRow], key: str, marks: tuple[Mark, ...]) -> Chart:
    reached = [trial.hold_s if trial.outcome == "done" else None for trial in group]
    early = [None if trial.outcome == "done" else trial.hold_s for trial in group]
    return Chart(
        id=f"hold-{key}",
        title=gettext("Hold time"),
        unit="s",
        times=[trial.started for trial in group],
        series=(
            Series(pgettext("hold", "Reached"), reached, "dots"),
            Series(pgettext("hold", "Ended early"), early, "hollow"),
            Series(gettext("Target"), [trial.target_hold_s for trial in group], "limit"),
        ),
        marks=marks,
        sim=group[-1].sim,
    )


def _velocity(group: Sequence[TrialRow], key: str, marks: tuple[Mark, ...]) -> tuple[Chart | None, str, bool]:
    # A hold that ended early is shorter, and velocity depends on duration: only full holds are alike.
    full = [trial for trial in group if trial.outcome == "done" and trial.velocity_mm_s is not None]
    if len(full) < FEWEST:
        return None, "", False
    values = [trial.velocity_mm_s or 0.0 for trial in full]
    told = _change(values, full[-1].target_hold_s)
    plain = full[-1].surface == "firm" and full[-1].vision == "open"
    chart = Chart(
        id=f"velocity-{key}",
        title=gettext("Sway velocity of full holds"),
        unit="mm/s",
        times=[trial.started for trial in full],
        series=(Series(gettext("Sway velocity"), values, "line"),),
        marks=marks,
        band=_band(told),
        sim=group[-1].sim,
        note=gettext(
            "The shaded band is what a person differs by from day to day: inside it no change can be told."
        )
        if told and told.mdc is not None
        else "",
    )
    return chart, _verdict(told, plain=plain), bool(told and told.verdict == "changed")


def _change(values: Sequence[float], duration_s: float) -> Change | None:
    """Return the first three against the last three; None while they would overlap."""
    if len(values) < 2 * BASELINE_TRIALS or fmean(values[:BASELINE_TRIALS]) <= 0:
        return None
    return change(MEASURE, values[:BASELINE_TRIALS], values[-BASELINE_TRIALS:], duration_s=duration_s)


def _band(told: Change | None) -> Band | None:
    if told is None or told.mdc is None:
        return None
    low, high = told.before * max(0.0, 1 - told.mdc), told.before * (1 + told.mdc)
    return Band(low, high, gettext("within the minimal detectable change"))


def _verdict(told: Change | None, *, plain: bool) -> str:
    if told is None:
        return gettext("Six full holds are needed before anything is said of a change.")
    if told.mdc is None:
        return gettext("Of holds this short the minimal detectable change is not known: nothing is said.")
    numbers = {"share": f"{100 * abs(told.share):.0f}", "mdc": f"{100 * told.mdc:.0f}"}
    if told.verdict != "changed":
        words = gettext(
            "No change can be told: %(share)s %% between the first three and the last three, the minimal "
            "detectable change is %(mdc)s %%."
        )
    elif told.share < 0:
        words = gettext(
            "Changed: %(share)s %% less sway than at first, beyond the minimal detectable %(mdc)s %%."
        )
    else:
        words = gettext(
            "Changed: %(share)s %% more sway than at first, beyond the minimal detectable %(mdc)s %%."
        )
    told_words = words % numbers
    if not plain:
        told_words += " " + gettext("(That change was measured on firm ground with eyes open.)")
    return told_words
