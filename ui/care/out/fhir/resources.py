"""One resource each: what our rows are in FHIR R4."""

from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from station.sway.catalogue import CATALOGUE
from station.training.prescription import parse_time
from ui.care.models import Patient, Prescription, Session, Station, Trial
from ui.care.models.programme import State
from ui.care.out.fhir.codes import (
    BASE,
    CATEGORY,
    PARTICIPANT,
    TEST_DATA,
    TRIAL_PROFILE,
    Json,
    condition,
    loinc,
    own,
    quantity,
    state,
)
from ui.care.out.progress import pain
from ui.care.prescribing.programme import document_of
from ui.care.words.clinical import exercise_words, routine_words

PAIN: Final = loinc("72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported")
DURATION: Final = loinc("55411-3", "Exercise duration")
SCORE: Final = "{score}"
STATUS: Final = {State.APPLIED: "active", State.REJECTED: "revoked", State.REPLACED: "revoked"}


def id_of(kind: str, key: object) -> str:
    """Return the id of a resource: the same thing has the same id in every bundle."""
    return str(uuid5(NAMESPACE_URL, f"{BASE}/{kind}/{key}"))


def to(kind: str, key: object) -> Json:
    """Return a reference to a resource of the bundle."""
    return {"reference": f"urn:uuid:{id_of(kind, key)}", "type": kind}


def _resource(kind: str, key: object, *, sim: bool = False, profile: str = "", **fields: Any) -> Json:
    """Return a resource without the fields that are empty: FHIR knows no empty value."""
    meta: Json = {"profile": [profile]} if profile else {}
    if sim:
        meta["security"] = [TEST_DATA]
    filled = {name: value for name, value in fields.items() if value not in (None, "", [], {})}
    return {
        "resourceType": kind,
        "id": id_of(kind, key),
        **({"meta": meta} if meta else {}),
        **filled,
    }


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds")


def patient_resource(patient: Patient, *, name: bool) -> Json:
    """Return the patient by pseudonym; the name only where it was asked for."""
    return _resource(
        "Patient",
        patient.pseudonym,
        identifier=[{"system": f"{BASE}/pseudonym", "value": patient.pseudonym}],
        active=True,
        name=[{"text": patient.name}] if name else None,
    )


def station_resource(station: Station) -> Json:
    """Return the station with the software it last said it runs."""
    software = (station.birth or {}).get("sw")
    return _resource(
        "Device",
        station.sid,
        identifier=[{"system": f"{BASE}/station", "value": station.sid}],
        status="active",
        deviceName=[{"name": station.sid, "type": "user-friendly-name"}],
        type={"text": "Balance station"},
        version=[{"type": {"text": "software"}, "value": software}] if software else None,
    )


def board_key(sid: str, cal: str) -> str:
    """Return what tells a calibrated board from another."""
    return f"{sid}|{cal}"


def board_resource(sid: str, cal: str, *, sim: bool) -> Json:
    """Return the board of a station under one calibration."""
    calibration = {"system": f"{BASE}/calibration", "code": cal}
    return _resource(
        "Device",
        board_key(sid, cal),
        sim=sim,
        identifier=[{"system": f"{BASE}/board", "value": board_key(sid, cal)}],
        type={"text": "Balance board, four load cells"},
        property=[{"type": own("calibration"), "valueCode": [{"coding": [calibration]}]}],
        parent=to("Device", sid),
    )


def programme_resource(rx: Prescription, subject: Json, *, in_force: bool) -> Json:
    """Return a version of the programme as a care plan."""
    programme = document_of(rx)
    status = STATUS.get(State(rx.state), "draft")
    return _resource(
        "CarePlan",
        f"{rx.station_id}|{rx.version}",
        identifier=[{"system": f"{BASE}/programme-version", "value": f"{programme.station}/{rx.version}"}],
        status=status if in_force or status != "active" else "completed",
        intent="plan",
        category=[own("programme")],
        title=f"Balance training programme, version {rx.version}",
        subject=subject,
        period=_validity(rx.answered or rx.created, programme.expires),
        created=_moment(rx.created),
        activity=[
            {
                "detail": {
                    "status": "scheduled",
                    "code": {"text": routine_words(exercise.routine, exercise.side)},
                    "description": exercise_words(exercise),
                    "scheduledTiming": {
                        "repeat": {"frequency": exercise.days_a_week, "period": 1, "periodUnit": "wk"}
                    },
                }
            }
            for exercise in programme.exercises
        ],
        note=[{"text": programme.note}] if programme.note.strip() else None,
    )


def _validity(start: datetime, expires: str) -> Json:
    # Answered after its end, it was never in force; FHIR allows no period that ends before it begins.
    ended = {"end": expires} if parse_time(expires, where="expires") >= start else {}
    return {"start": _moment(start), **ended}


