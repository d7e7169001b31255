"""The figures of `out`, in a module of its own: Django is set up before its models are imported."""

import io
import json
import os
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import django
from django.core.management import call_command

FIRST: Final = datetime(2025, 1, 6, 9, tzinfo=UTC)
TRIALS: Final = 4  # a session
TIMES: Final = 5  # each is done; the median counts


class Took(NamedTuple):
    """Median time in ms, queries, and size in kB."""

    what: str
    ms: float
    queries: int
    kb: float


def use_database_in(folder: Path, *, patients: int, sessions: int) -> None:
    """Make a SQLite database with so many patients who trained every day."""
    os.environ["BALANCE_CARE_DATA"] = str(folder)
    os.environ["BALANCE_CARE_HOSTS"] = "testserver"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ui.care.settings")
    from ui.care.installation.folder import data_folder

    data_folder().create()
    django.setup()
    call_command("migrate", verbosity=0)
    from ui.care import models
    from ui.care.trust.enrolment import enrol

    for number in range(patients):
        station = enrol(f"home-{number}", f"Patient {number}")
        rows, trials = _rows(station, sessions)
        models.Session.objects.bulk_create(rows)
        models.Trial.objects.bulk_create(trials)


def _rows(station: Any, sessions: int) -> tuple[list[Any], list[Any]]:
    from ui.care import models

    rows, trials = [], []
    common = {"sim": True, "cal": "nominal", "alg": "cop-1"}
    for day in range(sessions):
        when = FIRST + timedelta(days=day)
        rows.append(
            models.Session(
                id=uuid.uuid4(),
                station=station,
                patient=station.patient,
                started=when,
                ended=when + timedelta(minutes=14),
                complete=True,
                ended_by="finished",
                trial_count=TRIALS,
                body={"answers": {"pain": 3, "pain_after": 3, "effort": 4}, "rx_version": None},
                **common,
            )
        )
        trials += [_trial(rows[-1], number, day) for number in range(1, TRIALS + 1)]
    return rows, trials


def _trial(session: Any, number: int, day: int) -> Any:
    from station.sway.catalogue import CATALOGUE
    from ui.care import models

    rung = 1 + day // 75
    measures = dict.fromkeys(CATALOGUE, 10.0 + number + day / 100)
    return models.Trial(
        id=uuid.uuid4(),
        session=session,
        number=number,
        routine="supported-standing",
        rung=rung,
        support_kind="one-hand",
        vision="open",
        surface="firm",
        attempt=number,
        started=session.started + timedelta(minutes=number),
        outcome="done",
        hold_s=20.0,
        target_hold_s=20.0,
        velocity_mm_s=measures["velocity_mm_s"],
        pea95_mm2=measures["pea95_mm2"],
        sim=True,
        cal="nominal",
        alg="cop-1",
        body={
            "kind": "hold",
            "stance": "both",
            "measures": measures,
            "quality": {"missing_percent": 0.0, "flagged": False},
            "support": {"mean_percent": 12.0, "max_percent": 20.0, "limit_percent": 25.0},
            "faults": [],
        },
    )


def of_one_patient() -> Iterator[Took]:
    """Measure what is taken of the first patient, over the whole year."""
    from ui.care.models import Patient
    from ui.care.out.fhir.bundle import bundle
    from ui.care.out.monitoring import windows
    from ui.care.out.period import Period
    from ui.care.out.report import report
    from ui.care.out.selection import OPERATOR
    from ui.care.out.tables import tables, write_zip

    patient = Patient.objects.order_by("pk")[0]
    now = FIRST + timedelta(days=366)
    period = Period(FIRST.date(), now.date())

    def zipped() -> bytes:
        out = io.BytesIO()
        write_zip(tables(OPERATOR, period, patient=patient), out)
        return out.getvalue()

    yield took(
        "report, one page of PDF",
        lambda: report(OPERATOR, patient, period, language="en", paper="A4", now=now),
    )
    yield took("tables, CSV in a ZIP", zipped)
    yield took(
        "FHIR bundle",
        lambda: json.dumps(bundle(OPERATOR, patient, period, names=False, now=now)).encode(),
    )
    yield took(
        "monitoring days of all patients",
        lambda: str(windows(OPERATOR, period, needed=16, today=now.date())).encode(),
    )


def of_the_api() -> Iterator[Took]:
    """Measure pages of lists through the whole site: key, limit, audit, JSON, digest."""
    from django.test import Client

    from ui.care.models import Patient
    from ui.care.out.tokens import add_token
    from ui.care.people.accounts import add_user

    add_user("reader", role="therapist", password="calm-river-71-stone")  # noqa: S106 of this database only
    key = add_token("bench", user="reader", expires=None, now=datetime.now(UTC))
    client = Client(headers={"Authorization": f"Bearer {key}"})

    def get(path: str) -> bytes:
        response = client.get(f"/api/v1/{path}")
        assert response.status_code == 200, response.content
        content: bytes = response.content
        return content

    pseudonym = Patient.objects.order_by("pk")[0].pseudonym
    late = json.loads(get("trials?limit=500"))
    for _ in range(20):
        late = json.loads(get(f"trials?limit=500&cursor={late['next']}"))
    for path, what in (
        ("patients", "patients"),
        ("sessions", "sessions, first page"),
        ("trials", "trials, first page"),
        (f"trials?cursor={late['next']}", "trials, after 10,500"),
        (f"trials?patient={pseudonym}", "trials of one patient"),
        ("stations", "stations"),
    ):
        yield took(what, lambda path=path: get(path))  # type: ignore[misc]


def took(what: str, do: Callable[[], bytes]) -> Took:
    """Do it some times; return the median time, the queries of one, and the size of what came."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    size = len(do())
    times_s = []
    for _ in range(TIMES):
        start_s = time.perf_counter()
        do()
        times_s.append(time.perf_counter() - start_s)
    with CaptureQueriesContext(connection) as asked:
        do()
    return Took(what, sorted(times_s)[TIMES // 2] * 1e3, len(asked), size / 1e3)
