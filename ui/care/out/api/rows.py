"""Rows of the database in the shapes of the API."""

from typing import Any

from ui.care.models import Event, Patient, Prescription, Session, Station, Trial
from ui.care.out.progress import pain

Shape = dict[str, Any]


def patient(row: Patient) -> Shape:
    """Return a patient."""
    sids = sorted(station.sid for station in row.stations.all())
    return {"pseudonym": row.pseudonym, "created": row.created, "stations": sids}


def session(row: Session) -> Shape:
    """Return a session."""
    return {
        "id": row.pk,
        "patient": _pseudonym(row.patient),
        "station": row.station.sid,
        "trials": row.trial_count,
        "pain_before": pain(row, "pain"),
        "pain_after": pain(row, "pain_after"),
        "effort": pain(row, "effort"),
        "programme_version": (row.body or {}).get("rx_version"),
        **_named(row, "started", "ended", "complete", "ended_by", "sim", "cal", "alg", "changed"),
    }


def trial(row: Trial) -> Shape:
    """Return a trial."""
    body = row.body
    told = ("stance", "count", "in_target_percent", "body_weight_n")
    return {
        "id": row.pk,
        "session": row.session_id,
        "patient": _pseudonym(row.session.patient),
        "station": row.session.station.sid,
        "side": row.side or None,
        **{name: body.get(name) for name in told},
        "support": body.get("support") or {},
        "measures": body.get("measures") or {},
        "quality": body.get("quality") or {},
        **_named(row, "number", "routine", "rung", "support_kind", "vision", "surface", "attempt"),
        **_named(row, "started", "outcome", "hold_s", "target_hold_s"),
        **_named(row, "flagged", "sim", "cal", "alg", "received"),
    }


def event(row: Event) -> Shape:
    """Return an event."""
    return {
        "id": row.pk,
        "patient": _pseudonym(row.patient),
        "station": row.station.sid,
        "received": row.message.received,
        **_named(row, "kind", "session", "happened", "detail", "sim"),
    }


def prescription(row: Prescription) -> Shape:
    """Return a programme."""
    named = _named(row, "version", "state", "reason", "created", "answered", "document")
    return {"station": row.station.sid, "patient": row.document["subj"], **named}


def station(row: Station) -> Shape:
    """Return a station; what it never said is null."""
    birth = row.birth or {}
    return {
        "station": row.sid,
        "patient": _pseudonym(row.patient) if row.patient else None,
        "online": row.online,
        "last_seen": row.last_seen,
        "programme_version": birth.get("rx_version"),
        **{name: birth.get(name) for name in ("sw", "cal", "alg", "sim")},
    }


def _pseudonym(patient: Patient | None) -> str:
    return patient.pseudonym if patient else ""


def _named(row: Any, *names: str) -> Shape:
    return {name: getattr(row, name) for name in names}
