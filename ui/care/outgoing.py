"""Which prescriptions are to be published, and what became of publishing them."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery

from ui.care.models import Prescription
from ui.care.models.programme import State


class Letter(NamedTuple):
    """A signed prescription for one station."""

    prescription: int  # primary key
    station: str
    document: bytes
    number: str | None = None  # of the person, on a station that several share


def waiting() -> list[Letter]:
    """Return the prescriptions that were never taken by the broker, oldest first."""
    return _letters(Prescription.objects.filter(state=State.QUEUED))


def newest() -> list[Letter]:
    """Return the newest prescription of each person of each station.

    One that was rejected is not offered to it again.
    """
    of_same_person = Prescription.objects.filter(
        station=OuterRef("station"), document__subj=OuterRef("document__subj")
    ).exclude(state=State.REJECTED)
    newest_version = of_same_person.order_by("-version").values("version")[:1]
    return _letters(Prescription.objects.filter(version=Subquery(newest_version)))


def mark_sent(prescriptions: Iterable[int]) -> None:
    """Note that the broker has taken these; an answer of the station that came sooner stays."""
    Prescription.objects.filter(pk__in=prescriptions, state=State.QUEUED).update(state=State.SENT)


def _letters(prescriptions: QuerySet[Prescription]) -> list[Letter]:
    rows = prescriptions.order_by("station", "version").values_list(
        "pk", "station__sid", "signed", "document"
    )
    return [Letter(pk, sid, bytes(signed), document.get("number")) for pk, sid, signed, document in rows]
