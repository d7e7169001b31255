"""The programme of a patient: what is in force, the form that changes it, and the station's answer."""

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from station.errors import PrescriptionError
from station.training.prescription import Prescription as Programme
from station.training.prescription import longest_minutes, planned_minutes
from ui.care.models import Patient, Prescription, ProgrammeTemplate, Station
from ui.care.models.programme import State
from ui.care.prescribing.changes import changes
from ui.care.prescribing.forms import Draft, minutes_words
from ui.care.prescribing.place import Place, StillPlace, fall_waiting, held_at, place_for, places_of
from ui.care.prescribing.programme import check, compose, document_of
from ui.care.prescribing.proposals import open_proposals
from ui.care.prescribing.sending import ChangedError, changed_words, newest_is, send
from ui.care.prescribing.starts import Start, of_template, problems
from ui.care.rights.access import prescription_for
from ui.care.rights.audit import note
from ui.care.words.clinical import exercise_words, routine_words
from ui.care.words.rejections import remedy
from ui.care.words.routines import routines
from ui.care.words.station import station_words

REJECTED_SHOWN: Final = 5
BASE: Final = ("base_version", "base_moves", "why")  # of the form, what the prescription does not say


def programme_now(programmes: Sequence[Prescription]) -> dict[str, Any]:
    """Return what a page says of these versions (newest first): the newest, the one in force if another."""
    newest = next(iter(programmes), None)
    in_force = next((rx for rx in programmes if rx.state == State.APPLIED), None)
    shown = newest or in_force
    return {
        "newest_rx": newest,
        "in_force_rx": in_force if in_force != newest else None,
        "applied_rx": in_force,
        "exercises": exercise_lines(document_of(shown)) if shown else (),
        "programmes": programmes,
        "rejected_rxs": [rx for rx in programmes[1:] if rx.state == State.REJECTED][:REJECTED_SHOWN],
    }


def prescriptions_for(station: Station, patient: Patient) -> QuerySet[Prescription]:
    """Return what was sent to this station for this patient, the newest first."""
    return station.prescriptions.filter(subj=patient.pseudonym)


def exercise_lines(programme: Programme) -> list[tuple[str, str]]:
    """Return title and details of each exercise."""
    return [(routine_words(e.routine, e.side), exercise_words(e)) for e in programme.exercises]


@require_GET
@permission_required("care.view_patient", raise_exception=True)
def prescription_state(request: HttpRequest, prescription_id: int) -> HttpResponse:
    """Return how far a prescription has come: the part of the page that is asked for again and again."""
    rx = prescription_for(request, prescription_id)
    before = rx.station.prescriptions.filter(document__subj=rx.document["subj"], state=State.APPLIED)
    in_force = None if rx.state == State.APPLIED else before.order_by("-version").first()
    return render(request, "care/_prescription_state.html", {"rx": rx, "in_force_rx": in_force})


def require_place(request: HttpRequest, pseudonym: str) -> Place | HttpResponse:
    """Return where this person trains, or the answer to send instead where there is no station."""
    place = place_for(request, pseudonym)
    if place is None:
        messages.error(request, gettext("This patient has no station yet; enrol one first."))
        return redirect("patient", pseudonym=pseudonym)
    return place


