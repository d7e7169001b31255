"""A person is forgotten: name and results go, the pseudonym stays in the audit and is never used again."""

from collections.abc import Iterator
from typing import Final, NamedTuple, cast

import msgspec
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Max, Model, QuerySet

from ui.care import models
from ui.care.rights.audit import write
from ui.care.trust.outgoing import clear

ROWS_AT_ONCE: Final = 500


class Gone(NamedTuple):
    """What was deleted, counted, and the stations that were freed."""

    sessions: int
    trials: int
    messages: int
    prescriptions: int
    stations: tuple[str, ...]


class _Subject(msgspec.Struct):
    subj: str | None = None


def forget(patient: models.Patient, *, who: User | None, by: str = "") -> Gone:
    """Delete name, results, journal, programmes and every message about this person; free their stations.

    All or nothing. Raises django.db.DatabaseError when the database cannot.
    """
    overwrites = connection.vendor == "sqlite" and not connection.in_atomic_block
    if overwrites:
        _say("PRAGMA secure_delete=ON")  # else the words stay in the file until the place is used again
    with transaction.atomic():
        gone = _forget(patient, who, by)
    if overwrites:
        _say("PRAGMA wal_checkpoint(TRUNCATE)")
    return gone


def _forget(patient: models.Patient, who: User | None, by: str) -> Gone:
    pseudonym = patient.pseudonym
    models.Forgotten.objects.get_or_create(pseudonym=pseudonym)
    freed = tuple(patient.stations.order_by("sid").values_list("sid", flat=True))
    for station in patient.stations.all():
        clear(station)  # the broker forgets what it kept for them there
    patient.stations.update(patient=None)
    prescriptions = models.Prescription.objects.filter(subj=pseudonym)
    _keep_versions(prescriptions)
    sessions = models.Session.objects.filter(patient=patient)
    trials = models.Trial.objects.filter(session__patient=patient)
    counts = sessions.count(), trials.count(), 0, prescriptions.count()
    delete_with_all(prescriptions)
    messages = 0
    for keys in _messages_about(pseudonym):
        messages += len(keys)
        delete_with_all(models.Message.objects.filter(pk__in=keys))
    for keys in _refused_about(pseudonym):
        models.Refused.objects.filter(pk__in=keys).delete()
    delete_with_all(models.Patient.objects.filter(pk=patient.pk))
    write(who, "forgot a patient", pseudonym, about=pseudonym, by=by)
    return Gone(*counts, freed)._replace(messages=messages)


def delete_with_all(rows: QuerySet[Model]) -> None:
    """Delete these rows and, before them, whatever refers to them, also where the reference protects them."""
    for relation in rows.model._meta.related_objects:  # noqa: SLF001 Django documents it
        if relation.many_to_many or relation.related_model is models.Station:
            continue
        if relation.related_model is rows.model:  # a note that corrects another: all of them go
            rows.update(**{relation.field.name: None})
            continue
        referring = cast("type[Model]", relation.related_model)._base_manager  # noqa: SLF001
        delete_with_all(referring.filter(**{f"{relation.field.name}__in": rows}))
    rows.delete()


def _keep_versions(prescriptions: QuerySet[models.Prescription]) -> None:
    """Remember the highest version of each station: it takes none that is not above all it was sent."""
    newest = prescriptions.order_by().values_list("station_id").annotate(Max("version"))
    for station_id, version in newest:
        models.Station.objects.filter(pk=station_id, versions_used__lt=version).update(versions_used=version)


def _messages_about(pseudonym: str) -> Iterator[list[object]]:
    """Yield keys of messages whose envelope carries the pseudonym: raw traces and unknown types too."""
    last = None
    while True:
        rows = models.Message.objects.order_by("pk")
        some = list((rows.filter(pk__gt=last) if last else rows).values_list("pk", "payload")[:ROWS_AT_ONCE])
        if not some:
            return
        last = some[-1][0]
        yield [pk for pk, payload in some if subject_of(bytes(payload)) == pseudonym]


def _refused_about(pseudonym: str) -> Iterator[list[object]]:
    rows = models.Refused.objects.order_by("pk").values_list("pk", "payload", "reason")
    yield [
        pk
        for pk, payload, reason in list(rows)
        if pseudonym.encode() in bytes(payload) or pseudonym in reason
    ]


def subject_of(payload: bytes) -> str | None:
    """Return the pseudonym a message carries, None for none and for what is no message."""
    try:
        return msgspec.json.decode(payload, type=_Subject).subj
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def forgotten_of(pseudonyms: set[str]) -> set[str]:
    """Return those whose person was forgotten."""
    return set(models.Forgotten.objects.filter(pk__in=pseudonyms).values_list("pk", flat=True))


def _say(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
