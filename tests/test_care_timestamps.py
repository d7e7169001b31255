"""Times out of PostgreSQL are read as psycopg reads them, only sooner."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from psycopg import DataError, adapters
from psycopg.pq import Format

from ui.care.installation import timestamps
from ui.care.models import Patient

TIMES = [
    "2026-11-29 16:27:59.850603+00",
    "2026-11-29 16:27:59.85+00",
    "2026-11-29 16:27:59.000001+00",
    "2026-11-29 16:27:59+00",
    "0001-01-01 00:00:00+00",
    "9999-12-31 23:59:59.999999+00",
    "2024-02-29 00:00:00.1+00",
]


@pytest.mark.parametrize("text", TIMES)
def test_a_time_is_read_as_the_driver_reads_it(text: str) -> None:
    usual = adapters.get_loader(adapters.types["timestamptz"].oid, Format.TEXT)
    assert usual is not None
    read = timestamps.loader()(0).load(memoryview(text.encode()))
    assert read == usual(0).load(text.encode())
    assert read.utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["infinity", "0044-03-15 00:00:00+00 BC", "10000-01-01 00:00:00+00"])
def test_a_time_that_python_cannot_hold_gets_the_sentence_of_the_driver(text: str) -> None:
    with pytest.raises(DataError, match="timestamp"):
        timestamps.loader()(0).load(text.encode())


@pytest.mark.django_db
def test_the_times_of_a_page_are_in_utc_to_the_microsecond() -> None:
    """Whichever database serves: run with DATABASE_URL it is PostgreSQL."""
    when = datetime(2026, 3, 29, 1, 30, 0, 120, tzinfo=UTC)
    Patient.objects.create(name="Anna", pseudonym="p-1", created=when)
    assert list(Patient.objects.values_list("created", flat=True)) == [when]
    assert Patient.objects.get().created.tzinfo is UTC
    if connection.vendor == "postgresql":
        used = connection.connection.adapters.get_loader(adapters.types["timestamptz"].oid, Format.TEXT)
        assert used is not None
        assert used.__name__ == "UtcLoader"
