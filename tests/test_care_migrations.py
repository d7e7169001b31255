"""An update of the care side takes the database of the version before with all that is in it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from ui.care.models import Prescription, Session, Station, Trial

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
TOLD: dict[Any, int | None] = {0: 0, 7: 7, 10: 10, 11: None, -1: None, 3.5: None, "sore": None, True: None}


@pytest.mark.django_db(transaction=True)
def test_sessions_of_before_have_their_pain_as_a_column_and_keep_their_trials() -> None:
    try:
        _migrate("0013_language")
        _write_sessions()
        call_command("migrate", "care", verbosity=0)
        found = dict(Session.objects.values_list("id", "pain"))
        assert [found[UUID(int=n)] for n in range(len(TOLD))] == list(TOLD.values())
        assert found[UUID(int=99)] is None, "a session without its result"
        assert Trial.objects.filter(session_id__in=found).count() == len(found)
        with connection.constraint_checks_disabled(), connection.cursor():
            connection.check_constraints()
    finally:
        call_command("migrate", "care", verbosity=0)


def _migrate(name: str) -> None:
    MigrationExecutor(connection).migrate([("care", name)])


def _write_sessions() -> None:
    """Write sessions as the version before did, one for each kind of answer and one without its result."""
    before = MigrationExecutor(connection).loader.project_state([("care", "0013_language")]).apps
    station = before.get_model("care", "Station").objects.create(sid="home-1")
    bodies: list[tuple[int, Any]] = [(n, {"answers": {"pain": told}}) for n, told in enumerate(TOLD)]
    for number, body in [*bodies, (99, None)]:
        whole = {"sim": False, "cal": "nominal", "alg": "cop-1"}
        session = before.get_model("care", "Session").objects.create(
            id=UUID(int=number), station=station, started=NOON, body=body, **whole
        )
        before.get_model("care", "Trial").objects.create(
            id=UUID(int=number), session=session, number=1, routine="supported-standing", rung=1,
            support_kind="two-hands", vision="open", surface="firm", attempt=1, started=NOON, outcome="done",
            hold_s=20, target_hold_s=20, body={}, **whole,
        )  # fmt: skip


PLANS: dict[Any, int] = {(5, 3): 5, (7,): 6, (): 6}  # days a week of the exercises; a rest day goes off seven


@pytest.mark.django_db(transaction=True)
def test_programmes_of_before_have_their_days_and_trials_their_hand_support_as_columns() -> None:
    try:
        _migrate("0015_updates")
        before = MigrationExecutor(connection).loader.project_state([("care", "0015_updates")]).apps
        station = before.get_model("care", "Station").objects.create(sid="home-1")
        _write_programmes(before, station)
        _write_trials(before, station)
        call_command("migrate", "care", verbosity=0)
        days = Prescription.objects.order_by("version").values_list("days", flat=True)
        assert list(days) == [*PLANS.values(), 0], "the last has a document that nobody can read"
        support = Trial.objects.order_by("pk").values_list("support_percent", flat=True)
        assert list(support) == [12.5, None, None]
    finally:
        call_command("migrate", "care", verbosity=0)


def _write_programmes(before: Any, station: Any) -> None:
    documents: list[Any] = [{"exercises": [{"days_a_week": n} for n in plan]} for plan in PLANS]
    for version, document in enumerate([*documents, {"exercises": "none"}]):
        before.get_model("care", "Prescription").objects.create(
            station=station, version=version, document=document, signed=b""
        )


def _write_trials(before: Any, station: Any) -> None:
    whole = {"sim": False, "cal": "nominal", "alg": "cop-1", "started": NOON}
    session = before.get_model("care", "Session").objects.create(id=UUID(int=1), station=station, **whole)
    bodies: list[Any] = [{"support": {"mean_percent": 12.5}}, {"support": {"mean_percent": None}}, {}]
    for number, body in enumerate(bodies):
        before.get_model("care", "Trial").objects.create(
            id=UUID(int=number), session=session, number=number, routine="supported-standing", rung=1,
            support_kind="two-hands", vision="open", surface="firm", attempt=1, outcome="done",
            hold_s=20, target_hold_s=20, body=body, **whole,
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_what_stations_and_programmes_of_before_said_stands_in_columns() -> None:
    try:
        _migrate("0017_planned_days")
        before = MigrationExecutor(connection).loader.project_state([("care", "0017_planned_days")]).apps
        stations = before.get_model("care", "Station").objects
        machine = {"storage_kinds": ["disk-full"], "storage": ["Full."]}
        stations.create(sid="home-1", birth={"cal": "cal-1", "sim": True, "machine": machine})
        strange: list[Any] = [None, [], "words", {"cal": 7, "machine": "none"}]
        for number, birth in enumerate(strange):
            stations.create(sid=f"strange-{number}", birth=birth)
        documents: list[Any] = [{"expires": "2026-09-01T00:00:00Z", "on_hold": True}, {"on_hold": "yes"}, {}]
        for version, document in enumerate(documents):
            before.get_model("care", "Prescription").objects.create(
                station=stations.get(sid="home-1"), version=version, document=document, days=0, signed=b""
            )
        call_command("migrate", "care", verbosity=0)
        told = Station.objects.values_list("told_cal", "told_sim", "told_kinds", "told_storage", "told_until")
        first, *others = told.order_by("sid")
        assert first == ("cal-1", "true", '["disk-full"]', '["Full."]', None)
        assert others == [(None,) * 5] * 3 + [("7", None, None, None, None)]
        rows = Prescription.objects.order_by("version").values_list("expires", "on_hold")
        assert list(rows) == [("2026-09-01T00:00:00Z", True), (None, False), (None, False)]
    finally:
        call_command("migrate", "care", verbosity=0)
