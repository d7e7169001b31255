"""The programme form: what it refuses, what it sends, and how the answer is shown."""

import re
from datetime import date
from typing import Any

import msgspec
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from station.training.prescription import Device, Exercise, Limits
from station.training.prescription import Prescription as Programme
from ui.care.models import Prescription, Station
from ui.care.people.accounts import add_user
from ui.care.people.roster import retire_station
from ui.care.prescribing.changes import changes
from ui.care.recording.examples import ExampleStation
from ui.care.recording.intake import store
from ui.care.trust.enrolment import enrol

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

PASSWORD = "calm-river-71-stone"


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


def form_data(exercise: dict[str, Any] | None = None, **changed: Any) -> dict[str, Any]:
    row = {
        "routine": "supported-standing",
        "side": "",
        "include": "on",
        "rung": 2,
        "attempts": 2,
        "hold_s": "",
        "rest_s": 20,
        **(exercise or {}),
    }
    return {
        "exercise-TOTAL_FORMS": 1,
        "exercise-INITIAL_FORMS": 1,
        **{f"exercise-0-{name}": value for name, value in row.items()},
        "base_version": 0,
        "device": "walker",
        "pain_limit": 5,
        "note": "",
        "step": "send",
        **changed,
    }


def test_a_programme_is_reviewed_then_sent(therapist: Client, home: ExampleStation) -> None:
    url = patient_url(home) + "programme/"
    review = therapist.post(url, form_data(step="review", note="Well done."))
    assert "Supported standing: new, rung 2 (one hand" in review.content.decode()
    assert not Prescription.objects.exists()
    assert therapist.post(url, form_data(note="Well done.")).headers["Location"] == patient_url(home)
    prescription = Prescription.objects.get()
    assert (prescription.version, prescription.state) == (1, "queued")
    assert prescription.document["note"] == "Well done."
    assert prescription.who == User.objects.get(username="therapist")


def test_what_the_form_says_of_surgery_and_limits_is_sent_and_stays(
    therapist: Client, home: ExampleStation
) -> None:
    url = patient_url(home) + "programme/"
    said: dict[str, Any] = {
        "surgery": "fusion",
        "surgery_date": "2026-03-02",
        "weaker_leg": "left",
        "somebody_near": "on",
        "sessions_a_day": 1,
        "rest_days_a_week": 2,
    }
    therapist.post(url, form_data({"alone_up_to": 4, "days_a_week": 5}, **said))
    sent = Prescription.objects.get().document
    assert {name: sent[name] for name in ("surgery", "surgery_date", "weaker_leg", "somebody_near")} == {
        "surgery": "fusion",
        "surgery_date": "2026-03-02",
        "weaker_leg": "left",
        "somebody_near": True,
    }
    assert (sent["sessions_a_day"], sent["rest_days_a_week"], sent["minutes_a_day"]) == (1, 2, 30.0)
    assert (sent["exercises"][0]["alone_up_to"], sent["exercises"][0]["days_a_week"]) == (4, 5)
    page = text(therapist, url)
    assert 'value="2026-03-02"' in page
    review = therapist.post(url, form_data(step="review", base_version=1, **{**said, "surgery": "other"}))
    assert "Surgery: Fusion → Other" in review.content.decode()


def test_a_step_beyond_the_station_s_limit_is_refused_before_sending(
    therapist: Client, home: ExampleStation
) -> None:
    store([home.birth(limits=Limits(hardest_rung={"supported-standing": 2}))])
    response = therapist.post(patient_url(home) + "programme/", form_data({"alone_up_to": 3}))
    assert response.status_code == 422
    row = response.context["draft"].rows[0]
    assert "rung 3 of “Supported standing” is beyond" in row.errors["alone_up_to"][0], "beside its field"


def test_the_next_version_is_above_what_the_station_applied(therapist: Client, home: ExampleStation) -> None:
    store([home.birth(rx_version=41)])
    therapist.post(patient_url(home) + "programme/", form_data())
    assert Prescription.objects.get().version == 42


@pytest.mark.parametrize(
    ("exercise", "reason"),
    [
        ({"rung": 99}, "99 is not one of the available choices"),
        ({"rung": 0}, "0 is not one of the available choices"),
        ({"routine": "moon-walking"}, "There is no such exercise"),
        ({"side": "left"}, "its side do not fit"),
        ({"routine": "single-leg", "rung": 1}, "its side do not fit"),
        ({"attempts": 11}, "less than or equal to 10"),
        ({"hold_s": -3}, "greater than or equal to 1"),
        ({"hold_s": "nan"}, "Enter a number"),
        ({"include": ""}, "Choose at least one exercise"),
    ],
)
def test_the_form_refuses_what_the_ladder_lacks(
    therapist: Client, home: ExampleStation, exercise: dict[str, Any], reason: str
) -> None:
    response = therapist.post(patient_url(home) + "programme/", form_data(exercise))
    assert response.status_code == 422
    assert reason in response.content.decode()
    assert not Prescription.objects.exists()


def test_what_the_station_would_reject_is_said_before_sending(
    therapist: Client, home: ExampleStation
) -> None:
    store([home.birth(limits=Limits(hardest_rung={"supported-standing": 1}))])
    response = therapist.post(patient_url(home) + "programme/", form_data())
    assert response.status_code == 422
    assert "beyond this device&#x27;s limit of 1" in response.content.decode()


