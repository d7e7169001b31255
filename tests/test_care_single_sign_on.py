"""Log-in through a clinic's identity provider: roles from a claim, nobody without one, off by default."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from station.errors import ConfigError
from tests.clinic import PASSWORD
from ui.care.people import single_sign_on
from ui.care.people.accounts import add_user
from ui.care.rights.access import role_of

ISSUER = "https://id.example.org/realms/clinic"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BALANCE_CARE_OIDC", ISSUER)
    monkeypatch.setenv("BALANCE_CARE_OIDC_CLIENT", "balance-care")
    monkeypatch.setenv("BALANCE_CARE_OIDC_SECRET", "s3cret")


def test_it_is_off_unless_a_provider_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BALANCE_CARE_OIDC", raising=False)
    assert not single_sign_on.is_on()


def test_the_addresses_are_keycloaks_unless_they_are_named(
    provider: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BALANCE_CARE_OIDC_TOKEN", "https://login.example.org/token")
    settings = single_sign_on.settings()
    assert settings["OIDC_OP_AUTHORIZATION_ENDPOINT"] == f"{ISSUER}/protocol/openid-connect/auth"
    assert settings["OIDC_OP_TOKEN_ENDPOINT"] == "https://login.example.org/token"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BALANCE_CARE_OIDC", "http://id.example.org"),
        ("BALANCE_CARE_OIDC_JWKS", "certs"),
        ("BALANCE_CARE_OIDC_SECRET", ""),
    ],
)
def test_half_a_provider_is_refused_by_the_name_of_the_variable(
    provider: None, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=name):
        single_sign_on.settings()


@pytest.fixture
def backend(provider: None, settings: Any) -> Any:
    for name, value in single_sign_on.settings().items():
        setattr(settings, name, value)
    from ui.care.people.single_sign_on_backend import ClinicBackend  # noqa: PLC0415 it reads its settings then

    return ClinicBackend()


@pytest.mark.django_db
def test_a_person_comes_with_the_role_of_the_claim_and_it_follows_the_claim(backend: Any) -> None:
    claims = {"preferred_username": "nora", "roles": ["therapist", "mail-user"]}
    assert backend.verify_claims(claims)
    assert not backend.filter_users_by_claims(claims)
    nora = backend.create_user(claims)
    assert (role_of(nora), nora.has_usable_password()) == ("therapist", False)
    backend.update_user(nora, {**claims, "roles": "auditor"})
    assert role_of(User.objects.get(username="nora")) == "auditor"


@pytest.mark.django_db
def test_the_last_administrator_keeps_the_role_whatever_a_claim_says(backend: Any) -> None:
    boss = add_user("boss", role="admin", password=PASSWORD)
    assert backend.update_user(boss, {"preferred_username": "boss", "roles": ["assistant"]}) is None
    assert role_of(boss) == "admin"


@pytest.mark.parametrize(
    "claims",
    [{}, {"preferred_username": "nora"}, {"preferred_username": "nora", "roles": ["king"]},
     {"preferred_username": "nora", "roles": ["therapist", "admin"]},
     {"preferred_username": "n ora", "roles": "admin"},
     {"preferred_username": 7, "roles": "admin"}, {"preferred_username": "nora", "roles": {"admin": True}}],
)  # fmt: skip
def test_nobody_gets_in_without_a_name_and_exactly_one_role(backend: Any, claims: dict[str, Any]) -> None:
    assert not backend.verify_claims(claims)


def test_a_claim_may_stand_within_another(backend: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BALANCE_CARE_OIDC_ROLES", "realm_access.roles")
    assert backend.verify_claims({"preferred_username": "nora", "realm_access": {"roles": ["assistant"]}})
