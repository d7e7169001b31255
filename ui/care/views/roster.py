"""Patients' records: enrolment, who sees the results, the station, the end. No results are shown here."""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from station.errors import ConfigError
from ui.care.models import Patient, Station
from ui.care.people import roster
from ui.care.people.forgetting import forget
from ui.care.people.forms import ForgetForm, RecordForm, Stated, StationForm, free_stations, sent
from ui.care.people.stale import state_of
from ui.care.rights.access import patients_of, record_for, role_of, roster_of, seen_by, stations_of
from ui.care.rights.audit import note
from ui.care.rights.roles import CLINICAL
from ui.care.updating.releases import updates_of
from ui.care.views.account import me
from ui.care.views.paging import Asked
from ui.care.words.machine import machine_of
from ui.care.words.people import enrol_order, wipe_order

enrols = permission_required("care.enrol_patient", raise_exception=True)
manages = permission_required("care.manage_roster", raise_exception=True)


@require_GET
@enrols
def roster_page(request: HttpRequest) -> HttpResponse:
    """Show the records this person may manage."""
    note(request, "looked at the roster", "")
    found = roster_of(request.user).order_by("ended", "name")
    asked = Asked.read(request.GET)
    page = asked.page_of([patient for patient in found if asked.names(patient.name, patient.pseudonym)])
    prefetch_related_objects(list(page.object_list), "stations", "assignments__user", "assignments__team")
    lines = [
        {
            "patient": patient,
            "stations": list(patient.stations.all()),
            "holders": ", ".join(str(row.user or row.team) for row in patient.assignments.all()),
        }
        for patient in page
    ]
    manages_all = me(request).has_perm("care.manage_roster")
    free = Station.objects.filter(patient=None).order_by("retired", "sid") if manages_all else ()
    context = {
        "lines": lines,
        "page": page,
        "asked": asked,
        "free": free,
        "manages_all": manages_all,
        "everybodys": ", ".join(roster.teams_of_everybody()),
    }
    return render(request, "care/roster.html", context)


@require_http_methods(["GET", "POST"])
@enrols
def patient_new(request: HttpRequest) -> HttpResponse:
    """Make a patient, with a pseudonym, and give them to people."""
    user = me(request)
    form = RecordForm(sent(request), initial=_first(user))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with transaction.atomic():
            patient = roster.add_patient(data["name"], users=data["users"], teams=data["teams"])
            note(request, "enrolled a patient", patient.pseudonym)
        messages.success(
            request, gettext("Enrolled. The pseudonym is %(pseudonym)s.") % {"pseudonym": patient.pseudonym}
        )
        may_see = roster_of(user).filter(pk=patient.pk).exists()
        return redirect("record", pseudonym=patient.pseudonym) if may_see else redirect("roster")
    return render(request, "care/patient_new.html", {"form": form}, status=422 if form.errors else 200)


def _first(user: User) -> dict[str, object]:
    """Return whom a new patient is given to unless somebody says otherwise: a therapist keeps their own."""
    return {"users": [user.pk] if role_of(user) in CLINICAL and role_of(user) != "admin" else []}


