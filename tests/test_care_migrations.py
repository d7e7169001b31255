"""An update of the care side takes the database of the version before with all that is in it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from ui.care.models import Session, Trial

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
