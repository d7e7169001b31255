"""The API: who reads what, page by page, and what is said when nothing can be."""

import base64
import hashlib
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from ninja.errors import HttpError
from pytest_django import DjangoDbBlocker

from station.errors import ConfigError
from station.sway.trace import decode_trace
from tests.care_months import DAYS, NAME, Months, trained_once
from ui.care.models import ApiToken, Audit, Patient, RawTrace, TokenUse
from ui.care.out import selection
from ui.care.out.api import operations
from ui.care.out.tokens import add_token, note_use, revoke_token, token_of
from ui.care.people.accounts import add_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

LISTS = ("patients", "sessions", "trials", "events", "prescriptions", "stations")
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_asked_yet() -> None:
    cache.clear()


@pytest.fixture
def user() -> User:
    return add_user("therapist", role="therapist", password="calm-river-71-stone", all_patients=True)


@pytest.fixture
def key(user: User) -> str:
    return add_token("hospital", user="therapist", expires=None, now=NOW)


@pytest.fixture(scope="module")
def months(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Months]:
    with trained_once(django_db_blocker, tmp_path_factory.mktemp("care")) as months:
        yield months


class Reader:
    """A program with a key."""

    def __init__(self, key: str) -> None:
        self._client = Client(raise_request_exception=False)
        self._header = {"Authorization": f"Bearer {key}"}

    def ask(self, path: str, **more: str) -> Any:
        return self._client.get(f"/api/v1/{path}", headers={**self._header, **more})

    def read(self, path: str) -> Any:
        response = self.ask(path)
        assert response.status_code == 200, response.content
        return json.loads(response.content)

    def problem(self, path: str) -> dict[str, Any]:
        response = self.ask(path)
        assert response.headers["Content-Type"] == "application/problem+json"
        said: dict[str, Any] = json.loads(response.content)
        assert said["status"] == response.status_code
        assert "Traceback" not in said["detail"]
        return said


@pytest.fixture
def reader(key: str) -> Reader:
    return Reader(key)


def test_every_list_answers_by_pseudonym_and_without_a_name(reader: Reader, months: Months) -> None:
    counts = {}
    for name in LISTS:
        answer = reader.read(name)
        counts[name] = len(answer["items"])
        assert NAME.split()[0] not in json.dumps(answer, ensure_ascii=False)
        assert answer["next"] is None
        assert answer["until"]
    assert counts == {
        "patients": 2,
        "sessions": DAYS + 3,
        "trials": DAYS + 3,
        "events": 2,
        "prescriptions": 4,
        "stations": 2,
    }
    trial = reader.read(f"trials?patient={months.anna.pseudonym}")["items"][0]
    assert (trial["measures"]["velocity_mm_s"], trial["sim"], trial["alg"]) == (16.0, False, "cop-1")
    assert all(it["sim"] for it in reader.read(f"events?patient={months.sim.pseudonym}")["items"])


@pytest.mark.parametrize("name", LISTS)
def test_pages_follow_each_other_without_a_gap(reader: Reader, months: Months, name: str) -> None:
    whole = reader.read(f"{name}?limit=500")["items"]
    parts: list[Any] = []
    cursor = ""
    while True:
        part = reader.read(f"{name}?limit=1{cursor}")
        parts += part["items"]
        if part["next"] is None:
            break
        cursor = f"&cursor={part['next']}"
    assert parts == whole


def test_who_comes_again_asks_only_for_what_is_new(reader: Reader, months: Months) -> None:
    until = reader.read("sessions")["until"]
    assert reader.read(f"sessions?since={until}")["items"][-1]["changed"] == until
    session = months.anna.sessions.first()
    assert session
    session.ended_by = "away"
    session.save()
    assert str(session.pk) in {it["id"] for it in reader.read(f"sessions?since={until}")["items"]}
    assert reader.read("trials?since=2999-01-01T00:00:00Z") == {"items": [], "next": None, "until": None}


