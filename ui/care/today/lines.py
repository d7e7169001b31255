"""All patients, a line each: the days of the week, the last session, programme and station."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import OuterRef, Prefetch, Subquery
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from ui.care.models import Patient, Session, Trial
from ui.care.today.boards import Board
from ui.care.today.facts import Facts, Person
from ui.care.today.sessions import LOOKED_BACK, newest_first
from ui.care.today.versions import Version
from ui.care.words.clinical import routine_words

ASKED: Final = ("session", "number", "routine", "rung", "side", "outcome", "target_hold_s")


@dataclass(frozen=True, slots=True)
class Line:
    """One patient; `week` says of the last seven days, oldest first, whether there was training."""

    patient: Person
    station: Board | None
    shared: bool
    session: Session | None
    done: tuple[str, ...]
    done_in_short: str
    prescription: Version | None
    week: tuple[tuple[date, bool], ...]
    trained: int
    planned: int | None
    pain: int | None
    sim: bool


def lines_of(facts: Sequence[Facts], *, now: datetime) -> list[Line]:
    """Return a line for each."""
    patients = {fact.patient.pk for fact in facts}
    newest, did = _newest(patients), _did(patients, now)
    return [_line(fact, newest.get(fact.patient.pk), did[fact.patient.pk], now) for fact in facts]


def _newest(patients: set[int]) -> dict[int | None, Session]:
    """Return the newest session of each, with its trials."""
    newest = Subquery(newest_first(OuterRef("pk")).values("pk")[:1])
    keys = Patient.objects.filter(pk__in=patients).order_by().values(session=newest)
    found = Session.objects.filter(pk__in=keys).defer("body").order_by()
    trials = Prefetch("trials", Trial.objects.only(*ASKED))
    return {session.patient_id: session for session in found.prefetch_related(trials)}


Did = list[tuple[datetime, bool, int | None]]  # when, whether trained, what was answered on pain


def _did(patients: set[int], now: datetime) -> defaultdict[int, Did]:
    """Return the sessions of the last two weeks, oldest first."""
    rows = Session.objects.filter(patient__in=patients, started__gt=now - LOOKED_BACK).order_by("started")
    found: defaultdict[int, Did] = defaultdict(list)
    for patient, started, count, pain in rows.values_list("patient", "started", "trial_count", "pain"):
        found[patient].append((started, count != 0, pain))
    return found


def _line(fact: Facts, session: Session | None, did: Did, now: datetime) -> Line:
    trained = {timezone.localdate(started) for started, was_trained, _ in did if was_trained}
    today = timezone.localdate(now)
    week = tuple((day, day in trained) for n in range(6, -1, -1) if (day := today - timedelta(days=n)))
    pains = [pain for _, _, pain in did if pain is not None]
    trials = list(session.trials.all()) if session else []
    return Line(
        patient=fact.patient,
        station=fact.station,
        shared=fact.shared,
        session=session,
        done=done_words(trials),
        done_in_short=short_words(trials),
        prescription=fact.rx,
        week=week,
        trained=fact.lately.days,
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
