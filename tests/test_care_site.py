"""The site: who may see what, what the pages say, and what the programme form refuses."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from station.training.health import BoardHealth
from ui.care.models import Audit, Patient, Prescription
from ui.care.people.accounts import add_user, invite
from ui.care.recording.examples import ExampleStation, new_id
from ui.care.recording.intake import store
from ui.care.trust.enrolment import enrol

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

PASSWORD = "calm-river-71-stone"
SESSION = new_id()


@pytest.fixture
def home() -> ExampleStation:
    patient = enrol("home-1", "Anna Muster").patient
    assert patient
    return ExampleStation("home-1", patient.pseudonym)


@pytest.fixture
def therapist(client: Client) -> Client:
    client.force_login(add_user("therapist", role="therapist", password=PASSWORD, all_patients=True))
    return client


def patient_url(home: ExampleStation) -> str:
    return reverse("patient", args=[home.subj])


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_patients_page_says_how_the_station_reads_its_board(
    therapist: Client, home: ExampleStation
) -> None:
    assert "conversions a second" not in text(therapist, patient_url(home))
    store([home.birth(board=BoardHealth(sps=(86.0, 87.0, 88.0, 89.0), priority=40, core=3, cal="cal-1"))])
    page = text(therapist, patient_url(home))
    assert "Plate cal-1 · 86 to 89 conversions a second · priority 40 on core 3" in page


def test_a_login_brings_one_to_the_patients(client: Client) -> None:
    add_user("therapist", role="therapist", password=PASSWORD, all_patients=True)
    response = client.post("/login/", {"username": "therapist", "password": PASSWORD})
    assert response.headers["Location"] == "/"


def test_forms_without_their_token_are_refused(home: ExampleStation) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(add_user("therapist", role="therapist", password=PASSWORD, all_patients=True))
    assert strict.post(patient_url(home) + "programme/", {"step": "send"}).status_code == 403
    assert not Prescription.objects.exists()


def test_an_address_that_is_only_sent_to_is_a_page_with_a_sentence(therapist: Client) -> None:
    response = therapist.get("/theme/")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert b"Nothing was changed" in response.content


def test_nothing_inline_and_nothing_from_elsewhere_may_run(therapist: Client, home: ExampleStation) -> None:
    trial = new_id()
    store([home.trial(SESSION, trial=trial), home.raw(trial), home.session(SESSION)])
    for url in ("/", patient_url(home), patient_url(home) + "programme/", f"/trials/{trial}/"):
        response = therapist.get(url)
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        html = response.content.decode()
        # Data of a chart is no script: nothing of this type is ever run.
        assert not re.search(
            r'<script(?![^>]* (?:src=|type="application/json"))|<style|\sstyle=|\son\w+=|https?://(?!www\.w3)',
            html,
        )


def test_the_style_sheet_is_served(client: Client) -> None:
    response = client.get("/static/care/care.css")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/css")


def test_simulated_numbers_are_labelled_wherever_they_stand(therapist: Client, home: ExampleStation) -> None:
    trial = new_id()
    store(
        [home.trial(SESSION, trial=trial), home.trial(SESSION, 2), home.raw(trial), home.session(SESSION, 2)]
    )
    for url in ("/", patient_url(home), reverse("trial", args=[trial])):
        assert "Simulated data" in text(therapist, url)


def test_measured_numbers_carry_no_such_label(therapist: Client, home: ExampleStation) -> None:
    real = ExampleStation("home-1", home.subj, sim=False)
    trial = new_id()
    store([real.trial(SESSION, trial=trial), real.raw(trial), real.session(SESSION)])
    for url in ("/", patient_url(home), reverse("trial", args=[trial])):
        assert "Simulated" not in text(therapist, url)


def test_the_list_shows_the_last_session_and_the_station(therapist: Client, home: ExampleStation) -> None:
    store(
        [
            home.state(online=True),
            home.trial(SESSION),
            home.trial(SESSION, 2, outcome="lost"),
            home.session(SESSION, 2),
        ]
    )
    page = text(therapist, "/")
    assert "Supported standing, rung 1: 1 of 2 holds reached" in page
    assert "4 May 2026" in page
    assert "Online" in page
    store([home.state(online=False)])
    assert "Silent" in text(therapist, "/")


def test_an_alarm_comes_first_in_the_list(therapist: Client, home: ExampleStation) -> None:
    patient = enrol("home-2", "Zoe Last").patient
    assert patient
    store([ExampleStation("home-2", patient.pseudonym, start=timezone.now()).event("possible_fall")])
    page = text(therapist, "/")
    assert page.index("Zoe Last") < page.index("Anna Muster")
    assert "Possible fall" in page


def test_the_patient_page_shows_a_trial_with_its_quality_and_its_origin(
    therapist: Client, home: ExampleStation
) -> None:
    trial = new_id()
    store(
        [home.trial(SESSION, trial=trial, quality={"flagged": True}), home.raw(trial), home.session(SESSION)]
    )
    page = text(therapist, patient_url(home))
    for words in (
        "20 s",
        "limit 40 %",
        "12.3",
        "346",
        "Check",
        "Calibration nominal · method cop-1",
        "<ellipse",
    ):
        assert words in page
    assert "pain 2 → 3" in page


def test_the_patient_page_shows_what_was_written_down(therapist: Client, home: ExampleStation) -> None:
    store([home.journal(SESSION)])
    page = text(therapist, patient_url(home))
    for words in ("Walked 20 min, up to 500 metres", "felt: well", "12"):
        assert words in page


def test_marks_of_whoever_looked_on_stand_with_the_trial_and_the_session(
    therapist: Client, home: ExampleStation
) -> None:
    trial = new_id()
    store(
        [
            home.trial(SESSION, trial=trial, marks_s=(3.2, 10.0)),
            home.session(SESSION, supervised=True, ended_by="stopped"),
        ]
    )
    shown = text(therapist, patient_url(home))
    assert "Stopped · supervised" in shown
    assert "Stopped by the patient" not in shown  # it may have been whoever looked on
    page = text(therapist, f"/trials/{trial}/")
    assert "Marked" in page
    assert "3.2 s" in page


def test_a_trial_without_its_raw_trace_says_so(therapist: Client, home: ExampleStation) -> None:
    store([home.trial(SESSION)])
    assert "raw trace of this trial has not arrived" in text(therapist, patient_url(home))


def test_no_address_holds_a_name(therapist: Client, home: ExampleStation) -> None:
    store([home.trial(SESSION), home.session(SESSION)])
    for url in ("/", patient_url(home)):
        addresses = re.findall(r'(?:href|action|src|data-poll)="([^"]*)"', text(therapist, url))
        assert addresses
        assert not [
            address for address in addresses if "anna" in address.lower() or "muster" in address.lower()
        ]


def test_markup_in_a_name_or_a_reason_is_only_text(therapist: Client) -> None:
    station = enrol("home-3", "<script>alert(1)</script>")
    assert station.patient
    assert "<script>alert" not in text(therapist, f"/patients/{station.patient.pseudonym}/")


def test_looks_and_changes_are_in_the_audit_without_names(therapist: Client, home: ExampleStation) -> None:
    therapist.get(patient_url(home))
    therapist.get(patient_url(home) + "programme/")
    lines = [(line.who and line.who.username, line.action, line.subject) for line in Audit.objects.all()]
    assert ("therapist", "looked at a patient", home.subj) in lines
    assert ("therapist", "opened the programme", home.subj) in lines
    assert "Anna" not in str(lines)


def test_an_audit_line_is_never_changed_or_removed(therapist: Client) -> None:
    therapist.get("/")
    line = Audit.objects.get(action="looked at the list")
    with pytest.raises(TypeError):
        line.save()
    with pytest.raises(TypeError):
        line.delete()


def test_the_list_needs_few_queries_however_many_patients(
    therapist: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        patient = enrol(f"home-{number}", f"Person {number}").patient
        assert patient
        home, session = ExampleStation(f"home-{number}", patient.pseudonym), new_id()
        store([home.trial(session), home.session(session)])
    assert Patient.objects.count() == 12
    with django_assert_max_num_queries(26):
        therapist.get("/")


def test_too_large_a_form_is_called_too_large(therapist: Client, home: ExampleStation) -> None:
    response = therapist.post(reverse("add_note", args=[home.subj]), {"text": "x" * 4_000_000})
    assert response.status_code == 413
    assert "too much to send at once" in response.content.decode()


def test_a_refused_span_of_days_stands_in_its_form_to_be_mended(therapist: Client) -> None:
    response = therapist.get("/monitoring/?from=2026-05-01&to=2020-01-01")
    page = response.content.decode()
    assert response.status_code == 422
    assert "The period begins on 2026-05-01" in page
    assert 'value="2026-05-01"' in page
    assert 'value="2020-01-01"' in page


def test_no_way_into_the_site_is_shown_to_whoever_must_change_the_password(client: Client) -> None:
    user, password = invite("newcomer", "therapist")
    client.post("/login/", {"username": user.get_username(), "password": password})
    page = client.get("/account/password/").content.decode()
    assert "The password you have now" in page
    assert "/roster/" not in page


def test_the_roster_says_which_team_every_patient_is_given_to(
    therapist: Client, home: ExampleStation
) -> None:
    page = text(therapist, "/roster/")
    assert "every patient is given to: Practice" in page
    assert "nobody" not in page
