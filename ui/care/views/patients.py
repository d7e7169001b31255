"""One patient's page, the notes on it, and the background of a patient."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from ui.care.models import Background, Event, Note, Patient, Session, Station
from ui.care.models.programme import State
from ui.care.prescribing.standing import Known, standing_of
from ui.care.results.adherence import Calendar, calendar
from ui.care.results.background import BackgroundForm, known
from ui.care.results.course import SessionRow, TrialRow, session_rows, trial_rows
from ui.care.results.overview import overview, programme_marks
from ui.care.results.stabilogram import drawing_of
from ui.care.results.trend import group_key, group_words, like_groups, trend
from ui.care.rights.access import patient_for
from ui.care.rights.audit import note
from ui.care.today.caseload import prescriptions_of, trials_of
from ui.care.today.facts import Facts, add_events, asking, begun
from ui.care.today.seen_to import left
from ui.care.today.sessions import LOOKED_BACK
from ui.care.today.versions import Version
from ui.care.today.worklist import Item, items
from ui.care.views.programme import programme_now
from ui.care.views.rows import rows_of
from ui.care.words.board import board_words, certificate_words
from ui.care.words.machine import machine_of

SESSIONS_SHOWN: Final = 3
MORE_SESSIONS: Final = 12
EVENTS_SHOWN: Final = 12
MOST_EVENTS: Final = 300
JOURNALS_SHOWN: Final = 7
TRENDS_SHOWN: Final = 2
CHIPS_SHOWN: Final = 8
MOST_SESSIONS: Final = 400  # of the course; five a week are more than a year
MOST_TRIALS: Final = 2500
NOTE_CHARACTERS: Final = 2000


@permission_required("care.view_patient", raise_exception=True)
def patient_page(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Show one patient: why they are on the worklist, training days, course, trends, sessions, notes."""
    patient = patient_for(request, pseudonym)
    note(request, "looked at a patient", patient.pseudonym)
    now = timezone.now()
    (fact,) = begun(_only(patient), now=now)
    station = Station.objects.get(pk=fact.station.pk) if fact.station else None
    programmes = list(prescriptions_of(patient, station))
    sessions = session_rows(_newest_first(patient)[:MOST_SESSIONS])
    events = _events_of(patient)
    known_here = Known(station, programmes, events, all_events=len(events) < MOST_EVENTS)
    trials = trial_rows(trials_of(patient)[:MOST_TRIALS])
    days = calendar(sessions, programmes, events, now=now)
    context = {
        "patient": patient,
        "station": station,
        "board_words": _board_of(station),
        "machine_lines": machine_of(station),
        "rows": rows_of(_items_of(patient, fact, known_here, now), request.user),
        "standing": standing_of(patient, known_here),
        "may_see_to": request.user.has_perm("care.add_seento"),
        "any_sim": any(session.sim for session in sessions[:SESSIONS_SHOWN]) or any(e.sim for e in events),
        "calendar": days,
        "tiles": _tiles(days, sessions),
        "charts": overview(sessions, trials, programmes),
        "events": events[:EVENTS_SHOWN],
        "events_left": _count(events, MOST_EVENTS, patient.events.all()) - EVENTS_SHOWN,
        "journals": patient.journals.all()[:JOURNALS_SHOWN],
        "known": known(
            _background(patient), programmes[0].document if programmes else None, today=now.date()
        ),
        "notes": _notes(patient),
        **_trends_of(request, trials, programmes),
        **_sessions_of(request, patient, sessions),
        **_newest_of(trials),
        **programme_now(programmes),
    }
    return render(request, "care/patient.html", context)


def _only(patient: Patient) -> QuerySet[Patient]:
    return Patient.objects.filter(pk=patient.pk)


def _events_of(patient: Patient) -> list[Event]:
    """Return the newest events, each with its answer and its place among what the station sent (`seq`)."""
    rows = patient.events.select_related("answer").annotate(seq=F("message__seq"))
    return list(rows[:MOST_EVENTS])


def _items_of(patient: Patient, fact: Facts, known_here: Known, now: datetime) -> list[Item]:
    """Return the lines of the worklist about this patient."""
    applied = [rx for rx in known_here.programmes if rx.state == State.APPLIED]
    fact.rx, fact.in_force = (Version.of(rxs[0]) if rxs else None for rxs in (known_here.programmes, applied))
    if known_here.reach(now - LOOKED_BACK):
        fact.events = asking(known_here.events, now=now)
    else:
        add_events([fact], _only(patient), now=now)
    return left(items([fact], now=now))


def _trends_of(request: HttpRequest, trials: Sequence[TrialRow], programmes: list[Any]) -> dict[str, Any]:
    """Return the trends that are asked for by `like`, else those with the newest trials."""
    groups = like_groups(trials)
    asked = request.GET.getlist("like")
    chosen = [group for group in groups if group_key(group) in asked] or _telling(groups)
    marks = programme_marks(programmes)
    shown = {group_key(group) for group in chosen}
    like = [(group_key(g), group_words(g), len(g), group_key(g) in shown) for g in groups]
    return {
        "trends": [trend(group, marks) for group in chosen[: TRENDS_SHOWN + 1]],
        "like": like[:CHIPS_SHOWN],
        "like_older": like[CHIPS_SHOWN:],
    }


