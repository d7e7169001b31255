"""What can be taken away from the site: report, tables, bundle, and the page of monitoring days."""

import io
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language

from station.errors import StationError
from ui.care.models import Patient
from ui.care.out import selection
from ui.care.out.fhir.bundle import bundle
from ui.care.out.languages import languages
from ui.care.out.monitoring import USUAL, monitoring_table, needed_days, windows
from ui.care.out.period import USUAL as TWELVE_WEEKS
from ui.care.out.period import Period
from ui.care.out.tables import tables, write_zip
from ui.care.rights.audit import note
from ui.care.views.paging import Asked

CASELOAD: Final = timedelta(days=90)
PEOPLE_A_PAGE: Final = 50  # each has three or four windows
FHIR_TYPE: Final = "application/fhir+json"


def _said(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Show what was wrong with a period on the page one came from, in one sentence."""

    @wraps(view)
    def respond(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, **kwargs)
        except StationError as error:
            messages.error(request, str(error))
            return redirect("patient", **kwargs) if kwargs else redirect("patients")

    return respond


@_said
def report_pdf(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Return the report of one patient as PDF."""
    from ui.care.out.report import report  # noqa: PLC0415 a second of type and images that few requests need

    patient = _patient(request, pseudonym)
    period = _period(request)
    asked = request.GET.get
    own = (get_language() or "en").split("-")[0]
    language = asked("language") or (own if own in languages() else "en")
    paper: Any = asked("paper") or "A4"
    now = timezone.now()
    pdf = report(request.user, patient, period, language=language, paper=paper, now=now)
    note(request, "took a report", patient.pseudonym)
    return _file(pdf, "application/pdf", f"{patient.pseudonym}-{period.last}.pdf", inline=True)


@_said
def patient_tables(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Return the tables of one patient as a ZIP of CSV files."""
    _may_export(request)
    patient = _patient(request, pseudonym)
    out = io.BytesIO()
    write_zip(tables(request.user, _period(request), patient=patient, names=_names(request)), out)
    note(request, "took tables", patient.pseudonym)
    return _file(out.getvalue(), "application/zip", f"{patient.pseudonym}-tables.zip")


@_said
def caseload_tables(request: HttpRequest) -> HttpResponse:
    """Return the tables of everybody whom the person sees, of the last 90 days unless asked otherwise."""
    _may_export(request)
    out = io.BytesIO()
    write_zip(tables(request.user, _period(request, usual=CASELOAD), names=_names(request)), out)
    note(request, "took tables of all their patients", "")
    return _file(out.getvalue(), "application/zip", "tables.zip")


@_said
def patient_fhir(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Return a FHIR R4 bundle of one patient."""
    _may_export(request)
    patient = _patient(request, pseudonym)
    period, now = _period(request), timezone.now()
    document = bundle(request.user, patient, period, names=_names(request), now=now)
    note(request, "took a FHIR bundle", patient.pseudonym)
    content = json.dumps(document, ensure_ascii=False).encode()
    return _file(content, FHIR_TYPE, f"{patient.pseudonym}-fhir.json")


@permission_required("care.view_patient", raise_exception=True)
def monitoring_page(request: HttpRequest) -> HttpResponse:
    """Show on how many days of 30 there was data."""
    try:
        asked = Asked.read(request.GET)
        everybody = selection.patients_of(request.user).order_by("name", "pk")
        page = asked.page_of([p for p in everybody if asked.names(p.name)], PEOPLE_A_PAGE)
        period, found = _windows(request, list(page.object_list))
    except StationError as error:
        given = {"error": str(error), "first": request.GET.get("from", ""), "last": request.GET.get("to", "")}
        return render(request, "care/monitoring.html", given, status=422)
    note(request, "looked at monitoring days", "")
    context = {
        "asked": asked,
        "page": page,
        "period": period,
        "windows": found,
        "needed": needed_days(),
        "any_sim": any(window.sim_days for window in found),
        "may_export": selection.may_export(request.user),
    }
    return render(request, "care/monitoring.html", context)


@_said
def monitoring_csv(request: HttpRequest) -> HttpResponse:
    """Return the same as CSV."""
    _may_export(request)
    _, found = _windows(request)
    out = io.StringIO(newline="")
    monitoring_table(found, names=_names(request)).write(out)
    note(request, "took monitoring days", "")
    return _file(out.getvalue().encode(), "text/csv; charset=utf-8", "monitoring-days.csv")


def _windows(request: HttpRequest, among: Sequence[Patient] | None = None) -> tuple[Period, list[Any]]:
    period = _period(request, usual=USUAL)
    found = windows(request.user, period, needed=needed_days(), today=timezone.localdate(), among=among)
    return period, found


def _patient(request: HttpRequest, pseudonym: str) -> Patient:
    found = selection.patient_of(request.user, pseudonym)
    if found is None:
        note(request, selection.NOT_THEIRS, pseudonym[:64])
        raise Http404
    return found


def _may_export(request: HttpRequest) -> None:
    if not selection.may_export(request.user):
        raise PermissionDenied


def _period(request: HttpRequest, *, usual: timedelta = TWELVE_WEEKS) -> Period:
    asked = request.GET.get
    return Period.read(asked("from"), asked("to"), today=timezone.localdate(), usual=usual)


def _names(request: HttpRequest) -> bool:
    return request.GET.get("names") == "1"


def _file(content: bytes, kind: str, name: str, *, inline: bool = False) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    how = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = f'{how}; filename="{name}"'
    return response
