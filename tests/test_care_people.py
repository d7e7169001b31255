"""People, records and the own account: what their forms do, and what they refuse."""

import io
import json
import re
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.clinic import PASSWORD, Clinic, clinic
from ui.care.__main__ import main
from ui.care.access import patients_of, role_of
from ui.care.accounts import add_user, must_change_password
from ui.care.gate import BEGAN, SEEN
from ui.care.models import Audit, Patient, Station, Team
from ui.care.stale import CHANGED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
CHANGED_WORDS = str(CHANGED)
ONCE = re.compile(r"<code>((?:[a-z2-9]{4}-){3}[a-z2-9]{4})</code>")


@pytest.fixture
def place() -> Clinic:
    return clinic()


@pytest.fixture
def admin(place: Clinic) -> Client:
    return client_of(place.people["admin"])


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=MODEL_BACKEND)
    return client


def log_in(name: str, password: str, *, client: Client | None = None) -> Any:
    return (client or Client()).post("/login/", {"username": name, "password": password})


def act(client: Client, address: str, **data: Any) -> Any:
    """Send a form with the state its page shows now."""
    return client.post(address, {"state": client.get(address).context["state"], **data})


def code_of(device: TOTPDevice) -> str:
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = timezone.now().timestamp()
    return f"{totp.token():06d}"


def actions() -> set[str]:
    return set(Audit.objects.values_list("action", flat=True))


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


# -- the second factor ---------------------------------------------------------------------------------------


@override_settings(SECOND_FACTOR_REQUIRED=True)
def test_everybody_sets_up_a_second_factor_and_gives_it_at_each_log_in(place: Clinic) -> None:
    client, user = Client(), place.people["therapist"]
    log_in("therapist-1", PASSWORD, client=client)
    assert client.get("/").headers["Location"].startswith("/account/second-factor/?next=")
    page = client.get("/account/second-factor/").content.decode()
    assert "style=" not in page
    picture = client.get("/account/second-factor/code.svg")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert b"<svg" in picture.content
    device = TOTPDevice.objects.get(user=user)
    assert client.post("/account/second-factor/", {"code": "000000"}).status_code == 422
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    page = client.post("/account/second-factor/", {"code": code_of(device)}).content.decode()
    codes = re.findall(r"<li><code>(\w+)</code>", page)
    assert len(codes) == 10
    assert client.get("/").status_code == 200

    again = Client()
    log_in("therapist-1", PASSWORD, client=again)
    assert again.get("/").headers["Location"].startswith("/login/code/")
    assert again.get("/account/second-factor/").status_code == 404, "no other telephone in its place"
    assert again.post("/account/second-factor/off/", {"password": PASSWORD}).status_code == 302
    assert TOTPDevice.objects.filter(user=user).exists()
    assert again.post("/login/code/?next=//evil.example", {"code": "nonsense"}).status_code == 422
    from django_otp.plugins.otp_static.models import StaticDevice  # noqa: PLC0415

    StaticDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert (
        again.post("/login/code/?next=//evil.example", {"code": codes[0].upper()}).headers["Location"] == "/"
    )
    assert again.get("/").status_code == 200
    third = Client()
    log_in("therapist-1", PASSWORD, client=third)
    assert third.post("/login/code/", {"code": codes[0]}).status_code == 422, "a code works once"
    assert {"set up a second factor", "second factor given", "second factor refused"} <= actions()


def test_who_lost_the_telephone_gets_the_second_factor_taken_away(admin: Client, place: Clinic) -> None:
    user = place.people["therapist"]
    TOTPDevice.objects.create(user=user, confirmed=True)
    client = client_of(user)
    assert client.get("/").headers["Location"].startswith("/login/code/"), "who has one is asked for it"
    act(admin, reverse("person", args=[user.pk]), act="factor")
    assert client.get("/").status_code == 200


def test_the_own_second_factor_goes_only_with_the_own_password(place: Clinic) -> None:
    client = client_of(place.people["therapist"])
    client.get("/account/second-factor/")
    client.post("/account/second-factor/", {"code": code_of(TOTPDevice.objects.get())})
    client.post("/account/second-factor/off/", {"password": "wrong"})
    assert TOTPDevice.objects.filter(confirmed=True).exists()
    assert client.post("/account/second-factor/codes/", {"password": "wrong"}).status_code == 302
    client.post("/account/second-factor/off/", {"password": PASSWORD})
    assert not TOTPDevice.objects.exists()


# -- sessions and lock-out -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "hours"), [(SEEN, 1), (BEGAN, 9)])
def test_a_session_ends_idle_and_at_the_end_of_the_day(place: Clinic, key: str, hours: int) -> None:
    client = client_of(place.people["therapist"])
    client.get("/")
    session = client.session
    session[key] = (timezone.now() - timedelta(hours=hours)).isoformat()
    session.save()
    response = client.get("/", follow=True)
    assert response.redirect_chain[0][0].startswith("/login/")
    assert "logged out" in response.content.decode()
    assert "session ended by its age" in actions()


def test_a_page_that_asks_by_itself_keeps_no_session_alive(place: Clinic) -> None:
    client = client_of(place.people["therapist"])
    client.get("/")
    session = client.session
    earlier = (timezone.now() - timedelta(minutes=20)).isoformat()
    session[SEEN] = earlier
    session.save()
    client.get(
        reverse("prescription_state", args=[place.own.prescription.pk]), headers={"X-Requested-With": "fetch"}
    )
    assert client.session[SEEN] == earlier
    client.get("/")
    assert client.session[SEEN] > earlier


def test_many_wrong_passwords_lock_for_a_while_and_an_operator_ends_it() -> None:
    add_user("anna", role="therapist", password=PASSWORD)
    answers = [log_in("anna", f"wrong-{n}") for n in range(9)]
    assert answers[0].status_code == 200
    assert "do not fit" in answers[0].content.decode()
    assert answers[-1].status_code == 429
    assert "Wait 15 minutes" in answers[-1].content.decode()
    assert log_in("anna", PASSWORD).status_code == 429
    assert {"log-in refused", "locked out for a while"} <= actions()
    assert "wrong-1" not in str(list(Audit.objects.values()))
    assert main(["user", "unlock", "anna"]) == 0
    assert log_in("anna", PASSWORD).status_code == 302


def test_an_unknown_name_is_not_written_down_and_answered_like_a_known_one() -> None:
    add_user("anna", role="therapist", password=PASSWORD)
    pages = [
        re.sub(r'value="[^"]*"', "", log_in(name, "x").content.decode()) for name in ("anna", "my-secret-pw")
    ]
    assert pages[0] == pages[1]
    assert "my-secret-pw" not in str(list(Audit.objects.values()))


def test_a_proxys_word_on_the_caller_is_not_taken_from_the_request_itself() -> None:
    add_user("anna", role="therapist", password=PASSWORD)
    for number in range(9):
        data = {"username": "anna", "password": "wrong"}
        last = Client().post("/login/", data, headers={"X-Forwarded-For": f"203.0.113.{number}"})
    assert last.status_code == 429, "another address in a header is no other caller"


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
    capsys.readouterr()
    assert main(["user", "list", "--json"]) == 0
    people = {each["name"]: each for each in json.loads(capsys.readouterr().out)["people"]}
    assert (people["nora"]["role"], people["nora"]["locked"]) == ("therapist", True)
    assert Audit.objects.filter(by__startswith="operator", action="locked", subject="nora").exists()