@permission_required("care.add_prescription", raise_exception=True)
def programme_form(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Edit the programme, show the change in words, and send it once that was confirmed."""
    place = require_place(request, pseudonym)
    if isinstance(place, HttpResponse):
        return place
    if request.method == "POST":
        return _read_form(request, place, place.trained())
    place = StillPlace(place.patient, place.station)
    trained = place.trained()
    note(request, "opened the programme", place.patient.pseudonym)
    start = _start(request, place, trained)
    return _show_form(request, place, Draft.begin(place, start.programme, trained), start=start)


def _start(request: HttpRequest, place: Place, trained: Programme | None) -> Start:
    """Return what the form begins with: what is trained now, a refused version, another one, a template."""
    if (version := request.GET.get("version", "")).isdecimal():
        rx = get_object_or_404(place.prescriptions, version=int(version))
        shown = document_of(rx)
        words = gettext("This is version %(version)d. It is sent as a new one.") % {"version": rx.version}
        return Start(shown, words, problems(shown, place))
    if (pk := request.GET.get("template", "")).isdecimal():
        template = get_object_or_404(ProgrammeTemplate, pk=int(pk))
        shown = of_template(template, place, trained)
        words = gettext("This is a draft of the template “%(name)s”. Nothing is sent yet.")
        return Start(shown, words % {"name": template.name}, problems(shown, place))
    if event := request.GET.get("event"):
        for proposal in open_proposals([place.station]):
            if str(proposal.event.pk) == event and proposal.event.patient_id == place.patient.pk:
                return Start(proposal.answered_programme, proposal.words)
    newest = place.newest
    if newest is not None and newest.state == State.REJECTED:
        words = gettext("This is version %(version)d, which the station rejected: %(reason)s. %(remedy)s")
        said = {
            "version": newest.version,
            "reason": station_words(newest.reason),
            "remedy": remedy(newest.reason),
        }
        return Start(document_of(newest), words % said, refused=True)
    return Start(trained)


def _read_form(request: HttpRequest, place: Place, trained: Programme | None) -> HttpResponse:
    draft = Draft.read(request.POST, place, trained)
    if request.POST.get("step") == "edit":
        return _show_form(request, place, draft)
    programme = _programme(draft, place, trained)
    if programme is None:
        return _show_form(request, place, draft, status=422)
    if request.POST.get("step") != "send":
        return _show_review(request, place, draft, trained, programme)
    data = draft.form.cleaned_data
    try:
        send(request, place, programme, base_version=data["base_version"], why=data["why"])
    except ChangedError as error:
        draft.refuse(str(error))
    except PrescriptionError as error:
        draft.refuse_as_station(str(error))
    else:
        return redirect("patient", pseudonym=place.patient.pseudonym)
    return _show_form(request, place, draft, status=422)


def _programme(draft: Draft, place: Place, trained: Programme | None) -> Programme | None:
    """Return the programme of the draft, or None when it was refused; the draft then says why."""
    if not draft.is_valid():
        return None
    data = draft.form.cleaned_data
    if not newest_is(place, data["base_version"]):
        draft.refuse(changed_words(place.newest))
        return None
    moved = place.moved_since(data["base_moves"]) if data["base_moves"] is not None else None
    if moved is not None:
        words = gettext("The station has changed an exercise since: %(why)s Open the programme again.")
        draft.refuse(words % {"why": moved.detail.get("why", "")})
        return None
    whole = {name: value for name, value in data.items() if name not in BASE}
    exercises, subj = draft.rows.exercises(), place.patient.pseudonym
    try:
        programme = compose(place.station, subj, exercises, current=trained, whole=whole)
        check(programme, place.station)
    except PrescriptionError as error:
        draft.refuse_as_station(str(error))
        return None
    return programme


def _show_form(
    request: HttpRequest, place: Place, draft: Draft, *, start: Start | None = None, status: int = 200
) -> HttpResponse:
    others = [other for other in places_of(place.patient) if other.station.pk != place.station.pk]
    newest, base = place.newest, str(draft.form["base_version"].value())
    context = {
        "patient": place.patient,
        "place": place,
        "changed_from": base if base.isdecimal() and newest and str(newest.version) != base else "",
        "changed_to": newest.version if newest else "",
        "other_places": others,
        "draft": draft,
        "start": start,
        "limits": place.limits,
        "fall": fall_waiting(place, place.standing),
        "held": held_at(place),
        "templates": ProgrammeTemplate.objects.all(),
    }
    return render(request, "care/programme.html", context, status=status)


def _show_review(
    request: HttpRequest, place: Place, draft: Draft, trained: Programme | None, programme: Programme
) -> HttpResponse:
    planned, longest = planned_minutes(programme, routines()), longest_minutes(programme, routines())
    context = {
        "patient": place.patient,
        "place": place,
        "draft": draft,
        "fall": fall_waiting(place, place.standing),
        "changes": changes(trained, programme),
        "exercises": exercise_lines(programme),
        "length": minutes_words(planned),
        "longest": minutes_words(longest) if longest > planned + 0.5 else "",
        "note": programme.note,
    }
    return render(request, "care/programme_review.html", context)