def test_the_second_of_two_therapists_is_told(therapist: Client, home: ExampleStation) -> None:
    url = patient_url(home) + "programme/"
    therapist.post(url, form_data())
    response = therapist.post(url, form_data({"rung": 3}))
    assert response.status_code == 422
    assert "changed meanwhile: therapist sent version 1" in response.content.decode()
    assert Prescription.objects.count() == 1


def test_an_assistant_may_look_but_not_prescribe(client: Client, home: ExampleStation) -> None:
    client.force_login(add_user("bert", role="assistant", password=PASSWORD, all_patients=True))
    assert "programme/" not in text(client, patient_url(home))
    assert client.post(patient_url(home) + "programme/", form_data()).status_code == 403
    assert not Prescription.objects.exists()


def test_the_page_shows_how_far_a_prescription_has_come(therapist: Client, home: ExampleStation) -> None:
    therapist.post(patient_url(home) + "programme/", form_data())
    url = reverse("prescription_state", args=[Prescription.objects.get().pk])
    assert "Waiting to be sent" in text(therapist, url)
    assert "data-settled" not in text(therapist, url)
    store([home.reply(1, "received")])
    assert "Received" in text(therapist, url)
    store([home.reply(1, "rejected", "it expired")])
    page = text(therapist, url)
    assert "Rejected by the station" in page
    assert "it expired" in page
    assert "data-settled" in page


def test_a_version_in_force_that_does_not_fit_any_more_is_shown_as_rejected(
    therapist: Client, home: ExampleStation
) -> None:
    therapist.post(patient_url(home) + "programme/", form_data())
    store(
        [
            home.reply(1, "applied"),
            home.reply(1, "rejected", "version 1 is not newer than version 2, in force"),
        ]
    )
    assert Prescription.objects.get().state == "applied", "it was, and another one is now"
    store([home.reply(1, "rejected", "exercise 1: rung 2 is beyond this device's limit of 1")])
    assert Prescription.objects.get().state == "rejected"


def test_exercises_are_done_in_the_order_of_their_places(therapist: Client, home: ExampleStation) -> None:
    second = {"routine": "tandem", "side": "left", "include": "on", "rung": 1, "attempts": 2, "rest_s": 20}
    rows = {f"exercise-1-{name}": value for name, value in second.items()}
    data = form_data({"order": 2}, **rows, **{"exercise-TOTAL_FORMS": 2, "exercise-1-order": 1})
    therapist.post(patient_url(home) + "programme/", data)
    assert [e["routine"] for e in Prescription.objects.get().document["exercises"]] == [
        "tandem",
        "supported-standing",
    ]


def test_the_change_is_told_in_words() -> None:
    old = programme(
        (Exercise(routine="supported-standing", rung=1), Exercise(routine="single-leg", rung=1, side="left"))
    )
    new = programme(
        (
            Exercise(routine="supported-standing", rung=2),
            Exercise(routine="single-leg", rung=1, side="right"),
        ),
        "cane",
    )
    assert [(change.words, change.direction) for change in changes(old, new)] == [
        ("Supported standing: rung 1 (two hands · 20 s) → 2 (one hand · 20 s)", "harder"),
        (
            "Standing on one leg, right leg: new, rung 1 (two hands · eyes open · firm), 2 × 5 s, 20 s rest",
            "harder",
        ),
        ("Standing on one leg, left leg: no longer done", "easier"),
        ("Walking aid: Walker → Cane", ""),
    ]
    assert changes(new, new) == []


def programme(exercises: tuple[Exercise, ...], device: Device = "walker") -> Programme:
    return Programme(
        version=1,
        station="home-1",
        subj="p-1",
        issued="2026-05-04T09:00:00Z",
        expires="2026-07-27T09:00:00Z",
        exercises=exercises,
        device=device,
    )


def test_a_day_of_surgery_is_told_as_every_other_day() -> None:
    old = programme((Exercise(routine="supported-standing", rung=1),))
    days = [msgspec.structs.replace(old, surgery_date=day) for day in (date(2026, 5, 4), date(2026, 5, 6))]
    (change,) = changes(*days)
    assert change.words == "Date of surgery: 4 May 2026 → 6 May 2026"
    assert changes(old, days[0])[0].words == "Date of surgery: not said → 4 May 2026"


def test_a_version_that_another_has_followed_is_no_longer_in_force(
    therapist: Client, home: ExampleStation
) -> None:
    for version in (1, 2):
        data = form_data({"rung": version}, base_version=version - 1)
        therapist.post(patient_url(home) + "programme/", data)
        store([home.reply(version, "applied")])
    page = text(therapist, patient_url(home) + "programme/versions/")
    assert (page.count("In force"), page.count("Was in force")) == (1, 1)


def test_a_retired_station_is_not_offered_for_a_programme(therapist: Client, home: ExampleStation) -> None:
    for sid in ("shared-1", "shared-2"):
        Station.objects.create(sid=sid)
    assert "?station=shared-2" in text(therapist, patient_url(home) + "programme/")
    retire_station(Station.objects.get(sid="shared-2"))
    page = text(therapist, patient_url(home) + "programme/")
    assert "?station=shared-1" in page
    assert "shared-2" not in page
