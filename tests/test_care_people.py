"""People, records and the own account: what their forms do, and what they refuse."""

import io
import json
import re
import sys
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.clinic import PASSWORD, Clinic, act, actions, client_of, clinic, log_in
from ui.care.__main__ import main
from ui.care.models import Audit, Patient, Station, Team
from ui.care.people.accounts import must_change_password
from ui.care.people.stale import CHANGED
from ui.care.rights.access import patients_of, role_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

CHANGED_WORDS = str(CHANGED)
ONCE = re.compile(r"<code>((?:[a-z2-9]{4}-){3}[a-z2-9]{4})</code>")


@pytest.fixture
def place() -> Clinic:
    return clinic()


@pytest.fixture
def admin(place: Clinic) -> Client:
    return client_of(place.people["admin"])


# -- people --------------------------------------------------------------------------------------------------


def test_a_new_person_is_told_a_password_once_and_must_change_it(admin: Client) -> None:
    page = admin.post("/people/new/", {"name": "nora", "role": "therapist"}).content.decode()
    found = ONCE.search(page)
    assert found
    assert found[1] not in admin.get("/people/").content.decode()
    nora = Client()
    assert log_in("nora", found[1], client=nora).headers["Location"] == "/"
    assert nora.get("/").headers["Location"].startswith("/account/password/")
    same = {"old_password": found[1], "new_password1": found[1], "new_password2": found[1]}
    assert nora.post("/account/password/", same).status_code == 422
    new = {"old_password": found[1], "new_password1": PASSWORD, "new_password2": PASSWORD}
    assert nora.post("/account/password/", new).status_code == 302
    assert nora.get("/").status_code == 200
    assert log_in("nora", PASSWORD).status_code == 302


@pytest.mark.parametrize(
    "data",
    [{"name": "a b", "role": "therapist"}, {"name": "Therapist-1", "role": "therapist"},
     {"name": "x", "role": "king"}, {"name": "", "role": "admin"}, {"name": "n\0ra", "role": "admin"}],
)  # fmt: skip
def test_a_person_who_cannot_be_is_refused_in_a_sentence(admin: Client, data: dict[str, str]) -> None:
    before = User.objects.count()
    response = admin.post("/people/new/", data)
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert User.objects.count() == before


def test_who_is_locked_is_out_at_once_and_may_come_back(admin: Client, place: Clinic) -> None:
    therapist = place.people["therapist"]
    theirs, address = client_of(therapist), reverse("person", args=[therapist.pk])
    act(admin, address, act="lock")
    assert theirs.get("/").headers["Location"].startswith("/login/")
    assert b"do not fit" in log_in("therapist-1", PASSWORD).content
    act(admin, address, act="unlock")
    assert log_in("therapist-1", PASSWORD).status_code == 302
    assert {"locked", "unlocked", "log-in refused"} <= actions()


def test_another_role_counts_at_the_next_click(admin: Client, place: Clinic) -> None:
    assistant = place.people["assistant"]
    act(admin, reverse("person", args=[assistant.pk]), act="role", role="auditor")
    assert role_of(assistant) == "auditor"
    assert client_of(assistant).get("/").headers["Location"] == "/audit/"


def test_a_new_password_ends_every_session_of_that_account(admin: Client, place: Clinic) -> None:
    therapist = place.people["therapist"]
    theirs = client_of(therapist)
    page = act(admin, reverse("person", args=[therapist.pk]), act="password").content.decode()
    assert ONCE.search(page)
    assert theirs.get("/").headers["Location"].startswith("/login/")
    assert must_change_password(therapist)


def test_an_administrator_changes_neither_the_own_account_nor_the_last_one(
    admin: Client, place: Clinic
) -> None:
    own = place.people["admin"]
    for change in ({"act": "lock"}, {"act": "role", "role": "auditor"}, {"act": "nonsense"}):
        assert act(admin, reverse("person", args=[own.pk]), **change).status_code == 302
    assert role_of(User.objects.get(pk=own.pk)) == "admin"
    assert main(["user", "lock", "admin-1"]) == 1
    assert main(["user", "role", "admin-1", "assistant"]) == 1
    assert User.objects.get(pk=own.pk).is_active


# -- two at once ---------------------------------------------------------------------------------------------


def test_the_second_of_two_people_is_told_and_nothing_is_overwritten(admin: Client, place: Clinic) -> None:
    person = reverse("person", args=[place.people["assistant"].pk])
    team = reverse("team", args=[place.team.pk])
    record = reverse("record", args=[place.own.patient.pseudonym])
    forms: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
        (person, person, {"act": "role", "role": "therapist"}, {"act": "lock"}),
        (team, team, {"name": "Ward 4"}, {"name": "Ward 5"}),
        (record, record, {"name": "Anna Neu"}, {"name": "Anna Alt"}),
        (record, f"{record}act/", {"act": "end"}, {"act": "free", "sid": "home-1"}),
        (reverse("station", args=["home-2"]),) * 2 + ({"act": "retire"}, {"act": "retire"}),
    ]
    for shown, sent, first, second in forms:
        seen = admin.get(shown).context
        state = seen["state"] if "state" in seen else seen["form"].initial["state"]
        assert admin.post(sent, {**first, "state": state}).status_code == 302, shown
        late = admin.post(sent, {**second, "state": state})
        assert late.status_code == 409, shown
        assert CHANGED_WORDS in late.content.decode()
    assert (Team.objects.get().name, Patient.objects.get(pk=place.own.patient.pk).name) == (
        "Ward 4",
        "Anna Neu",
    )
    assert User.objects.get(username="assistant-1").is_active
    assert place.own.patient.stations.exists()


