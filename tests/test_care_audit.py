"""The chain of the audit: a change, a gap and a lost end show, and writers at once do not break it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.clinic import PASSWORD
from ui.care.__main__ import main
from ui.care.models import Audit, AuditEnd
from ui.care.models.audit import verify_audit
from ui.care.models.chain import START, End, Line, Link, digest_of, verify
from ui.care.people.accounts import add_user
from ui.care.rights.audit import write

WHEN = datetime(2026, 5, 4, 9, tzinfo=UTC)


def chain(count: int) -> list[Link]:
    links, digest = [], START
    for number in range(1, count + 1):
        line = Line(
            number, WHEN + timedelta(seconds=number), 1, "anna", "looked", f"p-{number}", f"p-{number}"
        )
        links.append(Link(line, digest := digest_of(line, digest)))
    return links


def broken(links: list[Link], end: list[Link] | None = None) -> str | None:
    last = (end or links)[-1]
    return verify(links, End(last.line.number, last.digest)).broken


def test_a_whole_chain_is_whole() -> None:
    assert broken(chain(9)) is None
    assert verify([], End(0, START)).broken is None


@given(place=st.integers(0, 8), field=st.sampled_from(["who", "by", "action", "subject", "about", "when"]))
def test_a_changed_field_of_any_line_is_named(place: int, field: str) -> None:
    links = chain(9)
    value: Any = {"who": 7, "when": WHEN}.get(field, "another")
    links[place] = links[place]._replace(line=links[place].line._replace(**{field: value}))
    said = broken(links)
    assert said
    assert said.startswith(f"line {place + 1} (")


def test_a_line_written_anew_with_its_digest_breaks_the_next_one() -> None:
    links = chain(5)
    line = links[2].line._replace(action="nothing")
    links[2] = Link(line, digest_of(line, links[1].digest))
    said = broken(links)
    assert said
    assert said.startswith("line 4 (")


@pytest.mark.parametrize(
    ("gone", "said"),
    [((0,), "line 1 is missing"), ((3,), "line 4 is missing"), ((3, 4), "lines 4 to 5 are missing"),
     ((7, 8), "lines 8 to 9 are missing")],
)  # fmt: skip
def test_lines_that_are_gone_are_named_also_the_last_ones(gone: tuple[int, ...], said: str) -> None:
    whole = chain(9)
    assert broken([link for i, link in enumerate(whole) if i not in gone], whole) == said


def test_a_chain_written_anew_as_a_whole_is_not_the_one_that_was_written_down() -> None:
    old, new = chain(5), chain(5)
    line = new[4].line._replace(action="nothing")
    new[4] = Link(line, digest_of(line, new[3].digest))
    seen = End(5, old[4].digest)
    assert verify(new, End(5, new[4].digest)).broken is None
    said = verify(new, End(5, new[4].digest), seen=seen).broken
    assert said
    assert "written down" in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("meddle", "said"),
    [
        ("UPDATE care_audit SET action = 'nothing' WHERE number = 2", "line 2 ("),
        ("DELETE FROM care_audit WHERE number = 2", "line 2 is missing"),
        ("DELETE FROM care_audit WHERE number = 3", "line 3 is missing"),
        ("UPDATE care_auditend SET number = 2", "the end that is kept (line 2) does not fit line 2"),
    ],
)
def test_meddling_in_the_database_is_found_by_the_command(
    meddle: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        write(None, "looked", f"p-{number}", by="anna")
    assert main(["audit", "--verify"]) == 0
    end = capsys.readouterr().out.split()[-1]
    with connection.cursor() as cursor:
        cursor.execute(meddle)
    assert main(["audit", "--verify", "--seen", end]) == 1
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.count("\n") == 1


@pytest.mark.django_db
def test_the_rows_refuse_what_would_break_the_chain() -> None:
    write(None, "looked", "p-1", by="anna")
    lines = Audit.objects.all()
    acts: list[Callable[[], object]] = [
        lines.delete, lines.get().delete, lines.get().save,
        lambda: lines.update(action="x"), lambda: lines.bulk_update([], ["action"]),
        lambda: lines.bulk_create([Audit(action="x")]),
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(TypeError):
            act()
    assert verify_audit().lines == 1


@pytest.mark.django_db(transaction=True)  # an open transaction cannot be copied
def test_writers_at_once_make_one_chain(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no such copy")
    file = tmp_path / "care.sqlite3"
    connection.ensure_connection()
    with closing(sqlite3.connect(file)) as copy:
        connection.connection.backup(copy)
    together = Barrier(4)
    said: list[Any] = []

    def on_file(work: Callable[[], object]) -> None:
        connection.settings_dict = {**connection.settings_dict, "NAME": str(file)}  # this thread's own
        try:
            said.append(work())
        finally:
            connection.close()

    def add() -> None:
        together.wait()
        for number in range(5):
            write(None, "looked", f"p-{number}", by="somebody")

    for works in ([add] * 4, [verify_audit]):
        threads = [Thread(target=on_file, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert said[:4] == [None] * 4
    assert said[4][::2] == (20, None)


@pytest.mark.django_db
def test_lines_of_an_older_version_come_into_the_chain_in_their_order() -> None:
    from importlib import import_module  # noqa: PLC0415

    migration = import_module("ui.care.migrations.0006_people")
    user = add_user("anna", role="therapist", password=PASSWORD)
    for number in range(3):
        write(user, "looked", f"p-{number}")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE care_audit SET digest = '', about = '', number = 1000 + number")
    AuditEnd._base_manager.all().delete()
    plain: Any = type(
        "Plain", (), {"objects": Audit._base_manager}
    )  # as a migration sees it: no rules of ours

    class Old:
        @staticmethod
        def get_model(app: str, name: str) -> Any:
            return plain if name == "Audit" else apps.get_model(app, name)

    migration.chain_the_lines(Old(), None)
    assert verify_audit()[::2] == (3, None)
    assert [line.about for line in Audit.objects.order_by("number")] == ["p-0", "p-1", "p-2"]


@pytest.mark.django_db
@pytest.mark.usefixtures("care_folder")
def test_the_auditor_finds_lines_and_takes_them_as_csv(client: Client) -> None:
    write(None, "looked at a patient", "p-1", by="=HYPERLINK(1)")
    write(None, "sent programme version 2", "p-2", by="bert")
    client.force_login(
        add_user("otto", role="auditor", password=PASSWORD),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    page = client.get("/audit/", {"about": "p-2"}).content.decode()
    assert "sent programme version 2" in page
    assert "looked at a patient" not in page
    text = client.get("/audit/lines.csv", {"since": "2020-01-01"}).content.decode()
    assert "'=HYPERLINK(1)" in text
    for bad in ({"since": "soon"}, {"about": "\0"}, {"page": "0"}, {"until": "2026-13-01"}):
        assert client.get("/audit/", bad).status_code == 422
    assert Audit.objects.filter(action="took the audit as CSV", by="otto").exists()
