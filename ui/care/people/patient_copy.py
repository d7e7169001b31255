"""A copy of all that is kept of one patient: a ZIP with JSON, CSV, raw traces and the audit about them."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO, Any, Final

import msgspec
from django.db import connection
from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Replace
from django.utils import timezone

from ui.care.models import Audit, Background, Patient, Prescription, RawTrace, Trial
from ui.care.rights.access import seen_by

TRIAL_COLUMNS: Final = (
    *(
        "id",
        "session_id",
        "number",
        "routine",
        "rung",
        "side",
        "support_kind",
        "vision",
        "surface",
        "attempt",
    ),
    *("started", "outcome", "hold_s", "target_hold_s", "velocity_mm_s", "pea95_mm2", "sim", "cal", "alg"),
)
AUDIT_COLUMNS: Final = ("number", "when", "by", "action", "subject", "about", "digest")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
READ_ME: Final = """A copy of all that the care side keeps of one patient.

patient.json        name, pseudonym, dates, stations, and who sees the results
sessions.json       sessions with the patient's answers, each with its trials and all their measures
trials.csv          one row a trial; measures with units in their names
events.json         what the care team was told of
journal.json        what the patient wrote down
notes.json          what the care team wrote and saw to, and the background it entered
programmes.json     every programme that was sent, as it was signed, and the station's answer
raw/TRIAL.json      the raw counts of a trial, as the station sent them ("data" is base64)
audit.csv           who looked at or changed something about this patient

"sim": true, or True in a column sim, marks data of a simulated board: they are of no person.
This file holds health data with a name. Keep it as you keep a patient's record.
"""


def write_copy(patient: Patient, out: IO[bytes]) -> None:
    """Write the ZIP."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(patient):
            entry = zipfile.ZipInfo(name, timezone.now().timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(entry, content)


def _files(patient: Patient) -> Iterator[tuple[str, str | bytes]]:
    yield "README.txt", READ_ME
    yield "patient.json", _json(_record(patient))
    sessions = patient.sessions.order_by("started").prefetch_related("trials").select_related("station")
    yield "sessions.json", _json([_session(session) for session in sessions])
    trials = Trial.objects.filter(session__patient=patient).order_by("started", "number")
    yield "trials.csv", table(TRIAL_COLUMNS, trials.values_list(*TRIAL_COLUMNS))
    yield (
        "events.json",
        _json(
            list(patient.events.order_by("happened").values("kind", "session", "happened", "detail", "sim"))
        ),
    )
    yield (
        "journal.json",
        _json(list(patient.journals.order_by("written").values("session", "written", "body", "sim"))),
    )
    yield "notes.json", _json(_remarks(patient))
    yield "programmes.json", _json([_programme(each) for each in _programmes(patient)])
    yield "audit.csv", table(AUDIT_COLUMNS, audit_about(patient).values_list(*AUDIT_COLUMNS))
    yield from _raw_traces(trials)


def _record(patient: Patient) -> dict[str, Any]:
    return {
        "name": patient.name,
        "pseudonym": patient.pseudonym,
        "created": patient.created,
        "ended": patient.ended,
        "stations": [station.sid for station in patient.stations.all()],
        "seen_by": [user.get_username() for user in seen_by(patient)],
        "copied": timezone.now(),
    }


def _remarks(patient: Patient) -> dict[str, Any]:
    return {
        "background": list(Background.objects.filter(patient=patient).values()),
        "notes": list(patient.notes.order_by("when").values("when", "who__username", "text", "corrects")),
        "seen_to": list(
            patient.seen_to.order_by("when").values("when", "who__username", "kind", "cause", "word")
        ),
    }


def _session(session: Any) -> dict[str, Any]:
    fields = ("id", "started", "ended", "complete", "ended_by", "sim", "cal", "alg", "body")
    trials = sorted(session.trials.all(), key=lambda trial: trial.number)
    return {
        **{name: getattr(session, name) for name in fields},
        "station": session.station.sid,
        "trials": [trial.body for trial in trials],
    }


def _programmes(patient: Patient) -> QuerySet[Prescription]:
    of_patient = Prescription.objects.filter(subj=patient.pseudonym)
    return of_patient.select_related("station", "who").order_by("station", "version")


def _programme(each: Prescription) -> dict[str, Any]:
    return {
        "station": each.station.sid,
        "version": each.version,
        "sent_by": each.who.get_username() if each.who else None,
        "created": each.created,
        "state": each.state,
        "reason": each.reason,
        "answered": each.answered,
        "document": each.document,
        "signed": bytes(each.signed).decode(errors="replace"),
    }


def audit_about(patient: Patient) -> QuerySet[Audit]:
    """Return the lines about a patient, the oldest first; older versions noted a trial's id alone."""
    texts = Trial.objects.filter(session__patient=patient).annotate(text=Cast("pk", CharField()))
    # SQLite keeps a UUID without its hyphens.
    bare = Replace("subject", Value("-"), Value("")) if connection.vendor == "sqlite" else F("subject")
    lines = Audit.objects.annotate(bare=bare)
    which = Q(about=patient.pseudonym) | Q(subject=patient.pseudonym) | Q(bare__in=texts.values("text"))
    return lines.filter(which).order_by("number")


def _raw_traces(trials: QuerySet[Trial]) -> Iterator[tuple[str, bytes]]:
    traces = RawTrace.objects.filter(trial__in=trials.values("pk")).select_related("message")
    for trace in traces.order_by("trial").iterator(chunk_size=20):
        yield f"raw/{trace.trial}.json", bytes(trace.message.payload)


def _json(value: Any) -> bytes:
    return msgspec.json.format(json.dumps(value, default=_plain, ensure_ascii=False)).encode()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return CSV. A text that a spreadsheet would run as a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
