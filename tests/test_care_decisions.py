"""Proposals, easings, holds, messages, versions and templates: what is answered, and what leaves the site."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from station.link.messages import StationEvent
from station.training.prescription import Exercise, Limits
from tests.test_care_difficulty import ONE_LEG, STANDING, move
from ui.care.models import Audit, DecisionAnswer, Patient, Prescription, ProgrammeTemplate, Station
from ui.care.people.accounts import add_user
from ui.care.prescribing.place import Place, fall_waiting
from ui.care.prescribing.programme import compose, queue
from ui.care.prescribing.proposals import open_proposals
from ui.care.prescribing.sending import ChangedError, send
from ui.care.recording.examples import ExampleStation
from ui.care.recording.heard import Arrival
from ui.care.recording.intake import store
from ui.care.trust.enrolment import enrol

PASSWORD = "calm-river-71-stone"
database = pytest.mark.usefixtures("db", "care_folder")


def unset(value: object) -> bool:
    return value is None or value is False


class Home:
    """A therapist, a patient at home with a programme in force, and what the station says."""

    def __init__(self, client: Client) -> None:
        self.client = client
        client.force_login(add_user("therapist", role="therapist", password=PASSWORD, all_patients=True))
        self.station = enrol("home-1", "Anna Muster")
        assert self.station.patient
        self.patient: Patient = self.station.patient
        self.says = ExampleStation("home-1", self.patient.pseudonym, start=timezone.now())
        store([self.says.birth(limits=Limits())])
        self.station.refresh_from_db()
        self.prescribe()
        store([self.says.reply(1, "applied")])

    @property
    def place(self) -> Place:
        return Place(self.patient, self.station)

    def prescribe(self, *exercises: Exercise) -> None:
        rx = compose(
            self.station,
            self.patient.pseudonym,
            exercises or (STANDING, ONE_LEG),
            current=None,
            whole={"note": "Slowly."},
        )
        queue(self.station, rx, who=None)

    def url(self, name: str, *more: Any) -> str:
        return reverse(name, args=[self.patient.pseudonym, *more])

    def decided(self, kind: str, **detail: Any) -> Arrival:
        arrival = self.says.message(StationEvent(kind=kind, session=None, detail=detail), "event")
        store([arrival])
        return arrival

    def newest(self) -> dict[str, Any]:
        newest = self.place.newest
        assert newest
        document: dict[str, Any] = newest.document
        return document

    def answer(self, answer: str, **more: str) -> None:
        (proposal, *_) = open_proposals([self.station])
        self.client.post(self.url("programme_answer", proposal.event.pk), {"answer": answer, **more})

    def page(self) -> str:
        return self.client.get(self.url("patient")).content.decode()


@pytest.fixture
def home(client: Client, db: None, care_folder: Any) -> Home:
    return Home(client)


def test_a_proposal_is_accepted_in_one_click_as_a_new_version(home: Home) -> None:
    home.decided("eased", **move(2, "single-leg", 2, 1, version=1))
    home.decided("proposal", **move(1, "supported-standing", 2, 3, version=1))
    page = home.page()
    assert "ready for rung 3" in page
    assert "67 %" in page, "the share held"
    assert [one.eased for one in open_proposals([home.station])] == [True, False]
    (_, proposal) = open_proposals([home.station])
    url = home.url("programme_answer", proposal.event.pk)
    for _ in range(2):  # a second click, or a colleague's
        home.client.post(url, {"answer": "accepted"})
    assert [e["rung"] for e in home.newest()["exercises"]] == [3, 1], "the easing stays"
    assert home.newest()["version"] == 2
    assert DecisionAnswer.objects.get().prescription == home.place.newest
    assert open_proposals([home.station]) == [], "a newer version takes back what was decided before"


def test_who_may_not_prescribe_sees_what_waits_and_answers_nothing(home: Home) -> None:
    home.decided("proposal", **move(1, "supported-standing", 2, 3, version=1))
    home.client.force_login(add_user("bert", role="assistant", password=PASSWORD, all_patients=True))
    assert "ready for rung 3" in home.page()
    assert "Accept and send" not in home.page()
    (proposal,) = open_proposals([home.station])
    url = home.url("programme_answer", proposal.event.pk)
    assert home.client.post(url, {"answer": "accepted"}).status_code == 403
    assert home.client.post(home.url("programme_send", "hold"), {"base_version": 1}).status_code == 403
    assert home.client.get(home.url("programme_versions")).status_code == 200
    assert home.newest()["version"] == 1


def test_not_yet_is_remembered_with_its_word_and_sends_nothing(home: Home) -> None:
    home.decided("proposal", **move(1, "supported-standing", 2, 3, version=1))
    home.answer("not_yet", word="After the visit on Monday.")
    answer = DecisionAnswer.objects.get()
    assert (answer.kind, answer.word, answer.prescription) == ("not_yet", "After the visit on Monday.", None)
    assert open_proposals([home.station]) == []
    assert home.newest()["version"] == 1


def test_what_was_eased_is_put_back_or_kept(home: Home) -> None:
    home.decided("eased", **move(2, "single-leg", 2, 1, version=1))
    home.answer("accepted")
    assert not DecisionAnswer.objects.exists(), "an easing is kept or put back"
    home.answer("put_back")
    assert home.newest()["exercises"][1]["rung"] == 2
    assert home.newest()["version"] == 2


def test_a_proposal_beyond_the_station_s_limit_sends_nothing_and_stays(home: Home) -> None:
    home.decided("proposal", **move(1, "supported-standing", 2, 3, version=1))
    store([home.says.birth(limits=Limits(hardest_rung={"supported-standing": 2}))])
    home.station.refresh_from_db()
    home.answer("accepted")
    assert home.newest()["version"] == 1
    assert len(open_proposals([home.station])) == 1


def test_all_training_is_held_and_lifted_with_the_rungs_trained_now(home: Home) -> None:
    home.decided("eased", **move(2, "single-leg", 2, 1, version=1))
    url = home.url("programme_send", "hold")
    assert "No training for now." in home.client.get(url).content.decode()
    home.client.post(url, {"base_version": 1, "note": "I will call.", "why": "Wound"})
    held = home.newest()
    assert (held["on_hold"], held["note"], held["exercises"][1]["rung"]) == (True, "I will call.", 1)
    assert "A hold on all training is on its way." in home.page()
    store([home.says.reply(2, "applied")])
    assert "All training is on hold." in home.page()
    home.client.post(home.url("programme_send", "lift"), {"base_version": 2, "note": ""})
    assert "on_hold" not in home.newest()
    assert home.newest()["exercises"] == held["exercises"]


def test_lifting_a_hold_undoes_no_easing_that_was_on_its_way(home: Home) -> None:
    home.client.post(home.url("programme_send", "hold"), {"base_version": 1, "note": ""})
    Prescription.objects.filter(version=2).update(created=timezone.now() - timedelta(minutes=5))
    home.decided("eased", **{**move(2, "single-leg", 2, 1, version=1), "side": "left"})
    home.client.post(home.url("programme_send", "lift"), {"base_version": 2, "note": ""})
    assert [e["rung"] for e in home.newest()["exercises"]] == [2, 1]


def test_a_hold_is_sent_although_the_programme_has_expired(home: Home) -> None:
    Prescription.objects.update(document={**home.newest(), "expires": "2026-01-01T00:00:00Z"})
    home.client.post(home.url("programme_send", "hold"), {"base_version": 1, "note": ""})
    assert home.newest()["on_hold"] is True


def test_a_message_changes_nothing_else_and_has_a_length(home: Home) -> None:
    before = home.newest()
    url = home.url("programme_send", "message")
    assert home.client.post(url, {"base_version": 1, "note": ""}).status_code == 422
    assert home.client.post(url, {"base_version": 1, "note": "x" * 301}).status_code == 422
    home.client.post(url, {"base_version": 1, "note": "Well done."})
    after = home.newest()
    same = set(before) - {"version", "issued", "note"}
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert (after["note"], after["version"]) == ("Well done.", 2)


def test_after_a_possible_fall_the_page_offers_the_answer(home: Home) -> None:
    later = ExampleStation("home-1", home.patient.pseudonym, start=timezone.now() + timedelta(seconds=2))
    store([later.event("possible_fall")])
    assert home.url("programme_send", "fall") in home.page()
    home.decided("proposal", **move(1, "supported-standing", 2, 3, version=1))
    home.answer("accepted")
    assert home.newest()["version"] == 1, "nothing else answers a fall by the way"
    assert home.client.post(home.url("programme_send", "fall"), {"base_version": 1, "note": ""}).headers[
        "Location"
    ] == home.url("patient")
    assert home.newest()["version"] == 2
    assert fall_waiting(home.place, home.place.standing) is None, "dated after it, though its clock is ahead"


def test_two_at_once_send_one_version_and_the_second_is_told_by_whom(home: Home) -> None:
    url = home.url("programme_send", "message")
    home.client.post(url, {"base_version": 1, "note": "First."})
    response = home.client.post(url, {"base_version": 1, "note": "Second."})
    assert response.status_code == 422
    assert "therapist sent version 2. Nothing of yours was sent" in response.content.decode()
    assert home.newest()["note"] == "First."


def test_a_version_made_between_look_and_word_is_not_overwritten(home: Home, rf: Any) -> None:
    request = rf.post("/")
    request.user = add_user("second", role="therapist", password=PASSWORD, all_patients=True)
    rx = compose(home.station, home.patient.pseudonym, (STANDING,), current=None, whole={})
    home.prescribe(ONE_LEG)
    with pytest.raises(ChangedError):
        send(request, home.place, rx, base_version=1)
    assert Audit.objects.filter(action__startswith="sent").count() == 0


def test_a_template_holds_nothing_of_a_person_and_is_checked_before_it_is_sent(home: Home) -> None:
    home.client.post(home.url("programme_templates"), {"name": "Weeks 1 to 3"})
    template = ProgrammeTemplate.objects.get()
    assert set(template.programme) & {"subj", "station", "note", "surgery", "number", "device"} == set()
    assert home.client.post(home.url("programme_templates"), {"name": "Weeks 1 to 3"}).status_code == 422
    store([home.says.birth(limits=Limits(hardest_rung={"supported-standing": 1}))])
    page = home.client.get(home.url("programme") + f"?template={template.pk}").content.decode()
    assert "would not take all of it" in page
    assert "Supported standing: rung: rung 2" in page
    assert Prescription.objects.count() == 1


def test_versions_are_compared_and_an_old_one_is_the_start_of_a_new_one(home: Home) -> None:
    home.prescribe(msgspec.structs.replace(STANDING, rung=4))
    page = home.client.get(home.url("programme_versions") + "?old=1&new=2").content.decode()
    assert "From version 1 to version 2" in page
    assert "Standing on one leg, left leg: no longer done" in page
    form = home.client.get(home.url("programme") + "?version=1")
    assert form.context["start"].programme.exercises[0].rung == 2
    assert home.client.get(home.url("programme") + "?version=9").status_code == 404


def test_what_the_station_eased_while_the_form_was_open_is_not_undone_unseen(home: Home) -> None:
    form = home.client.get(home.url("programme")).context["draft"]
    sent = {field.html_name: field.value() for field in form.form if not unset(field.value())}
    for row in form.rows:
        sent |= {field.html_name: field.value() for field in row if not unset(field.value())}
    sent |= {"exercise-TOTAL_FORMS": len(form.rows.forms), "exercise-INITIAL_FORMS": len(form.rows.forms)}
    home.decided("eased", **move(2, "single-leg", 2, 1, version=1))
    response = home.client.post(home.url("programme"), {**sent, "step": "send"})
    assert response.status_code == 422
    assert "The station has changed an exercise since: It is said why." in response.content.decode()
    response = home.client.post(home.url("programme"), {**sent, "base_moves": 1, "step": "send"})
    assert response.status_code == 302
    assert home.newest()["version"] == 2


@database
def test_at_a_shared_station_a_person_needs_a_number_of_their_own(client: Client) -> None:
    client.force_login(add_user("therapist", role="therapist", password=PASSWORD, all_patients=True))
    shared = Station.objects.create(sid="clinic-1")
    one, other = Patient.objects.create(name="One"), Patient.objects.create(name="Other")
    rx = compose(shared, other.pseudonym, (STANDING,), current=None, whole={"number": "4711"})
    queue(shared, rx, who=None)
    url = reverse("programme", args=[one.pseudonym])
    assert client.get(url).context["draft"].form["number"].value() != "4711"
    data = {
        "exercise-TOTAL_FORMS": 1, "exercise-INITIAL_FORMS": 1, "exercise-0-routine": "supported-standing",
        "exercise-0-side": "", "exercise-0-include": "on", "exercise-0-rung": 1, "exercise-0-attempts": 2,
        "exercise-0-rest_s": 20, "base_version": 0, "device": "walker", "pain_limit": 5, "step": "send",
    }  # fmt: skip
    assert client.post(url, {**data, "number": "4711"}).status_code == 422
    assert client.post(url, {**data, "number": "12"}).status_code == 422
    client.post(url, {**data, "number": "0042"})
    sent = Place(one, shared).newest
    assert sent
    assert (sent.document["number"], sent.document["subj"], sent.version) == ("0042", one.pseudonym, 2)


def test_what_waits_on_many_stations_takes_as_few_queries_as_on_one(
    home: Home, django_assert_num_queries: Any
) -> None:
    for number in range(2, 5):
        station = enrol(f"home-{number}", f"Patient {number}")
        assert station.patient
        says = ExampleStation(station.sid, station.patient.pseudonym, start=timezone.now())
        rx = compose(station, station.patient.pseudonym, (STANDING,), current=None, whole={})
        queue(station, rx, who=None)
        detail = move(1, "supported-standing", 2, 3, version=1)
        store([says.message(StationEvent(kind="proposal", session=None, detail=detail), "event")])
    stations = list(Station.objects.all())
    with django_assert_num_queries(3):
        assert len(open_proposals(stations)) == 3