def test_what_has_not_changed_is_not_sent_again(reader: Reader, months: Months) -> None:
    first = reader.ask("trials")
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = reader.ask("trials", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_trace_comes_as_it_was_sent_or_as_forces(reader: Reader, months: Months) -> None:
    trial = RawTrace.objects.first()
    assert trial
    raw = reader.read(f"trials/{trial.trial}/trace")
    assert len(decode_trace(base64.b64decode(raw["data"]))) > 4000
    lines = reader.ask(f"trials/{trial.trial}/trace?format=csv").content.decode().splitlines()
    assert lines[0] == "t_s,fl_n,fr_n,rl_n,rr_n"
    assert sum(float(part) for part in lines[1].split(",")[1:]) == pytest.approx(700, abs=1)
    assert len(lines) == pytest.approx(2001, abs=5)
    assert reader.problem(f"trials/{months.newest_trial}/trace")["status"] == 404


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ("sessions?limit=0", "limit"),
        ("sessions?limit=9999", "limit"),
        ("sessions?since=yesterday", "since"),
        ("sessions?since=5", "since"),
        ("sessions?since=2026-01-01T00:00:00", "since"),
        ("sessions?patient=Anna%20Muster", "patient"),
        ("trials/not-an-id/trace", "trial_id"),
        ("patients?cursor=%F0%9F", "cursor"),
    ],
)
def test_what_cannot_be_read_is_named(reader: Reader, months: Months, asked: str, where: str) -> None:
    said = reader.problem(asked)
    if said["status"] == 404:
        assert where == "trial_id"
    else:
        assert (said["status"], [it["where"] for it in said["wrong"]]) == (422, [where])
    assert "Anna" not in str(said)


def test_a_cursor_of_another_list_or_of_nobody_is_refused(reader: Reader, months: Months) -> None:
    foreign = reader.read("sessions?limit=1")["next"]
    assert "another list" in reader.problem(f"patients?cursor={foreign}")["detail"]
    assert reader.problem("sessions?cursor=QUJD")["status"] == 422


@given(st.text(alphabet="ABCabc019-_", min_size=1, max_size=80))
def test_no_cursor_is_answered_with_a_fault(cursor: str) -> None:
    from ui.care.models import Session  # noqa: PLC0415
    from ui.care.out.api.paging import page  # noqa: PLC0415
    from ui.care.out.api.shapes import Query  # noqa: PLC0415

    with pytest.raises(HttpError, match="cursor"):
        page(Session.objects.all(), Query(cursor=cursor), stamp="changed", shape=dict)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer bal_" + "A" * 43])
def test_without_a_key_nothing_is_read(months: Months, key: str, header: str) -> None:
    for name in LISTS:
        response = Client().get(f"/api/v1/{name}", headers={"Authorization": header})
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_being_logged_in_at_the_site_is_no_key(user: User) -> None:
    client = Client()
    client.force_login(user)
    assert client.get("/api/v1/patients").status_code == 401


def test_a_key_that_is_revoked_over_or_of_somebody_who_left_reads_nothing(user: User, key: str) -> None:
    assert token_of(key, now=NOW)
    over = add_token("over", user="therapist", expires=NOW + timedelta(days=1), now=NOW)
    assert token_of(over, now=NOW)
    assert token_of(over, now=NOW + timedelta(days=1)) is None
    User.objects.update(is_active=False)
    assert token_of(key, now=NOW) is None
    User.objects.update(is_active=True)
    revoke_token("hospital", now=NOW)
    assert token_of(key, now=NOW) is None


def test_a_key_is_kept_as_a_digest_only(key: str) -> None:
    token = ApiToken.objects.get()
    assert bytes(token.digest) == hashlib.sha256(key.encode()).digest()
    assert key not in str(ApiToken.objects.values_list())


def test_who_sees_no_patients_gets_no_key(user: User) -> None:
    add_user("auditor", role="auditor", password="calm-river-71-stone")
    for name in ("auditor", "nobody"):
        with pytest.raises(ConfigError, match="sees patients"):
            add_token("one", user=name, expires=None, now=NOW)
    for bad in ("", "with space", "x" * 31):
        with pytest.raises(ConfigError, match="token name"):
            add_token(bad, user="therapist", expires=None, now=NOW)


