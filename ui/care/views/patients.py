"""The list of patients, and one patient's page."""

from typing import Final

from django.contrib.auth.decorators import permission_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from station.errors import StationError
from ui.care.access import patient_for, patients_of, role_of
from ui.care.audit import note
from ui.care.board_words import board_words, certificate_words
from ui.care.caseload import caseload
from ui.care.models import Session, Station, Trial
from ui.care.programme import birth_of
from ui.care.roles import AUDITOR
from ui.care.stabilogram import Stabilogram, stabilogram_of
from ui.care.trend import trends
from ui.care.views.programme import programme_now

SESSIONS_SHOWN: Final = 10
EVENTS_SHOWN: Final = 8
JOURNALS_SHOWN: Final = 5
TRIALS_IN_TRENDS: Final = 400


def patient_list(request: HttpRequest) -> HttpResponse:
    """Show every patient with the last session, and what has come from stations nobody was given."""
    if role_of(request.user) == AUDITOR:
        return redirect("audit")
    return _patients(request)


@permission_required("care.view_patient", raise_exception=True)
def _patients(request: HttpRequest) -> HttpResponse:
    note(request, "looked at the list", "")
    strangers, orphans = Station.objects.none(), 0
    if request.user.has_perm("care.manage_roster"):  # type: ignore[union-attr]
        unowned = Station.objects.filter(patient=None, retired=None)
        strangers = unowned.annotate(session_count=Count("sessions"))
        orphans = Session.objects.filter(patient=None).count()
    patients = patients_of(request.user)
    context = {
        "lines": caseload(patients.filter(ended=None)),
        "ended": patients.exclude(ended=None),
        "strangers": strangers,
        "orphans": orphans,
    }
    return render(request, "care/patients.html", context)


@permission_required("care.view_patient", raise_exception=True)
def patient_page(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Show one patient: programme, sessions, trends, and the newest stabilogram."""
    patient = patient_for(request, pseudonym)
    note(request, "looked at a patient", patient.pseudonym)
    station = patient.stations.first()
    sessions = list(patient.sessions.prefetch_related("trials")[:SESSIONS_SHOWN])
    trials = Trial.objects.filter(session__patient=patient)
    newest = trials.select_related("session").first()
    drawing, reason = drawing_of(newest)
    context = {
        "patient": patient,
        "station": station,
        "board_words": _board_of(station),
        "sessions": sessions,
        "any_sim": any(session.sim for session in sessions),
        "session_count": patient.sessions.count(),
        "trends": trends(trials[:TRIALS_IN_TRENDS]),
        "events": patient.events.all()[:EVENTS_SHOWN],
        "journals": patient.journals.all()[:JOURNALS_SHOWN],
        "newest": newest,
        "drawing": drawing,
        "drawing_reason": reason,
        **(programme_now(station, patient) if station else {}),
    }
    return render(request, "care/patient.html", context)


def _board_of(station: Station | None) -> str:
    birth = birth_of(station) if station else None
    if birth is None:
        return ""
    words = (board_words(birth.board) if birth.board else "", certificate_words(birth, timezone.now()))
    return " · ".join(word for word in words if word)


def drawing_of(trial: Trial | None) -> tuple[Stabilogram | None, str]:
    """Return the stabilogram, or why there is none when its trace cannot be read."""
    if trial is None:
        return None, ""
    try:
        return stabilogram_of(trial), ""
    except StationError as error:
        return None, str(error)
