"""What the sessions of many patients say of them by now.

Who trained in the last two weeks is told by the sessions of these weeks alone, however many there are in all;
only of the others each newest session is looked for.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db.models import Avg, Case, Count, Max, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Concat, TruncDate
from django.db.models.lookups import Exact
from django.utils import timezone

from ui.care.models import Patient, Session

LOOKED_BACK: Final = timedelta(days=14)
WEEK: Final = timedelta(days=7)
FEWEST_PAINS: Final = 2  # sessions of a week before its mean is told


class Lately(NamedTuple):
    """The last two weeks: on how many of the last seven days there was training, mean pain of both weeks."""

    days: int = 0
    pain: tuple[float, float] | None = None


NEVER: Final = Lately()


class Newest(NamedTuple):
    """Whether the newest session was on a simulated board, None without any, and on which station.

    `last_trained` is when the newest session with a trial began.
    """

    sim: bool | None = None
    station: int | None = None
    last_trained: datetime | None = None


# One text in the place of two subqueries; JSON would take three times as long, to be written and to be read.
_TEXT: Final["TextField[str, str]"] = TextField()
_TOLD: Final = Concat(
    Cast("station_id", _TEXT), Case(When(sim=True, then=Value(" sim")), default=Value("")), output_field=_TEXT
)
_TRAINED: Final = ~Q(trial_count=0)


def lately(patients: QuerySet[Patient], *, now: datetime) -> dict[int, tuple[Lately, Newest]]:
    """Return what the last two weeks were like of those who had sessions in them; no station is named."""
    this_week = Q(started__gt=now - WEEK)
    days = Q(day__gt=timezone.localdate(now) - WEEK, day__lte=timezone.localdate(now))
    rows = (
        Session.objects.filter(patient__in=keys_of(patients), started__gt=now - LOOKED_BACK)
        .annotate(day=TruncDate("started"))
        .values_list("patient")
        .annotate(
            days=Count("day", distinct=True, filter=days & _TRAINED),
            before=Avg("pain", filter=~this_week),
            before_count=Count("pain", filter=~this_week),
            this=Avg("pain", filter=this_week),
            this_count=Count("pain", filter=this_week),
            sim=Exact(Max("started"), Max("started", filter=Q(sim=True))),
            last_trained=Max("started", filter=_TRAINED),
        )
        .order_by()
    )
    found = {}
    for patient, days_trained, before, before_count, this, this_count, sim, trained in rows:
        told = min(before_count, this_count) >= FEWEST_PAINS
        means = (float(before), float(this)) if told else None
        found[patient] = Lately(days_trained, means), Newest(bool(sim), None, trained)
    return found


def newest_of(patients: Collection[int]) -> dict[int, Newest]:
    """Return the newest session of each of these, however long ago it was."""
    if not patients:
        return {}
    theirs = newest_first(OuterRef("pk"))
    rows = (
        Patient.objects.filter(pk__in=patients)
        .order_by()
        .values_list(
            "pk",
            Subquery(theirs.values(told=_TOLD)[:1]),
            Subquery(theirs.filter(_TRAINED).values("started")[:1]),
        )
    )
    found = {}
    for patient, told, last_trained in rows:
        station, *sim = told.split(" ") if told else ("",)
        found[patient] = Newest(bool(sim), int(station), last_trained) if station else Newest()
    return found


def newest_first(patient: Any) -> QuerySet[Session]:
    """Return the sessions of one patient, who may be a reference of a query around it."""
    return Session.objects.filter(patient=patient).order_by("-started")


def keys_of(patients: QuerySet[Patient]) -> QuerySet[Patient, Any]:
    """Return who they are, for another query: a thousand numbers take longer to be written and read."""
    return patients.order_by().values("pk")
