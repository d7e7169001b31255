"""The station each of many people trains on, as their list reads it: rows, not models with all they said."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from ui.care.models import Patient, Prescription, Session, Station
from ui.care.models.programme import State

CALIBRATED_FOR: Final = timedelta(days=365)
CALIBRATED_BEFORE: Final = timedelta(days=60)  # two months of a year ago are looked at, not all years before


class Board(NamedTuple):
    """A station, and the programmes of its own patient by their keys: the newest, the newest applied.

    `long_ago` is whether its calibration was in use so long ago that the board wants another one.
    """

    pk: int
    sid: str
    patient_id: int | None
    online: bool
    last_seen: datetime | None
    revoked: datetime | None
    retired: datetime | None
    created: datetime
    told_cal: str | None
    told_until: str | None
    told_sim: str | None
    told_kinds: str | None
    told_storage: str | None
    newest_rx: int | None
    applied_rx: int | None
    long_ago: bool


def own_boards(patients: QuerySet[Patient], *, now: datetime) -> dict[int, Board]:
    """Return by patient the station that is theirs alone."""
    theirs = _read(Q(patient__in=patients.order_by().values("pk")), now)
    # As Patient.station() chooses: one that was revoked only where there is no other.
    theirs.sort(key=lambda board: (board.revoked is not None, board.sid), reverse=True)
    return {board.patient_id or 0: board for board in theirs}


def boards_of(stations: Mapping[int, int | None], *, now: datetime) -> dict[int, Board]:
    """Return by patient the station that is named, by its key, for each."""
    named = {key for key in stations.values() if key is not None}
    there: dict[int | None, Board] = (
        {board.pk: board for board in _read(Q(pk__in=named), now)} if named else {}
    )
    return {patient: there[key] for patient, key in stations.items() if key in there}


def _read(which: Q, now: datetime) -> list[Board]:
    theirs = Prescription.objects.filter(station=OuterRef("pk"), subj=OuterRef("patient__pseudonym"))
    theirs = theirs.order_by("-version")
    since = now - CALIBRATED_FOR
    long_ago = Session.objects.filter(
        station=OuterRef("pk"),
        cal=OuterRef("told_cal"),
        started__lt=since,
        started__gt=since - CALIBRATED_BEFORE,
    )
    rows = Station.objects.filter(which).annotate(
        newest_rx=Subquery(theirs.values("pk")[:1]),
        applied_rx=Subquery(theirs.filter(state=State.APPLIED).values("pk")[:1]),
        long_ago=Exists(long_ago),
    )
    return [Board._make(row) for row in rows.order_by().values_list(*Board._fields)]
