"""What comes onto the worklist while its page is open: shown once, to whom it concerns, and nothing else."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from station.link.messages import StationEvent
from tests.clinic import Clinic, Person, client_of, clinic
from ui.care.models import Prescription, SeenTo
from ui.care.recording.examples import ExampleStation
from ui.care.recording.intake import store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]


@pytest.fixture
def place() -> Clinic:
    return clinic()


def happens(person: Person, kind: str, **detail: Any) -> None:
    """Let an event come as a station sends it now."""
    home = ExampleStation(person.home.sid, person.patient.pseudonym, start=timezone.now())
    store([home.message(StationEvent(kind=kind, session=None, detail=detail), "event")])


class Page:
    """A worklist that somebody has opened."""

    def __init__(self, user: Any) -> None:
        self._client: Client = client_of(user)
        self._asks = self._client.get("/").context["since"].query

    def new(self) -> str:
        answer = self._client.get(f"/worklist/new/?{self._asks}", headers={"X-Requested-With": "fetch"})
        assert answer.status_code == 200
        return answer.content.decode().strip()


def test_what_a_page_shows_already_is_not_new_however_lately_it_came(place: Clinic) -> None:
    happens(place.own, "red_flag", question="numbness", answer=True)
    assert Page(place.people["therapist"]).new() == ""


def test_an_alert_is_shown_to_who_sees_the_patient_until_somebody_has_seen_to_it(place: Clinic) -> None:
    page, assistant = Page(place.people["therapist"]), Page(place.people["assistant"])
    happens(place.own, "red_flag", question="numbness", answer=True)
    happens(place.other, "possible_fall")
    shown = page.new()
    assert "1 new line<" in shown
    assert "Red flag" in shown
    assert "Anna Muster" in shown
    assert "Simulated" in shown
    assert "Bert Fremd" not in shown
    row = client_of(place.people["assistant"]).get("/").context["groups"][0][2][0]
    SeenTo.objects.create(
        who=place.people["assistant"], kind=row["kind"], cause=row["cause"], patient=place.own.patient
    )
    assert page.new() == assistant.new() == ""


def test_a_rejected_programme_is_new_and_what_asks_for_nobody_is_not(place: Clinic) -> None:
    page = Page(place.people["therapist"])
    happens(place.own, "step_off")
    assert page.new() == ""
    home = ExampleStation(place.own.home.sid, place.own.patient.pseudonym, start=timezone.now())
    store([home.reply(place.own.prescription.version, "rejected", "rung 2 is beyond this device")])
    assert Prescription.objects.get(pk=place.own.prescription.pk).state == "rejected"
    assert "Programme rejected" in page.new()


def test_a_page_with_nothing_new_costs_few_queries_and_no_line_in_the_audit(
    place: Clinic, django_assert_max_num_queries: Any
) -> None:
    page = Page(place.people["therapist"])
    with django_assert_max_num_queries(10):
        assert page.new() == ""


@pytest.mark.parametrize(
    "asked", ["", "since=", "since=yesterday", "since=2026-13-45T00:00:00Z", "known=,,x"]
)
def test_an_address_that_says_nothing_right_asks_for_what_comes_from_now_on(
    place: Clinic, asked: str
) -> None:
    happens(place.own, "red_flag", question="numbness", answer=True)
    answer = client_of(place.people["therapist"]).get(f"/worklist/new/?{asked}")
    assert (answer.status_code, answer.content.decode().strip()) == (200, "")