def _telling(groups: list[list[TrialRow]]) -> list[list[TrialRow]]:
    """Return the groups to show when none is asked for: the assessment, and the newest of the training."""
    assessed = [group for group in groups if group[-1].routine == "quiet-standing"][:1]
    others = [group for group in groups if group not in assessed]
    others.sort(key=lambda group: len(group) < 6)
    return [*assessed, *others][:TRENDS_SHOWN]


def _count(found: Sequence[Any], most: int, every: QuerySet[Any]) -> int:
    """Return how many there are of what was asked for up to `most`; the database is asked only beyond it."""
    return len(found) if len(found) < most else every.count()


def _newest_first(patient: Patient) -> QuerySet[Session]:
    """Return the sessions, in an order in which no two pages of them share one."""
    return patient.sessions.order_by("-started", "pk")


def _sessions_of(request: HttpRequest, patient: Patient, sessions: Sequence[SessionRow]) -> dict[str, Any]:
    """Return the newest sessions, or those of the page that `sessions` names: "more" is the first."""
    asked = request.GET.get("sessions", "")
    count = _count(sessions, MOST_SESSIONS, patient.sessions.all())
    last_page = max(1, -(-count // MORE_SESSIONS))
    page = min(int(asked), last_page) if asked.isdecimal() and len(asked) < 9 and int(asked) > 0 else 1
    first = (page - 1) * MORE_SESSIONS
    end = first + (MORE_SESSIONS if asked else SESSIONS_SHOWN)
    shown = list(_newest_first(patient).prefetch_related("trials")[first:end])
    return {
        "sessions": shown,
        "session_count": count,
        "sessions_from": first + 1,
        "sessions_to": first + len(shown),
        "newer_sessions": page - 1,
        "older_sessions": page + 1 if asked and page < last_page else 0,
        "more": bool(asked),
    }


def _newest_of(trials: Sequence[TrialRow]) -> dict[str, Any]:
    """Return the newest hold with its stabilogram; `trials` newest first."""
    newest = next((trial for trial in trials if trial.target_hold_s > 0), None)
    drawing, reason = drawing_of(newest.pk if newest else None)
    return {"newest": newest, "drawing": drawing, "drawing_reason": reason}


def _tiles(days: Calendar, sessions: Sequence[SessionRow]) -> list[tuple[str, str, str]]:
    """Return what the head of the page tells in figures: label, figure, and what it is held against."""
    this, last = days.weeks[-1], days.weeks[-2]
    of = gettext("of %(planned)d planned; last week %(last)d")
    figures = [
        (
            gettext("Days trained this week"),
            str(this.trained),
            of % {"planned": this.planned or 0, "last": last.trained}
            if this.planned
            else gettext("no plan yet"),
        )
    ]
    if days.share_percent is not None:
        whole = len(days.whole)
        weeks = ngettext("of planned days, in %(weeks)d week", "of planned days, in %(weeks)d weeks", whole)
        figures.append((gettext("Training kept up"), f"{days.share_percent} %", weeks % {"weeks": whole}))
    pains = [session.pain for session in sessions if session.pain is not None]
    if pains:
        first = gettext("was %(pain)d at the first of these sessions") % {"pain": pains[-1]}
        figures.append((gettext("Pain before training"), f"{pains[0]} / 10", first))
    return figures


def _board_of(station: Station | None) -> str:
    birth = station.told_birth() if station else None
    if birth is None:
        return ""
    words = (board_words(birth.board) if birth.board else "", certificate_words(birth, timezone.now()))
    return " · ".join(word for word in words if word)


def _background(patient: Patient) -> Background | None:
    return getattr(patient, "background", None)


def _notes(patient: Patient) -> list[Note]:
    """Return the notes that stand, newest first; each brings along the one it corrects."""
    standing = patient.notes.filter(corrected_by=None)
    return list(standing.select_related("who", "corrects__who", "corrects__corrects__who"))


@permission_required("care.add_note", raise_exception=True)
@require_POST
def add_note(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Add a note, or a correction of one that stands."""
    patient = patient_for(request, pseudonym)
    text = request.POST.get("text", "").strip()
    corrects = request.POST.get("corrects", "")
    before = None
    if corrects:
        standing = patient.notes.filter(corrected_by=None)
        before = standing.filter(pk=corrects).first() if corrects.isdigit() else None
        if before is None:
            messages.error(request, gettext("That note was corrected meanwhile; correct the newer one."))
            return redirect("patient", pseudonym=pseudonym)
    if not text or len(text) > NOTE_CHARACTERS:
        words = gettext("A note has 1 to %(most)d characters; this one has %(given)d. It was not kept.")
        messages.error(request, words % {"most": NOTE_CHARACTERS, "given": len(text)})
    elif isinstance(request.user, User):
        Note.objects.create(patient=patient, who=request.user, text=text, corrects=before)
        note(request, "corrected a note" if before else "added a note", patient.pseudonym)
    else:
        raise Http404
    return redirect(f"{request.path.removesuffix('notes/')}#notes")


@permission_required("care.change_background", raise_exception=True)
def background_form(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Enter the background of a patient."""
    patient = patient_for(request, pseudonym)
    there = _background(patient) or Background(patient=patient)
    form = BackgroundForm(request.POST or None, instance=there)
    if request.method == "POST" and form.is_valid():
        entered = form.save(commit=False)
        entered.who, entered.when = request.user, timezone.now()
        entered.save()
        note(request, "changed the background", patient.pseudonym)
        return redirect("patient", pseudonym=pseudonym)
    status = 422 if request.method == "POST" else 200
    return render(request, "care/background.html", {"patient": patient, "form": form}, status=status)
