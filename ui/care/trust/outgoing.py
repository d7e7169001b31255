"""What is to be published to stations and kept for them by the broker, and what became of publishing it."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery

from station.link.messages import down_topic, rx_topic
from ui.care.installation.folder import data_folder
from ui.care.models import Prescription, Retained, Station
from ui.care.models.programme import State


class Letter(NamedTuple):
    """A retained message for one station, and the row it is of."""

    row: type[Prescription] | type[Retained]
    pk: int
    topic: str
    document: bytes


def waiting() -> list[Letter]:
    """Return what was never taken by the broker, oldest first."""
    fresh = Prescription.objects.filter(Q(state=State.QUEUED) | Q(signed_again=True))
    return _letters(fresh) + _retained(Retained.objects.filter(sent=False))


def newest() -> list[Letter]:
    """Return what the broker is to keep: with the rest, the newest prescription of everybody at a station.

    A prescription that was rejected is not offered again.
    """
    of_same_person = Prescription.objects.filter(station=OuterRef("station"), subj=OuterRef("subj")).exclude(
        state=State.REJECTED
    )
    newest_version = of_same_person.order_by("-version").values("version")[:1]
    prescriptions = Prescription.objects.filter(version=Subquery(newest_version))
    return _letters(prescriptions) + _retained(Retained.objects.all())


def mark_sent(letters: Iterable[Letter]) -> None:
    """Note that the broker has taken these; an answer of the station that came sooner stays."""
    for letter in letters:
        if letter.row is Prescription:
            same = Prescription.objects.filter(pk=letter.pk, signed=letter.document)
            same.update(signed_again=False)
            same.filter(state=State.QUEUED).update(state=State.SENT)
        else:  # one that was changed meanwhile is still to be sent
            same_payload = Retained.objects.filter(pk=letter.pk, payload=letter.document)
            if letter.document:
                same_payload.update(sent=True)
            else:
                same_payload.delete()  # the broker has forgotten it


def keep(station: Station, kind: str, payload: bytes) -> None:
    """Have the broker keep this for a station under `down/` and `kind`; an empty payload clears it."""
    Retained.objects.update_or_create(
        station=station, kind=kind, defaults={"payload": payload, "sent": False, "answer": ""}
    )


def clear(station: Station) -> None:
    """Have the broker forget everything it keeps for a station."""
    kinds = set(station.retained.values_list("kind", flat=True))
    for pk, document in station.prescriptions.values_list("pk", "document"):
        kinds.add(_topic(station.sid, document).removeprefix(down_topic(station.sid, "")))
        Prescription.objects.filter(pk=pk).update(signed_again=False)
    for kind in kinds:
        keep(station, kind, b"")


def _topic(sid: str, document: dict[str, str]) -> str:
    """Return where a prescription goes: where several share a station, each has a slot of an own."""
    shared = document.get("number") is not None
    return rx_topic(sid, data_folder().slot(sid, document["subj"]) if shared else None)


def _letters(prescriptions: QuerySet[Prescription]) -> list[Letter]:
    rows = prescriptions.filter(station__revoked=None).order_by("station", "version")
    return [
        Letter(Prescription, pk, _topic(sid, document), bytes(signed))
        for pk, sid, signed, document in rows.values_list("pk", "station__sid", "signed", "document")
    ]


def _retained(rows: QuerySet[Retained]) -> list[Letter]:
    return [
        Letter(Retained, pk, down_topic(sid, kind), bytes(payload))
        for pk, sid, kind, payload in rows.values_list("pk", "station__sid", "kind", "payload")
    ]
