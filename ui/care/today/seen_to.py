"""Lines of the worklist that somebody has seen to, and taking that back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.models import User
from django.db.models import QuerySet

from ui.care.models import Patient, SeenTo, Station
from ui.care.today.worklist import Item

SHOWN_FOR: Final = timedelta(days=1)
Key = tuple[str, str, int | None, int | None]


def left(items: Sequence[Item]) -> list[Item]:
    """Return the lines that nobody has seen to."""
    rows = SeenTo.objects.filter(cause__any_of={item.cause for item in items}, undone_when=None)
    seen: set[Key] = set(rows.values_list("kind", "cause", "patient", "station").order_by())
    return [item for item in items if item.key not in seen]


def lately(patients: QuerySet[Patient], *, now: datetime) -> QuerySet[SeenTo]:
    """Return what was seen to in the last day, of these patients and of shared stations."""
    recent = SeenTo.objects.filter(when__gt=now - SHOWN_FOR, undone_when=None)
    of_these = recent.filter(patient__in=patients) | recent.filter(patient=None)
    return of_these.select_related("patient", "station", "who")


def see_to(
    who: User, *, kind: str, cause: str, patient: Patient | None, station: Station | None, word: str
) -> SeenTo:
    """Note that somebody has seen to a line; doing it twice is one."""
    key = {"kind": kind, "cause": cause, "patient": patient, "station": station, "undone_when": None}
    there = SeenTo.objects.filter(**key).first()
    return there or SeenTo.objects.create(**key, who=who, word=word)


def take_back(who: User, row: SeenTo, *, now: datetime) -> None:
    """Make it a line again; that it was seen to, and by whom, stays written."""
    SeenTo.objects.filter(pk=row.pk, undone_when=None).update(undone_who=who, undone_when=now)
