"""What the API answers with. No name of a person is in any of it."""

import re
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from ninja import Field, Schema
from pydantic import AwareDatetime, BeforeValidator

Item = TypeVar("Item")

PSEUDONYM = r"^[A-Za-z0-9_-]{1,64}$"
CURSOR = r"^[A-Za-z0-9_-]{1,200}$"

RFC3339 = re.compile(r"[12]\d{3}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def _moment(value: object) -> object:
    """Raise ValueError for what is no RFC 3339 time: pydantic would take a number for seconds since 1970."""
    if isinstance(value, str) and not RFC3339.fullmatch(value):
        raise ValueError("it must be a date and time with a zone, like 2026-05-01T08:00:00Z")
    return value


class Query(Schema):
    """What every list may be asked with."""

    since: Annotated[
        AwareDatetime | None,
        BeforeValidator(_moment),
        Field(description="Only what came or changed at this moment or later (RFC 3339 with a zone)."),
    ] = None
    limit: Annotated[int, Field(ge=1, le=500, description="At most so many items.")] = 100
    cursor: Annotated[
        str | None, Field(pattern=CURSOR, description="`next` of the page before; `since` stays as it was.")
    ] = None


class QueryOfPatient(Query):
    """What lists of results may be asked with beyond that."""

    patient: Annotated[
        str | None, Field(pattern=PSEUDONYM, description="Only of this patient (pseudonym).")
    ] = None


class Page(Schema, Generic[Item]):
    """A part of a list, in the order in which it came or changed."""

    items: list[Item]
    next: Annotated[str | None, Field(description="`cursor` of the next page; null: this is the last.")]
    until: Annotated[
        datetime | None,
        Field(description="When the last item came or changed: `since` of the next visit. Null: no item."),
    ]


class PatientShape(Schema):
    """A patient, by pseudonym."""

    pseudonym: str
    created: datetime
    stations: list[str]


class SessionShape(Schema):
    """A session; what its result brings is null until that has come."""

    id: UUID
    patient: str
    station: str
    started: datetime
    ended: datetime | None
    complete: bool | None
    ended_by: str
    trials: Annotated[int | None, Field(description="As the station counted them.")]
    pain_before: Annotated[int | None, Field(description="0 to 10")]
    pain_after: Annotated[int | None, Field(description="0 to 10")]
    effort: Annotated[int | None, Field(description="0 to 10")]
    programme_version: int | None
    sim: bool
    cal: str
    alg: str
    changed: datetime


class Support(Schema):
    """What the hands carried, in % of body weight."""

    mean_percent: float | None = None
    max_percent: float | None = None
    limit_percent: float | None = None


class TrialShape(Schema):
    """One attempt; times in s, weights in N. A measure that this trial may not carry is absent."""

    id: UUID
    session: UUID
    patient: str
    station: str
    number: int
    routine: str
    rung: int
    side: str | None
    stance: str | None
    support_kind: str
    vision: str
    surface: str
    attempt: int
    started: datetime
    outcome: str
    hold_s: float
    target_hold_s: float
    count: int | None
    in_target_percent: float | None
    body_weight_n: float | None
    support: Support
    measures: Annotated[dict[str, float], Field(description="By name; the unit is the name's end.")]
    quality: dict[str, Any]
    flagged: bool
    sim: bool
    cal: str
    alg: str
    received: datetime


class EventShape(Schema):
    """Something the care team should know."""

    id: UUID
    patient: str
    station: str
    kind: str
    session: UUID | None
    happened: datetime
    detail: dict[str, Any]
    sim: bool
    received: datetime


class PrescriptionShape(Schema):
    """One version of a programme, and how far it has come."""

    station: str
    patient: str
    version: int
    state: str
    reason: str
    created: datetime
    answered: datetime | None
    document: dict[str, Any]


class StationShape(Schema):
    """A station, as it last said what it is."""

    station: str
    patient: str | None
    online: bool
    last_seen: datetime | None
    sw: str | None
    cal: str | None
    alg: str | None
    sim: bool | None
    programme_version: int | None


class TraceShape(Schema):
    """The raw counts of a trial, as the station sent them; `station.sway.trace` describes the encodings."""

    trial: UUID
    encoding: str
    data: Annotated[str, Field(description="base64")]
    hold_ns: tuple[int, int]
    spans_ns: list[tuple[int, int]]
    plate: dict[str, Any]


class Wrong(Schema):
    """One thing that is wrong with what was asked."""

    where: str
    what: str


class Problem(Schema):
    """Why there is no answer (RFC 9457, `application/problem+json`)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    wrong: tuple[Wrong, ...] = ()
