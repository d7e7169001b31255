"""The station each of many people trains on, as their list reads it: rows, not models with all they said."""

from collections.abc import Sequence
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


def boards_of(
    patients: QuerySet[Patient], elsewhere: Sequence[tuple[int, int]], *, now: datetime
) -> dict[int, Board]:
    """Return by patient the station they train on.

    `elsewhere` are patients with the station each trained on last: it counts for who has none of their own.
    """
    own: dict[int, Board] = {}
    theirs = _read(Q(patient__in=patients.order_by().values("pk")), now)
    # As Patient.station() chooses: one that was revoked only where there is no other.
    for board in sorted(theirs, key=lambda board: (board.revoked is not None, board.sid), reverse=True):
        own[board.patient_id or 0] = board
    shared = {patient: station for patient, station in elsewhere if patient not in own}
    there = {board.pk: board for board in _read(Q(pk__in=set(shared.values())), now)} if shared else {}
    return own | {patient: there[station] for patient, station in shared.items() if station in there}


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
