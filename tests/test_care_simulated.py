"""The simulated clinic: all of it is labelled, one seed is one clinic, and its pages need few queries."""

import itertools
import re
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ui.care.__main__ import main
from ui.care.models import Event, Journal, Message, Patient, RawTrace, Session, Station, Trial
from ui.care.people.accounts import add_user
from ui.care.recording.bulk import store_many
from ui.care.recording.examples import ExampleStation, new_id
from ui.care.recording.intake import store
from ui.care.simulated.clinic import Size, make_clinic
from ui.care.simulated.person import Person
from ui.care.simulated.programmes import Course, blocks
from ui.care.simulated.stories import STEADY
from ui.care.trust.enrolment import enrol

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

PASSWORD = "calm-river-71-stone"
MOST_QUERIES = 26
MOST_BYTES = 300_000  # of a page with all it loads


def clinic() -> None:
    size = Size(patients=40, days=14, traces=0, keep_messages=False)
    make_clinic(size, now=datetime.now(UTC), log=lambda _line: None)


def test_many_at_once_are_filed_as_one_by_one(django_assert_max_num_queries: Any) -> None:
    patient = enrol("home-1", "Anna").patient
    assert patient
    home, session, trial = ExampleStation("home-1", patient.pseudonym), new_id(), new_id()
    arrivals = [
        home.trial(session, trial=trial), home.session(session), home.journal(session), home.event("pain_up"),
        home.raw(trial),
    ]  # fmt: skip
    kinds: tuple[Any, ...] = (Session, Trial, Journal, Event, RawTrace, Message)

    def rows() -> list[list[dict[str, Any]]]:
        found = [list(kind.objects.order_by("pk").values()) for kind in kinds]
        for row in (row for of_kind in found for row in of_kind):
            row.pop("received", None)
            row.pop("changed", None)
        return found

    store(arrivals)
    one_by_one = rows()
    for kind in (RawTrace, Event, Journal, Trial, Session, Message):
        kind.objects.all().delete()
    with django_assert_max_num_queries(12):
        store_many(arrivals)
    assert rows() == one_by_one


def test_one_seed_is_one_person() -> None:
    now = datetime(2026, 5, 4, 12, tzinfo=UTC)

    def said(seed: int) -> list[bytes]:
        rng, start = Random(seed), now - timedelta(days=20)
        course = Course(start, now, "sim-001", "p-1", None)
        made = blocks(STEADY, rng, course)
        person = Person("p-1", "sim-001", STEADY, made, start, now, rng, itertools.count(1), traced=0)
        return [arrival.payload for arrival in person.says()]

    assert said(1) == said(1)
    assert said(1) != said(2)


def test_simulated_people_are_never_put_among_others(capsys: pytest.CaptureFixture[str]) -> None:
    enrol("home-1", "Anna Muster")
    assert main(["demo-data", "--patients", "2"]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "set BALANCE_CARE_DATA to a new folder" in error
    assert Patient.objects.count() == 1


@pytest.mark.parametrize("wrong", [("--patients", "0"), ("--days", "3"), ("--days", "99999")])
def test_a_size_out_of_range_is_refused_with_the_range(
    capsys: pytest.CaptureFixture[str], wrong: tuple[str, str]
) -> None:
    assert main(["demo-data", *wrong]) == 1
    assert f"{wrong[0]} is {wrong[1]}; it must be" in capsys.readouterr().err


def test_forty_simulated_patients_say_so_everywhere_and_need_few_queries(client: Client) -> None:
    clinic()
    for kind in (Session, Trial, Event, Journal):
        assert kind.objects.exists()
        assert not kind.objects.filter(sim=False).exists()
    assert not Station.objects.exclude(sid__startswith="sim-").exists()
    client.force_login(add_user("therapist", role="therapist", password=PASSWORD, all_patients=True))
    patient = Patient.objects.order_by("pk")[3]
    trial = Trial.objects.filter(session__patient=patient).latest("started")
    home = f"/patients/{patient.pseudonym}/"
    for url in ("/", "/?why=now", home, f"{home}?sessions=more", f"/trials/{trial.pk}/"):
        with CaptureQueriesContext(connection) as asked:
            page = client.get(url).content
        # A test's own transaction makes savepoints of what are transactions otherwise.
        counted = [q for q in asked.captured_queries if "SAVEPOINT" not in q["sql"]]
        assert len(counted) <= MOST_QUERIES, url
        assert b"Simulated data" in page
        files = re.findall(rb'(?:src|href)="(/static/[^"]+)"', page)
        assert len(page) + sum(len(client.get(file.decode()).content) for file in files) < MOST_BYTES, url
    kinds = set(re.findall(r'name="kind" value="(\w+)"', client.get("/").content.decode()))
    assert {
        "possible_fall", "red_flag", "pain_up", "overdone", "sensor_fault", "rejected", "away", "proposal",
        "unanswered", "silent", "recalibrate", "nominal", "eased",
    } <= kinds  # fmt: skip