def session_resources(session: Session, subject: Json, plan: Json | None) -> list[Json]:
    """Return the session as a procedure, and what was told and timed in it as observations."""
    status = {True: "completed", False: "stopped", None: "in-progress"}[session.complete]
    if session.ended is not None and session.complete is None:
        status = "unknown"
    procedure = _resource(
        "Procedure",
        session.pk,
        sim=session.sim,
        identifier=[{"system": f"{BASE}/session", "value": str(session.pk)}],
        basedOn=[plan] if plan else None,
        status=status,
        code=own("session"),
        subject=subject,
        performedPeriod=_span(session),
        usedReference=[to("Device", session.station.sid)],
    )
    return [procedure, *_told(session, subject)]


def _span(session: Session) -> Json:
    # Where a clock was set in between, an end may stand before its begin; FHIR allows no such period.
    ended = session.ended if session.ended and session.ended >= session.started else None
    return {"start": _moment(session.started), **({"end": _moment(ended)} if ended else {})}


def _told(session: Session, subject: Json) -> list[Json]:
    ended = session.ended or session.started
    told = [
        ("pain", "survey", PAIN, session.started, _score(pain(session, "pain"))),
        ("pain_after", "survey", PAIN, ended, _score(pain(session, "pain_after"))),
        ("effort", "survey", own("effort"), ended, _score(pain(session, "effort"))),
        ("duration", "activity", DURATION, session.started, _minutes(session)),
    ]
    return [
        _resource(
            "Observation",
            f"{session.pk}|{key}",
            sim=session.sim,
            partOf=[to("Procedure", session.pk)],
            status="final",
            category=[_category(category)],
            code=code,
            subject=subject,
            effectiveDateTime=_moment(when),
            performer=[subject] if category == "survey" else None,
            valueQuantity=value,
        )
        for key, category, code, when, value in told
        if value is not None
    ]


def _score(value: int | None) -> Json | None:
    return None if value is None else quantity(value, SCORE)


def _minutes(session: Session) -> Json | None:
    if session.ended is None or session.ended <= session.started:
        return None
    return quantity(round((session.ended - session.started).total_seconds() / 60, 2), "min")


def _category(code: str) -> Json:
    return {"coding": [{"system": CATEGORY, "code": code, "display": code.capitalize()}]}


def trial_resource(trial: Trial, subject: Json) -> Json:
    """Return one attempt; each condition and quantity is a component."""
    return _resource(
        "Observation",
        trial.pk,
        sim=trial.sim,
        profile=TRIAL_PROFILE,
        identifier=[{"system": f"{BASE}/trial", "value": str(trial.pk)}],
        partOf=[to("Procedure", trial.session_id)],
        status="final",
        category=[_category("activity")],
        code={**own("trial"), "text": routine_words(trial.routine, trial.side)},
        subject=subject,
        effectiveDateTime=_moment(trial.started),
        device=to("Device", board_key(trial.session.station.sid, trial.cal)),
        note=[{"text": "Readings were missing or the board had a fault: see the trial."}]
        if trial.flagged
        else None,
        component=[*_conditions(trial), *_quantities(trial)],
    )


def _conditions(trial: Trial) -> list[Json]:
    values = {
        "support": trial.support_kind,
        "vision": trial.vision,
        "surface": trial.surface,
        "outcome": trial.outcome,
        "side": trial.side,
    }
    return [
        {"code": condition(axis), "valueCodeableConcept": state(axis, value)}
        for axis, value in values.items()
        if value
    ]


def _quantities(trial: Trial) -> list[Json]:
    body, support = trial.body, trial.body.get("support") or {}
    measures = body.get("measures") or {}
    found = [
        ("hold_s", trial.hold_s, "s"),
        ("target_hold_s", trial.target_hold_s, "s"),
        ("in_target_percent", body.get("in_target_percent"), "%"),
        ("hand_support_mean_percent", support.get("mean_percent"), "%"),
        ("hand_support_max_percent", support.get("max_percent"), "%"),
        ("count", body.get("count"), ""),
        *((name, value, CATALOGUE[name].unit) for name, value in measures.items() if name in CATALOGUE),
    ]
    return [
        {"code": own(name), "valueQuantity": quantity(value, unit)}
        for name, value, unit in found
        if value is not None
    ]


def provenance_resource(
    key: tuple[str, str, str, bool], targets: list[Json], *, recorded: datetime, made_by: str
) -> Json:
    """Return what these observations were computed with: `key` is station, calibration, algorithm, sim."""
    sid, cal, alg, sim = key
    assembler = {"coding": [{"system": PARTICIPANT, "code": "assembler", "display": "Assembler"}]}
    return _resource(
        "Provenance",
        "|".join(map(str, key)),
        sim=sim,
        target=targets,
        recorded=_moment(recorded),
        activity=own("derivation"),
        agent=[
            {
                "type": assembler,
                "role": [own("algorithm")],
                "who": {"identifier": {"system": f"{BASE}/algorithm", "value": alg}, "display": alg},
                "onBehalfOf": to("Device", sid),
            },
            {
                "type": assembler,
                "who": {"identifier": {"system": f"{BASE}/software", "value": made_by}, "display": made_by},
            },
        ],
        entity=[
            {
                "role": "source",
                "what": {"identifier": {"system": f"{BASE}/calibration", "value": cal}, "display": cal},
            }
        ],
    )
