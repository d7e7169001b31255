"""A clinic made larger by copies, which PostgreSQL makes by itself, a statement a table.

A copy differs from its original in keys, ids, pseudonym, name and station. Dates, counts and sizes are the
same, and they are what the time of a page depends on. Copied results lie on the disk as they would have come
in: by time, everybody's among each other.
"""

from typing import Any, Final

from django.contrib.auth.models import User
from django.core.management.color import no_style
from django.db import connection, models

from ui.care.models import (
    Background,
    Event,
    Journal,
    Message,
    Note,
    Patient,
    Prescription,
    Session,
    Station,
    Trial,
)
from ui.care.simulated.stories import name_of

# In the order in which rows point to each other. Raw traces are of the originals only: of forty of them.
TABLES: Final[dict[type[models.Model], str]] = {
    Patient: "ORDER BY copy, id",
    Station: "",
    Prescription: "",
    Background: "",
    Note: "",
    Session: "ORDER BY started",
    Trial: "ORDER BY started",
    Message: "WHERE type <> 'raw' ORDER BY received",
    Event: "ORDER BY happened",
    Journal: "ORDER BY written",
}
# An id begins with its time, as the original's does: indexes grow at their end, as they would have.
ID: Final = "overlay(md5({0} || '-' || copy) placing left(replace({0}, '-', ''), 12) from 1 for 12)::uuid"
RENAMED: Final = "'p-' || substr(md5({} || '-' || copy), 1, 10)"
OTHERWISE: Final = {
    (Patient, "pseudonym"): RENAMED.format("pseudonym"),
    (Station, "sid"): "sid || '-' || copy",
    (Prescription, "document"): (
        "document || jsonb_build_object('station', (document->>'station') || '-' || copy, 'subj', "
        + RENAMED.format("(document->>'subj')")
        + ")"
    ),
}


def copy_everybody(times: int) -> None:
    """Have everybody there `times` times in all."""
    largest = max(table.objects.latest("pk").pk for table in (Patient, Station, Prescription, Note))
    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '256MB'")  # of this connection, for sorting the copies
        for table in TABLES:
            cursor.execute(_statement(table, step=largest), [times - 1])
        for statement in connection.ops.sequence_reset_sql(no_style(), list(TABLES)):
            cursor.execute(statement)
    people = list(Patient.objects.order_by("pk"))
    for number, patient in enumerate(people):
        patient.name = name_of(number)
    Patient.objects.bulk_update(people, ["name"], batch_size=500)


def _statement(table: type[models.Model], *, step: int) -> str:
    fields = [field for field in table._meta.concrete_fields if not field.generated]  # noqa: SLF001
    names = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(OTHERWISE.get((table, field.name)) or _copied(field, step) for field in fields)
    name = table._meta.db_table  # noqa: SLF001
    rows = f'"{name}" CROSS JOIN generate_series(1, %s) AS copy {TABLES[table]}'
    return f'INSERT INTO "{name}" ({names}) SELECT {values} FROM {rows}'  # noqa: S608


def _copied(field: Any, step: int) -> str:
    """Return the value of a column in a copy: ids and keys are its own, the rest is as it was."""
    pointed = field
    while pointed.is_relation:
        if pointed.related_model is User:
            return f'"{field.column}"'
        pointed = pointed.target_field
    if isinstance(pointed, models.UUIDField):
        return ID.format(f'"{field.column}"::text')
    if isinstance(pointed, models.AutoField):
        return f'"{field.column}" + copy * {step}'
    return f'"{field.column}"'