def test_what_was_refused_as_late_may_be_sent_again_once_it_was_seen(admin: Client, place: Clinic) -> None:
    team = reverse("team", args=[place.team.pk])
    late = admin.post(team, {"name": "Ward 5", "state": "old"})
    again = re.search(r'name="state" value="(\w+)"', late.content.decode())
    assert again
    assert admin.post(team, {"name": "Ward 5", "state": again[1]}).status_code == 302


# -- records -------------------------------------------------------------------------------------------------


def test_a_therapist_enrols_a_patient_and_shares_them_with_a_colleague(place: Clinic) -> None:
    therapist, assistant = place.people["therapist"], place.people["assistant"]
    client = client_of(therapist)
    assert therapist.pk in client.get("/roster/new/").context["form"].initial["users"]
    response = client.post("/roster/new/", {"name": "  Carla   Neu ", "users": [therapist.pk, assistant.pk]})
    patient = Patient.objects.get(name="Carla Neu")
    assert response.headers["Location"] == f"/roster/{patient.pseudonym}/"
    assert patient in patients_of(assistant)
    lines = Audit.objects.filter(about=patient.pseudonym)
    assert lines.exists()
    assert "Carla" not in " ".join(f"{line.action} {line.subject}" for line in lines)


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "a\0b"])
def test_a_name_that_is_none_is_refused(place: Clinic, name: str) -> None:
    response = client_of(place.people["therapist"]).post("/roster/new/", {"name": name})
    assert response.status_code == 422
    assert Patient.objects.count() == 2


def test_a_station_goes_from_one_patient_to_the_next_with_the_wipe_shown_between(
    admin: Client, place: Clinic
) -> None:
    own, other = (reverse("record", args=[p.patient.pseudonym]) for p in (place.own, place.other))
    state = admin.get(own).context["state"]
    freed = admin.post(f"{own}act/", {"act": "free", "sid": "home-1", "state": state}, follow=True)
    assert "balance-care revoke home-1" in freed.content.decode()
    for sid, said in (("home-9", 302), ("home/9", 422), ("recorder-1", 422)):
        state = admin.get(other).context["state"]
        act_free = {"act": "free", "sid": place.other.patient.stations.get().sid, "state": state}
        if place.other.patient.stations.exists():
            admin.post(f"{other}act/", act_free)
        state = admin.get(other).context["state"]
        assert admin.post(f"{other}act/", {"act": "give", "sid": sid, "state": state}).status_code == said
        if said == 422:
            give_back = {"act": "give", "sid": "home-2", "state": admin.get(other).context["state"]}
            assert admin.post(f"{other}act/", give_back).status_code == 302
    assert "freed a station" in actions()


def test_a_retired_station_is_given_to_nobody(admin: Client, place: Clinic) -> None:
    act(admin, "/roster/stations/home-1/", act="retire")
    assert main(["enrol", "home-1", "--patient", place.own.patient.pseudonym]) == 1
    act(admin, "/roster/stations/home-1/", act="reuse")
    assert main(["enrol", "home-1", "--patient", place.own.patient.pseudonym]) == 0
    assert Station.objects.get(sid="home-1").patient == place.own.patient


def test_an_ended_training_is_out_of_the_list_and_its_results_stay(admin: Client, place: Clinic) -> None:
    record = reverse("record", args=[place.own.patient.pseudonym])
    state = admin.get(record).context["state"]
    admin.post(f"{record}act/", {"act": "end", "state": state})
    therapist = client_of(place.people["therapist"])
    assert [line.patient for line in therapist.get("/").context["lines"]] == []
    assert therapist.get(f"/patients/{place.own.patient.pseudonym}/").status_code == 200


# -- the verbs -----------------------------------------------------------------------------------------------


def test_every_act_on_people_has_its_verb(
    place: Clinic, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pseudonym = place.other.patient.pseudonym
    assert main(["user", "add", "nora", "--role", "assistant", "--sees", pseudonym]) == 0
    said = capsys.readouterr().out
    nora = User.objects.get(username="nora")
    assert nora.check_password(said.split()[-1])
    assert list(patients_of(nora)) == [place.other.patient]
    assert main(["user", "unassign", "nora", pseudonym]) == 0
    assert main(["user", "unassign", "nora", pseudonym]) == 1
    assert main(["user", "assign", "nora", pseudonym]) == 0
    assert main(["user", "role", "nora", "therapist"]) == 0
    assert main(["user", "lock", "nora"]) == 0
    assert main(["user", "password", "nora"]) == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    assert main(["user", "password", "nora", "--password-stdin"]) == 1
    assert main(["user", "reset-factor", "nora"]) == 1
    assert main(["user", "assign", "nobody", pseudonym]) == 1
    assert main(["user", "assign", "nora", "p-nobody"]) == 1
    assert main(["user", "team", "Night", "--add", "nora"]) == 0
    assert main(["user", "assign", "Night", place.own.patient.pseudonym, "--team"]) == 0
    assert patients_of(nora).count() == 2
    assert main(["user", "team", "Night", "--remove", "nora", "--every-patient"]) == 0
    assert main(["user", "assign", "Day", pseudonym, "--team"]) == 1
    capsys.readouterr()
    assert main(["user", "list", "--json"]) == 0
    people = {each["name"]: each for each in json.loads(capsys.readouterr().out)["people"]}
    assert (people["nora"]["role"], people["nora"]["locked"]) == ("therapist", True)
    assert Audit.objects.filter(by__startswith="operator", action="locked", subject="nora").exists()
