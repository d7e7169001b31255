"""A bundle of everything one patient did in a period."""

from collections import defaultdict
from datetime import datetime
from importlib.metadata import version

from ui.care.models import Patient
from ui.care.out.fhir.codes import BASE, Json
from ui.care.out.fhir.resources import (
    board_resource,
    id_of,
    patient_resource,
    programme_resource,
    provenance_resource,
    session_resources,
    station_resource,
    to,
    trial_resource,
)
from ui.care.out.period import Period
from ui.care.out.record import Record, read_record
from ui.care.out.selection import Viewer


def bundle(viewer: Viewer, patient: Patient, period: Period, *, names: bool, now: datetime) -> Json:
    """Return the bundle (type `collection`); the patient's name stands in it only with `names`."""
    record = read_record(viewer, patient, period)
    subject = to("Patient", patient.pseudonym)
    resources = [
        patient_resource(patient, name=names),
        *_devices(record),
        *_programmes(record, subject),
        *_sessions(record, subject),
        *(trial_resource(trial, subject) for trial in record.trials),
        *_provenance(record, now),
    ]
    key = f"{patient.pseudonym}|{period}|{now.isoformat()}"
    return {
        "resourceType": "Bundle",
        "id": id_of("Bundle", key),
        "identifier": {"system": f"{BASE}/bundle", "value": id_of("Bundle", key)},
        "type": "collection",
        "timestamp": now.isoformat(timespec="milliseconds"),
        "entry": [{"fullUrl": f"urn:uuid:{it['id']}", "resource": it} for it in resources],
    }


def _devices(record: Record) -> list[Json]:
    stations = {station.sid: station for station in record.stations}
    # A trial may stand in the period while its session began just before it.
    stations |= {trial.session.station.sid: trial.session.station for trial in record.trials}
    boards = {(trial.session.station.sid, trial.cal): trial.sim for trial in record.trials}
    return [
        *(station_resource(station) for station in stations.values()),
        *(board_resource(sid, cal, sim=sim) for (sid, cal), sim in boards.items()),
    ]


def _programmes(record: Record, subject: Json) -> list[Json]:
    last = len(record.programmes) - 1
    return [
        programme_resource(it.rx, subject, in_force=number == last)
        for number, it in enumerate(record.programmes)
    ]


def _sessions(record: Record, subject: Json) -> list[Json]:
    plans: dict[tuple[int, int | None], Json] = {
        (it.rx.station_id, it.rx.version): to("CarePlan", f"{it.rx.station_id}|{it.rx.version}")
        for it in record.programmes
    }
    sessions = {session.pk: session for session in (trial.session for trial in record.trials)}
    sessions |= {session.pk: session for session in record.sessions}
    return [
        resource
        for session in sessions.values()
        for resource in session_resources(
            session, subject, plans.get((session.station_id, (session.body or {}).get("rx_version")))
        )
    ]


def _provenance(record: Record, now: datetime) -> list[Json]:
    targets: defaultdict[tuple[str, str, str, bool], list[Json]] = defaultdict(list)
    for trial in record.trials:
        key = (trial.session.station.sid, trial.cal, trial.alg, trial.sim)
        targets[key].append(to("Observation", trial.pk))
    made_by = f"balance-station {version('balance-station')}"
    return [
        provenance_resource(key, of_key, recorded=now, made_by=made_by) for key, of_key in targets.items()
    ]
