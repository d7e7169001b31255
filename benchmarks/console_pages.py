"""Looks at the pages of the care console.

A module of its own, since Django wants to be set up before its models are imported.
"""

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

import django
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

if TYPE_CHECKING:
    from ui.care.simulated.clinic import Made

LOOKS: Final = 5
PASSWORD: Final = "calm-river-71-stone"  # noqa: S105 of a database that is gone after the run


def clinic(folder: Path, *, patients: int, days: int) -> "Made":
    """Make a clinic in this folder."""
    os.environ["BALANCE_CARE_DATA"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "ui.care.settings"
    from ui.care.folder import DataFolder

    DataFolder(folder).create()
    django.setup()
    call_command("migrate", verbosity=0)
    from ui.care.simulated.clinic import Size, make_clinic

    size = Size(patients=patients, days=days, traces=1 if patients <= 100 else 0, keep_messages=False)
    return make_clinic(size, now=datetime.now(UTC), log=lambda _line: None)


def pages() -> list[tuple[str, float, int, float]]:
    """Return page, ms, queries and kB."""
    from ui.care.accounts import add_user
    from ui.care.models import Patient, Trial

    client = Client(headers={"host": "localhost"})
    client.force_login(add_user("therapist", role="therapist", password=PASSWORD, all_patients=True))
    patient = Patient.objects.order_by("pk")[3]
    trial = Trial.objects.filter(session__patient=patient).latest("started")
    asked = {
        "worklist": "/",
        "worklist, one reason": "/?why=silent",
        "patient": f"/patients/{patient.pseudonym}/",
        "trial": f"/trials/{trial.pk}/",
    }
    return [_look(client, name, url) for name, url in asked.items()]


def _look(client: Client, name: str, url: str) -> tuple[str, float, int, float]:
    took_ms, queries, size = [], 0, 0
    for _ in range(LOOKS):
        with CaptureQueriesContext(connection) as captured:
            began = time.perf_counter()
            answer = client.get(url)
            took_ms.append(1000 * (time.perf_counter() - began))
            assert answer.status_code == 200, url
        queries, size = len(captured), len(answer.content)
    return name, median(took_ms), queries, size / 1000
