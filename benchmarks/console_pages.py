"""Looks at the pages of the care console.

A module of its own, since Django wants to be set up before its models are imported.
"""

import gzip
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

if TYPE_CHECKING:
    from ui.care.models import Patient

OWN: Final = 40  # patients of a therapist who does not see all
COPIES: Final = 10  # of each simulated person, among a thousand
PASSWORD: Final = "calm-river-71-stone"  # noqa: S105 of a database that is gone after the run
FILES: Final = re.compile(rb'(?:src|href)="(/static/[^"]+)"')


def clinic(folder: Path, *, full: bool) -> str:
    """Make a clinic in this folder, or in the database of DATABASE_URL; return what it holds.

    In a process of its own: what was needed to make it is nothing that a site carries with it.
    """
    command = (sys.executable, "-m", "benchmarks.console_pages", str(folder), *(("--full",) if full else ()))
    subprocess.run(command, check=True)
    _open(folder)
    return _held()


def _open(folder: Path) -> None:
    """Set Django up, and the site as it is served."""
    os.environ["BALANCE_CARE_DATA"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "ui.care.settings"
    from ui.care.installation.folder import DataFolder

    DataFolder(folder).create()
    import ui.care.asgi  # noqa: F401
    from ui.care.installation.database import keep_connections

    connection.close()
    keep_connections(connection.settings_dict)


def _make(folder: Path, *, full: bool) -> None:
    _open(folder)
    call_command("migrate", verbosity=0)
    _fill(full=full)
    with connection.cursor() as cursor:  # as the server does by itself, some minutes later
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    close()


def _fill(*, full: bool) -> None:
    from benchmarks.console_copies import copy_everybody
    from ui.care.simulated.clinic import Size, make_clinic

    small = Size(patients=40, days=120, traces=1, keep_messages=False)
    large = Size(patients=1000 // COPIES, sessions=365, traces=1, traced=OWN, keep_messages=False)
    make_clinic(large if full else small, now=datetime.now(UTC), log=lambda _line: None)
    if full:
        copy_everybody(COPIES)


def _held() -> str:
    from ui.care.models import Event, Journal, Patient, Session, Trial

    counts: dict[str, Any] = {
        "patients": Patient,
        "sessions": Session,
        "trials": Trial,
        "events": Event,
        "diaries": Journal,
    }
    words = ", ".join(f"{kind.objects.count():,} {name}" for name, kind in counts.items())
    if connection.vendor != "postgresql":
        return f"SQLite: {words}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()), current_setting('server_version')")
        size, version = cursor.fetchone()
    return f"PostgreSQL {version.split()[0]}: {words}, {size / 1e9:.1f} GB"


def close() -> None:
    """Leave the database."""
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]


class Page(NamedTuple):
    """A page as one person sees it: the same again and again, or that of each of their patients in turn."""

    name: str
    client: Client
    urls: list[str]


def looks(*, times: int) -> Iterator[tuple[str, float, float, float, int, float, float, float]]:
    """Yield page, p50, p95 and p95 of CPU in ms, queries, kB, kB compressed, and kB with all it loads."""
    for page in _pages():
        yield _look(page, times)


def _pages() -> Iterator[Page]:
    from ui.care.models import RawTrace, Trial

    forty, everybody, admin = (_client(name) for name in ("forty", "everybody", "admin"))
    people = _own()
    homes = [f"/patients/{patient.pseudonym}/" for patient in people]
    trials = [
        Trial.objects.filter(session__patient=patient, target_hold_s__gt=0).latest("started").pk
        for patient in people
    ]
    traced = Trial.objects.filter(pk__in=RawTrace.objects.values("trial"), target_hold_s__gt=0)[:OWN]
    yield Page(f"worklist, {OWN} patients", forty, ["/"])
    yield Page("worklist, every patient", everybody, ["/"])
    yield Page("worklist, administrator", admin, ["/"])
    yield Page("worklist, its second part", everybody, ["/?part=2"])
    yield Page("worklist, one reason", everybody, ["/?why=silent"])
    yield Page("patient", forty, homes)
    yield Page("patient, older sessions too", forty, [f"{home}?sessions=more" for home in homes])
    yield Page("trial", forty, [f"/trials/{trial}/" for trial in trials])
    yield Page("trial with its raw trace", everybody, [f"/trials/{trial.pk}/" for trial in traced])
    yield Page("programme", forty, [f"{home}programme/" for home in homes])
    yield Page("versions", forty, [f"{home}programme/versions/" for home in homes])
    yield Page("report, PDF", forty, [f"{home}report.pdf" for home in homes])
    yield Page("monitoring days", everybody, ["/monitoring/"])
    yield Page("wall", everybody, ["/wall/"])
    yield Page("roster", admin, ["/roster/"])
    yield Page("record", admin, [f"/roster/{patient.pseudonym}/" for patient in people])
    yield Page("stations", admin, ["/stations/"])
    yield Page("people", admin, ["/people/"])


def _client(name: str) -> Client:
    from ui.care.models import Assignment
    from ui.care.people.accounts import add_user

    role = "admin" if name == "admin" else "therapist"
    user = add_user(name, role=role, password=PASSWORD, all_patients=name != "forty")
    if name == "forty":
        Assignment.objects.bulk_create([Assignment(patient=patient, user=user) for patient in _own()])
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def _own() -> "list[Patient]":
    """Return every twenty-fifth of a thousand: originals and copies, with all kinds of stories."""
    from ui.care.models import Patient

    everybody = list(Patient.objects.order_by("pk"))
    return everybody[:: max(1, len(everybody) // OWN)][:OWN]


def _look(page: Page, times: int) -> tuple[str, float, float, float, int, float, float, float]:
    took_ms, worked_ms, queries, size, compressed, files = [], [], 0, 0, 0, 0
    for number in range(times):
        url = page.urls[number % len(page.urls)]
        connection.close()  # each page has another thread, which takes a kept connection
        began, began_cpu = time.perf_counter(), time.process_time()
        answer: Any = page.client.get(url)
        took_ms.append(1000 * (time.perf_counter() - began))
        worked_ms.append(1000 * (time.process_time() - began_cpu))
        assert answer.status_code == 200, url
        size = max(size, len(answer.content))
        compressed = max(compressed, len(gzip.compress(answer.content, 6)))
    for url in page.urls[:8]:
        with CaptureQueriesContext(connection) as captured:
            content = page.client.get(url).content
        queries = max(queries, len(captured))
        loaded = {file.decode() for file in FILES.findall(content)}
        files = max(files, sum(len(page.client.get(file).content) for file in loaded))
    p50, p95, cpu = _share(took_ms, 0.5), _share(took_ms, 0.95), _share(worked_ms, 0.95)
    kilobytes = (size / 1000, compressed / 1000, (size + files) / 1000)
    return page.name, p50, p95, cpu, queries, *kilobytes


def _share(values: list[float], share: float) -> float:
    return sorted(values)[int(share * len(values))]


if __name__ == "__main__":
    _make(Path(sys.argv[1]), full="--full" in sys.argv)
