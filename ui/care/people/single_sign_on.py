"""Log-in through a clinic's own identity provider (OpenID Connect), where BALANCE_CARE_OIDC names one.

| variable | meaning |
|---|---|
| BALANCE_CARE_OIDC | the provider's issuer, https://… |
| BALANCE_CARE_OIDC_CLIENT, _SECRET | this site's id and secret there |
| BALANCE_CARE_OIDC_AUTHORIZE, _TOKEN, _USERINFO, _JWKS | its addresses, where not as Keycloak's |
| BALANCE_CARE_OIDC_NAME | the claim that holds the account's name (default preferred_username) |
| BALANCE_CARE_OIDC_ROLES | the claim that lists the roles (default roles) |
"""

import os
from typing import Any, Final
from urllib.parse import urlsplit

from station.errors import ConfigError
from ui.care.installation.choices import needed

APP: Final = "mozilla_django_oidc"
BACKEND: Final = "ui.care.people.single_sign_on_backend.ClinicBackend"
_PATHS: Final = {"AUTHORIZE": "auth", "TOKEN": "token", "USERINFO": "userinfo", "JWKS": "certs"}


def is_on() -> bool:
    """Whether an identity provider is named."""
    return bool(os.environ.get("BALANCE_CARE_OIDC"))


def settings() -> dict[str, Any]:
    """Return what mozilla-django-oidc is to know. Raises ConfigError for what is missing or not https."""
    issuer = _https("BALANCE_CARE_OIDC", os.environ["BALANCE_CARE_OIDC"]).rstrip("/")
    why = "it belongs to BALANCE_CARE_OIDC"
    addresses = {
        name: _https(
            f"BALANCE_CARE_OIDC_{name}",
            os.environ.get(f"BALANCE_CARE_OIDC_{name}") or f"{issuer}/protocol/openid-connect/{path}",
        )
        for name, path in _PATHS.items()
    }
    return {
        "OIDC_OP_ISSUER": issuer,
        "OIDC_OP_AUTHORIZATION_ENDPOINT": addresses["AUTHORIZE"],
        "OIDC_OP_TOKEN_ENDPOINT": addresses["TOKEN"],
        "OIDC_OP_USER_ENDPOINT": addresses["USERINFO"],
        "OIDC_OP_JWKS_ENDPOINT": addresses["JWKS"],
        "OIDC_RP_CLIENT_ID": needed("BALANCE_CARE_OIDC_CLIENT", why),
        "OIDC_RP_CLIENT_SECRET": needed("BALANCE_CARE_OIDC_SECRET", why),
        "OIDC_RP_SIGN_ALGO": "RS256",
        "OIDC_RP_SCOPES": "openid profile",
        "OIDC_USE_PKCE": True,
        "OIDC_TIMEOUT": 10,
        "OIDC_CREATE_USER": True,
        "OIDC_STORE_ACCESS_TOKEN": False,
        "OIDC_STORE_ID_TOKEN": False,
        "LOGIN_REDIRECT_URL_FAILURE": "/login/",
    }


def _https(name: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ConfigError(f"{name} is {url[:200]!r}; it must be an https address")
    return url
