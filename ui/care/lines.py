"""All patients, a line each: the days of the week, the last session, programme and station."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from ui.care.facts import Facts
from ui.care.models import Patient, Prescription, Session, Station, Trial
from ui.care.words import routine_words


@dataclass(frozen=True, slots=True)
class Line:
    """One patient; `week` says of the last seven days, oldest first, whether there was training."""

    patient: Patient
    station: Station | None
    shared: bool
    session: Session | None
    done: tuple[str, ...]
    done_in_short: str
    prescription: Prescription | None
    week: tuple[tuple[date, bool], ...]
    trained: int
    planned: int | None
    pain: int | None
    sim: bool


def lines_of(facts: Sequence[Facts], *, now: datetime) -> list[Line]:
    """Return a line for each."""
    sessions = [fact.session for fact in facts if fact.session]
    prefetch_related_objects(sessions, Prefetch("trials", Trial.objects.defer("body")))
    return [_line(fact, now) for fact in facts]


def _line(fact: Facts, now: datetime) -> Line:
    trained = fact.days_trained(now)
    today = timezone.localdate(now)
    week = tuple((day, day in trained) for n in range(6, -1, -1) if (day := today - timedelta(days=n)))
    pains = [did.pain for did in fact.did if did.pain is not None]
    trials = list(fact.session.trials.all()) if fact.session else []
    return Line(
        patient=fact.patient,
        station=fact.station,
        shared=fact.shared,
        session=fact.session,
        done=done_words(trials),
        done_in_short=short_words(trials),
        prescription=fact.rx,
        week=week,
        trained=len(trained),
        planned=fact.planned,
        pain=pains[-1] if pains else None,
        sim=fact.sim,
    )


def done_words(trials: Sequence[Trial]) -> tuple[str, ...]:
    """Return what was done in a session, an exercise a line: "Supported standing, rung 2: 2 of 2 reached"."""
    lines: dict[tuple[str, int, str], list[Trial]] = {}
    for trial in sorted(trials, key=lambda trial: trial.number):
        lines.setdefault((trial.routine, trial.rung, trial.side), []).append(trial)
    return tuple(_exercise_line(*key, of_exercise) for key, of_exercise in lines.items())


def short_words(trials: Sequence[Trial]) -> str:
    """Return how many holds of a session were reached: "5 of 6 holds reached"."""
    holds = [trial for trial in trials if trial.target_hold_s > 0]
    if not holds:
        return ngettext("%(count)d exercise", "%(count)d exercises", len(trials)) % {"count": len(trials)}
    reached = sum(trial.outcome == "done" for trial in holds)
    return _reached_words(reached, len(holds))


def _reached_words(reached: int, count: int) -> str:
    return ngettext(
        "%(reached)d of %(count)d hold reached", "%(reached)d of %(count)d holds reached", count
    ) % {"reached": reached, "count": count}


def _exercise_line(routine: str, rung: int, side: str, trials: Sequence[Trial]) -> str:
    reached = sum(trial.outcome == "done" for trial in trials)
    if not any(trial.target_hold_s for trial in trials):
        return gettext("%(exercise)s, rung %(rung)d: %(count)s") % {
            "exercise": routine_words(routine, side),
            "rung": rung,
            "count": ngettext("done once", "done %(count)d times", reached) % {"count": reached},
        }
    return gettext("%(exercise)s, rung %(rung)d: %(counted)s") % {
        "exercise": routine_words(routine, side),
        "rung": rung,
        "counted": _reached_words(reached, len(trials)),
    }
