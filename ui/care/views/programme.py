"""The programme of a patient: what is in force, the form that changes it, and the station's answer."""

from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET

from station.errors import PrescriptionError
from station.training.prescription import Prescription as Programme
from station.training.prescription import planned_minutes
from station.training.routine import shipped_routines
from ui.care.access import patient_for, prescription_for
from ui.care.audit import note
from ui.care.changes import changes
from ui.care.forms import Draft, minutes_words
from ui.care.models import Patient, Prescription, Station
from ui.care.models.programme import State
from ui.care.programme import check, compose, document_of, limits_of, queue
from ui.care.words import exercise_words, routine_words


CHANGED_MEANWHILE: Final = gettext_lazy(
    "The programme was changed meanwhile. Open it again to see the new one."
)


def programme_now(station: Station, patient: Patient) -> dict[str, Any]:
    """Return what a page says of the programme: the newest prescription, and the one in force if another.

    What was sent to the station for somebody before, or for another person who shares it, is not theirs.
    """
    theirs = prescriptions_for(station, patient)
    newest = theirs.select_related("who").first()
    in_force = theirs.filter(state=State.APPLIED).first()
    shown = newest or in_force
    return {
        "newest_rx": newest,
        "in_force_rx": in_force if in_force != newest else None,
        "exercises": exercise_lines(document_of(shown)) if shown else (),
    }


def prescriptions_for(station: Station, patient: Patient) -> QuerySet[Prescription]:
    """Return what was sent to this station for this patient, the newest first."""
    return station.prescriptions.filter(document__subj=patient.pseudonym)


def exercise_lines(programme: Programme) -> list[tuple[str, str]]:
    """Return title and details of each exercise."""
    return [(routine_words(e.routine, e.side), exercise_words(e)) for e in programme.exercises]


@require_GET
@permission_required("care.view_patient", raise_exception=True)
def prescription_state(request: HttpRequest, prescription_id: int) -> HttpResponse:
    """Return how far a prescription has come: the part of the page that is asked for again and again."""
    rx = prescription_for(request, prescription_id)
    return render(request, "care/_prescription_state.html", {"rx": rx})


@permission_required("care.add_prescription", raise_exception=True)
def programme_form(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Edit the programme, show the change in words, and send it once that was confirmed."""
    patient = patient_for(request, pseudonym)
    station = patient.stations.select_related("patient").first()
    if station is None:
        messages.error(request, gettext("This patient has no station yet; enrol one first."))
        return redirect("patient", pseudonym=pseudonym)
    newest = prescriptions_for(station, patient).first()
    current = document_of(newest) if newest else None
    if request.method == "POST":
        return _read_form(request, station, current)
    note(request, "opened the programme", patient.pseudonym)
    return _show_form(request, station, Draft.begin(current, limits_of(station)))


def _read_form(request: HttpRequest, station: Station, current: Programme | None) -> HttpResponse:
    draft = Draft.read(request.POST, limits_of(station))
    if request.POST.get("step") == "edit":
        return _show_form(request, station, draft)
    programme = _programme(draft, station, current)
    if programme is None:
        return _show_form(request, station, draft, status=422)
    if request.POST.get("step") != "send":
        return _show_review(request, station, draft, current, programme)
    try:
        queue(station, programme, who=request.user if isinstance(request.user, User) else None)
    except PrescriptionError:  # somebody else sent this version between our look and our word
        draft.refuse(str(CHANGED_MEANWHILE))
        return _show_form(request, station, draft, status=422)
    subject = station.patient.pseudonym if station.patient else station.sid
    note(request, f"sent programme version {programme.version}", subject)
    return redirect("patient", pseudonym=subject)


def _programme(draft: Draft, station: Station, current: Programme | None) -> Programme | None:
    """Return the programme of the draft, or None when it was refused; the draft then says why."""
    if not draft.is_valid():
        return None
    whole = draft.form.cleaned_data
    if whole.pop("base_version") != (current.version if current else 0):
        draft.refuse(str(CHANGED_MEANWHILE))
        return None
    try:
        programme = compose(station, draft.rows.exercises(), current=current, whole=whole)
        check(programme, station)
    except PrescriptionError as error:
        draft.refuse(gettext("The station would reject this: %(reason)s.") % {"reason": error})
        return None
    return programme


def _show_form(request: HttpRequest, station: Station, draft: Draft, *, status: int = 200) -> HttpResponse:
    context = {"patient": station.patient, "station": station, "draft": draft, "limits": limits_of(station)}
    return render(request, "care/programme.html", context, status=status)


def _show_review(
    request: HttpRequest, station: Station, draft: Draft, current: Programme | None, programme: Programme
) -> HttpResponse:
    context = {
        "patient": station.patient,
        "draft": draft,
        "changes": changes(current, programme),
        "exercises": exercise_lines(programme),
        "length": minutes_words(planned_minutes(programme, shipped_routines())),
        "note": programme.note,
    }
    return render(request, "care/programme_review.html", context)