@require_http_methods(["GET", "POST"])
@enrols
def record_page(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Show a record; change the name and who sees the results."""
    with transaction.atomic():
        patient = _held(request, pseudonym)
        state = roster.record_state(patient)
        if request.method != "POST":
            note(request, "looked at a record", patient.pseudonym)
            return _show(request, patient, _form_of(patient, state))
        form = RecordForm(request.POST, patient=patient)
        if form.is_valid() and not form.is_stale(state):
            return _keep(request, patient, form)
        if request.POST.get("state") != state:
            return _show(request, patient, _form_of(patient, state), stale=form, status=409)
        return _show(request, patient, form, status=422)


def _held(request: HttpRequest, pseudonym: str) -> Patient:
    """Return the patient, locked against a change by somebody else meanwhile."""
    patient = record_for(request, pseudonym)
    return Patient.objects.select_for_update().get(pk=patient.pk)


def _form_of(patient: Patient, state: str) -> RecordForm:
    holders = roster.holders_of(patient)
    first = {"name": patient.name, "users": list(holders.users), "teams": list(holders.teams), "state": state}
    return RecordForm(initial=first, patient=patient)


def _show(
    request: HttpRequest,
    patient: Patient,
    form: RecordForm,
    *,
    stale: Stated | None = None,
    station_form: StationForm | None = None,
    status: int = 200,
) -> HttpResponse:
    stations = list(patient.stations.all())
    user = me(request)
    context = {
        "patient": patient,
        "form": form,
        "stale": stale,
        "stations": [(station, enrol_order(station.sid, patient.pseudonym)) for station in stations],
        "station_form": station_form or StationForm(),
        "free_stations": free_stations(),
        "seen_by": seen_by(patient),
        "sees": patients_of(user).filter(pk=patient.pk).exists(),
        "manages_all": user.has_perm("care.manage_roster"),
        "state": roster.record_state(patient),
    }
    return render(request, "care/record.html", context, status=status)


def _keep(request: HttpRequest, patient: Patient, form: RecordForm) -> HttpResponse:
    data = form.cleaned_data
    if data["name"] != patient.name:
        Patient.objects.filter(pk=patient.pk).update(name=data["name"])
        note(request, "changed a name", patient.pseudonym)
    for change in roster.set_holders(patient, users=data["users"], teams=data["teams"]):
        note(request, change, patient.pseudonym)
    messages.success(request, gettext("The record is kept."))
    if not seen_by(patient).exists():
        messages.warning(request, gettext("Nobody sees this patient's results now."))
    may_see = roster_of(request.user).filter(pk=patient.pk).exists()
    return redirect("record", pseudonym=patient.pseudonym) if may_see else redirect("roster")


@require_http_methods(["POST"])
@manages
def record_act(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Give or free a station, end or resume a training."""
    with transaction.atomic():
        patient = _held(request, pseudonym)
        state = roster.record_state(patient)
        form = Stated(request.POST)
        if not form.is_valid() or form.is_stale(state):
            return _show(request, patient, _form_of(patient, state), stale=form, status=409)
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            messages.error(request, gettext("Nothing was chosen, and nothing was changed."))
            return redirect("record", pseudonym=patient.pseudonym)
        return act(request, patient)


def _give(request: HttpRequest, patient: Patient) -> HttpResponse:
    form = StationForm(request.POST)
    if form.is_valid():
        try:
            with transaction.atomic():
                station = roster.give_station(patient, form.cleaned_data["sid"])
        except ConfigError as error:
            form.add_error("sid", str(error))
        else:
            note(request, "gave a station", station.sid, about=patient.pseudonym)
            messages.success(request, gettext("The station %(sid)s is given.") % {"sid": station.sid})
            return redirect("record", pseudonym=patient.pseudonym)
    shown = _form_of(patient, roster.record_state(patient))
    return _show(request, patient, shown, station_form=form, status=422)


def _free(request: HttpRequest, patient: Patient) -> HttpResponse:
    named = request.POST.get("sid")
    station = next((each for each in patient.stations.all() if each.sid == named), None)
    if station is None:
        messages.error(request, gettext("This patient has no such station."))
        return redirect("record", pseudonym=patient.pseudonym)
    roster.free_station(station)
    note(request, "freed a station", station.sid, about=patient.pseudonym)
    messages.success(request, gettext("The station is free. Wipe it before anybody else trains on it."))
    return redirect("station", sid=station.sid)


def _end(request: HttpRequest, patient: Patient) -> HttpResponse:
    roster.end_training(patient)
    note(request, "ended a training", patient.pseudonym)
    messages.success(request, gettext("The training is ended. Results stay; the patient is out of the list."))
    return redirect("record", pseudonym=patient.pseudonym)


def _resume(request: HttpRequest, patient: Patient) -> HttpResponse:
    roster.resume_training(patient)
    note(request, "resumed a training", patient.pseudonym)
    messages.success(request, gettext("The patient is in the list again."))
    return redirect("record", pseudonym=patient.pseudonym)


ACTS: Final[dict[str, Callable[[HttpRequest, Patient], HttpResponse]]] = {
    "give": _give,
    "free": _free,
    "end": _end,
    "resume": _resume,
}


@require_http_methods(["GET", "POST"])
@manages
def forget_page(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Forget a patient, once the pseudonym was typed again."""
    patient = record_for(request, pseudonym)
    state = roster.record_state(patient)
    form = ForgetForm(patient, sent(request), initial={"state": state})
    if request.method == "POST" and form.is_valid() and not form.is_stale(state):
        stations = list(patient.stations.values_list("sid", flat=True))
        forget(patient, who=me(request))
        messages.success(request, gettext("%(pseudonym)s is forgotten.") % {"pseudonym": pseudonym})
        return redirect("station", sid=stations[0]) if stations else redirect("roster")
    if request.method != "POST":
        note(request, "opened forgetting", patient.pseudonym)
    status = 200 if request.method != "POST" else 409 if request.POST.get("state") != state else 422
    return render(request, "care/forget.html", {"patient": patient, "form": form}, status=status)


def station_state(station: Station) -> str:
    """Return what stands for a station as it is now (`ui.care.people.stale`)."""
    return state_of(station.pk, station.patient_id, station.retired)


@require_http_methods(["GET", "POST"])
@manages
def station_page(request: HttpRequest, sid: str) -> HttpResponse:
    """Show a station: whose it is, what to do when it changes hands; retire it, or take it back into use."""
    with transaction.atomic():
        station = get_object_or_404(stations_of(request.user).select_for_update(of=("self",)), sid=sid)
        if request.method != "POST":
            note(request, "looked at a station", station.sid)
            return _show_station(request, station)
        form = Stated(request.POST)
        if not form.is_valid() or form.is_stale(station_state(station)):
            return _show_station(request, station, form=form, status=409)
        act = request.POST.get("act")
        if act == "retire":
            about = station.patient.pseudonym if station.patient else ""
            roster.retire_station(station)
            note(request, "retired a station", station.sid, about=about)
            messages.success(request, gettext("The station is retired. Wipe it now."))
        elif act == "reuse":
            roster.reuse_station(station)
            note(request, "took a station back into use", station.sid)
            messages.success(request, gettext("The station may be given to a patient again."))
        else:
            messages.error(request, gettext("Nothing was chosen, and nothing was changed."))
    return redirect("station", sid=station.sid)


def _show_station(
    request: HttpRequest, station: Station, *, form: Stated | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "station": station,
        "machine_lines": machine_of(station),
        "updates": updates_of(station, now=timezone.now()),
        "form": form,
        "steps": wipe_order(station.sid),
        "state": station_state(station),
    }
    return render(request, "care/station.html", context, status=status)
