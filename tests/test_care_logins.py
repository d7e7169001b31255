"""Logging in: the second factor, sessions that end, and the lock-out."""

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import make_password
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.clinic import PASSWORD, Clinic, act, actions, client_of, clinic, log_in
from ui.care import settings as shipped
from ui.care.__main__ import main
from ui.care.models import Audit
from ui.care.people.accounts import add_user
from ui.care.people.gate import BEGAN, SEEN

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]


@pytest.fixture
def place() -> Clinic:
    return clinic()


@pytest.fixture
def admin(place: Clinic) -> Client:
    return client_of(place.people["admin"])


def code_of(device: TOTPDevice) -> str:
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = timezone.now().timestamp()
    return f"{totp.token():06d}"


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
    assert "my-secret-pw" not in str([*Audit.objects.values(), *AccessAttempt.objects.values()])


def test_a_proxys_word_on_the_caller_is_not_taken_from_the_request_itself() -> None:
    add_user("anna", role="therapist", password=PASSWORD)
    for number in range(9):
        data = {"username": "anna", "password": "wrong"}
        last = Client().post("/login/", data, headers={"X-Forwarded-For": f"203.0.113.{number}"})
    assert last.status_code == 429, "another address in a header is no other caller"


def test_a_password_is_kept_as_argon2() -> None:
    with override_settings(PASSWORD_HASHERS=shipped.PASSWORD_HASHERS):
        assert make_password(PASSWORD).startswith("argon2$argon2id$")
