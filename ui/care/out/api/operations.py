"""The addresses of the API. Each asks `selection` for what the token's user may see, and nothing past it."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI, Path
from ninja import Query as InQuery
from ninja.errors import HttpError
from ninja.security import HttpBearer
from ninja.throttling import AuthRateThrottle

from station.errors import StationError
from ui.care.models import ApiToken, Patient
from ui.care.out import selection
from ui.care.out.api import shapes
from ui.care.out.api.paging import page
from ui.care.out.api.problems import add_handlers
from ui.care.out.api.rows import event, patient, prescription, session, station, trial
from ui.care.out.api.trace import as_csv, as_json, read_trace, stored_trace
from ui.care.out.tokens import note_use, token_of

RATE: Final = "600/5m"  # of each token, in each process that serves

DESCRIPTION: Final = (
    "Read what a person of the care team may see: results, events, programmes and stations, by pseudonym. "
    "Every list is in the order in which things came, so a program that comes again asks with `since`. "
    "`sim: true` marks what a simulated board sent: never show it unlabelled."
)


class Bearer(HttpBearer):
    """A token in the Authorization header."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:  # noqa: ARG002 ninja's own
        """Return the token of this key, None for one that may not be used."""
        return token_of(token, now=timezone.now())


api = NinjaAPI(
    title="Balance care",
    version="1",
    description=DESCRIPTION,
    openapi_url=None,
    docs_url=None,
    auth=Bearer(),
    throttle=AuthRateThrottle(RATE),
    urls_namespace="care_api",
)
add_handlers(api)

PROBLEMS: Final = dict.fromkeys((401, 404, 422, 429, 500, 503), shapes.Problem)
Asked = Annotated[shapes.Query, InQuery()]
AskedOfPatient = Annotated[shapes.QueryOfPatient, InQuery()]


def _viewer(request: HttpRequest) -> selection.Viewer:
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    return token.user


def _of(request: HttpRequest, rows: QuerySet[Any], query: shapes.QueryOfPatient, field: str) -> QuerySet[Any]:
    """Return the rows of the patient asked for. Raises Http404 for one this token may not see."""
    if query.patient is None:
        return rows
    return rows.filter(**{field: _patient(request, query.patient)})


def _patient(request: HttpRequest, pseudonym: str) -> Patient:
    """Return a patient this token may see. Raises Http404, noted once a day, for any other."""
    chosen = selection.patient_of(_viewer(request), pseudonym)
    if chosen is None:
        note_use(request.auth, selection.NOT_THEIRS)  # type: ignore[attr-defined]
        raise Http404
    return chosen


@api.get("/patients", response={200: shapes.Page[shapes.PatientShape], **PROBLEMS}, summary="Patients")
def patients(request: HttpRequest, query: Asked) -> Any:
    """List the patients this token may see."""
    rows = selection.patients_of(_viewer(request)).prefetch_related("stations")
    return page(rows, query, stamp="created", shape=patient)


@api.get("/sessions", response={200: shapes.Page[shapes.SessionShape], **PROBLEMS}, summary="Sessions")
def sessions(request: HttpRequest, query: AskedOfPatient) -> Any:
    """List sessions, by when they changed last: a session is begun by its first trial, its result follows."""
    rows = _of(request, selection.sessions_of(_viewer(request)), query, "patient")
    return page(rows.select_related("patient", "station"), query, stamp="changed", shape=session)


@api.get("/trials", response={200: shapes.Page[shapes.TrialShape], **PROBLEMS}, summary="Trials")
def trials(request: HttpRequest, query: AskedOfPatient) -> Any:
    """List trials with their measures, by when they came."""
    rows = _of(request, selection.trials_of(_viewer(request)), query, "session__patient")
    related = rows.select_related("session__patient", "session__station")
    return page(related, query, stamp="received", shape=trial)


@api.get(
    "/trials/{uuid:trial_id}/trace",
    response={200: shapes.TraceShape, **PROBLEMS},
    summary="Raw trace of a trial",
    openapi_extra={
        "responses": {200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "OK"}}
    },
)
def trace(
    request: HttpRequest,
    trial_id: Annotated[UUID, Path()],
    form: Annotated[Literal["json", "csv"], InQuery(alias="format")] = "json",
) -> Any:
    """Return the raw counts of a trial, or with `format=csv` its corner forces in N, 100 a second."""
    found = selection.trial_of(_viewer(request), trial_id)
    stored = stored_trace(found) if found else None
    if found is None or stored is None:
        raise Http404
    request.about = found.session.patient.pseudonym if found.session.patient else ""  # type: ignore[attr-defined]
    try:
        raw = read_trace(stored)
        return (
            HttpResponse(as_csv(raw), content_type="text/csv; charset=utf-8")
            if form == "csv"
            else as_json(raw)
        )
    except StationError as error:
        raise HttpError(500, f"The trace that is kept of this trial cannot be read: {error}") from None


@api.get("/events", response={200: shapes.Page[shapes.EventShape], **PROBLEMS}, summary="Events")
def events(request: HttpRequest, query: AskedOfPatient) -> Any:
    """List events, by when they came."""
    rows = _of(request, selection.events_of(_viewer(request)), query, "patient")
    related = rows.select_related("patient", "station", "message").defer("message__payload")
    return page(related, query, stamp="message__received", shape=event)


@api.get(
    "/prescriptions",
    response={200: shapes.Page[shapes.PrescriptionShape], **PROBLEMS},
    summary="Programmes",
)
def prescriptions(request: HttpRequest, query: AskedOfPatient) -> Any:
    """List programmes, by when the station answered or, before that, when they were made."""
    rows = selection.prescriptions_of(_viewer(request))
    if query.patient is not None:
        rows = rows.filter(subj=_patient(request, query.patient).pseudonym)
    stamped = rows.annotate(stamp=Coalesce("answered", "created")).select_related("station").defer("signed")
    return page(stamped, query, stamp="stamp", shape=prescription)


@api.get("/stations", response={200: shapes.Page[shapes.StationShape], **PROBLEMS}, summary="Stations")
def stations(request: HttpRequest, query: Asked) -> Any:
    """List stations, by their last sign of life."""
    rows = selection.stations_of(_viewer(request)).select_related("patient")
    return page(rows.annotate(stamp=Coalesce("last_seen", "created")), query, stamp="stamp", shape=station)