def test_a_key_sees_no_more_than_its_user(reader: Reader, months: Months, user: User) -> None:
    user.groups.clear()
    for name in LISTS:
        assert reader.read(name)["items"] == []
    trial = RawTrace.objects.first()
    assert trial
    assert reader.problem(f"trials/{trial.trial}/trace")["status"] == 404
    assert reader.problem(f"sessions?patient={months.anna.pseudonym}")["status"] == 404


def test_the_audit_has_one_line_a_day_for_each_thing_read(reader: Reader, months: Months, user: User) -> None:
    before = Audit.objects.count()
    for _ in range(3):
        reader.read("trials")
        reader.read(f"trials?patient={months.anna.pseudonym}")
    lines = Audit.objects.filter(action="API hospital").values_list("subject", flat=True)
    assert sorted(lines) == ["trials", f"trials {months.anna.pseudonym}"]
    assert Audit.objects.count() == before + 2
    note_use(ApiToken.objects.get(), "trials", timezone.localdate() + timedelta(days=1))
    assert TokenUse.objects.filter(what="trials").count() == 2


def test_too_many_requests_are_told_when_to_go_on(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    throttle = operations.api.throttle
    monkeypatch.setattr(throttle, "num_requests", 2)
    statuses = [reader.ask("patients").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert int(reader.ask("patients").headers["Retry-After"]) > 0


def test_nothing_can_be_written(reader: Reader, key: str) -> None:
    for method in ("post", "put", "patch", "delete"):
        ask = getattr(Client(enforce_csrf_checks=True), method)
        response = ask("/api/v1/patients", headers={"Authorization": f"Bearer {key}"})
        assert (response.status_code, response.headers["Allow"]) == (405, "GET")


def test_an_address_that_is_none_and_a_zero_byte_are_told(reader: Reader) -> None:
    assert "openapi.json" in reader.problem("nothing/here")["detail"]
    assert reader.problem("patients?cursor=%00")["status"] == 422


@pytest.mark.parametrize(("error", "status"), [(DatabaseError("gone"), 503), (RuntimeError("secret"), 500)])
def test_a_fault_is_one_sentence_and_the_log_has_the_rest(
    reader: Reader,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
) -> None:
    def fail(_viewer: object) -> None:
        raise error

    monkeypatch.setattr(selection, "patients_of", fail)
    with caplog.at_level(logging.ERROR):
        said = reader.problem("patients")
    assert said["status"] == status
    assert "secret" not in said["detail"]
    assert str(error) in caplog.text


def test_a_list_asks_the_database_as_often_for_many_as_for_one(reader: Reader, months: Months) -> None:
    for name in LISTS:
        reader.read(name)  # the first use of the day writes its line
        counts = []
        for limit in (1, 500):
            with CaptureQueriesContext(connection) as asked:
                reader.read(f"{name}?limit={limit}")
            counts.append(len(asked))
            assert not [it for it in asked if not it["sql"].startswith("SELECT")], "it only reads"
        assert counts[0] == counts[1] <= 9, name


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is SQLite's own")
def test_a_page_in_the_order_of_arrival_is_read_off_its_index(user: User) -> None:
    for rows, stamp in ((selection.trials_of(user), "received"), (selection.sessions_of(user), "changed")):
        plan = rows.order_by(stamp, "pk").values_list("pk", stamp)[:101].explain()
        (index,) = [it for it in rows.model._meta.indexes if it.fields[0] == stamp]
        assert f"USING INDEX {index.name}" in plan
        assert "TEMP B-TREE" not in plan


def test_the_document_of_the_api_names_every_address_and_needs_no_key() -> None:
    document = json.loads(Client().get("/api/v1/openapi.json").content)
    assert set(document["paths"]) == {f"/api/v1/{name}" for name in (*LISTS, "trials/{trial_id}/trace")}
    for path in document["paths"].values():
        assert "application/problem+json" in path["get"]["responses"]["401"]["content"]


def test_a_patient_who_is_not_there_is_as_one_who_may_not_be_seen(reader: Reader) -> None:
    assert reader.problem("sessions?patient=p-0")["status"] == 404
    assert not Patient.objects.filter(pseudonym="p-0").exists()
    assert Audit.objects.filter(action="API hospital", subject=selection.NOT_THEIRS).count() == 1
