"""Who comes from the clinic's identity provider: an account of that name, with the role its claim says."""

import logging
import os
from typing import Any, Final

from django.contrib.auth.models import User
from django.db.models import QuerySet
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from station.errors import ConfigError
from ui.care.people.accounts import clean_name, give_role
from ui.care.rights.access import role_of as current_role
from ui.care.rights.audit import write
from ui.care.rights.roles import PERMISSIONS

NAME_CHARACTERS: Final = 150

logger = logging.getLogger(__name__)


class ClinicBackend(OIDCAuthenticationBackend):  # type: ignore[misc]
    """Makes and updates accounts by the provider's claims. Nobody without a role of the site gets in."""

    def verify_claims(self, claims: dict[str, Any]) -> bool:
        """Whether these claims say a usable name and one role."""
        return name_of(claims) is not None and role_of(claims) is not None

    def filter_users_by_claims(self, claims: dict[str, Any]) -> QuerySet[User]:
        """Return the account of this name."""
        return User.objects.filter(username=name_of(claims))

    def create_user(self, claims: dict[str, Any]) -> User | None:
        """Return a new account, with no password of its own."""
        user = User(username=name_of(claims) or "")
        user.set_unusable_password()
        user.save()
        return self.update_user(user, claims)

    def update_user(self, user: User, claims: dict[str, Any]) -> User | None:
        """Give the account the role that its claim says now. None, so no log-in, where that cannot be."""
        role = role_of(claims)
        if role is None or not user.is_active:
            return None
        if role != current_role(user):
            try:
                give_role(user, role)
            except ConfigError as error:
                logger.warning("single sign-on of %s: %s", user.get_username(), error)
                return None
            write(user, f"role is now {role}", user.get_username(), by="identity provider")
        return user


def name_of(claims: dict[str, Any]) -> str | None:
    """Return the account's name, None where the claim holds none that could be one."""
    name = claims.get(os.environ.get("BALANCE_CARE_OIDC_NAME") or "preferred_username")
    return clean_name(name) if isinstance(name, str) and len(name) <= NAME_CHARACTERS else None


def role_of(claims: dict[str, Any]) -> str | None:
    """Return the role that the claim says; None for none of ours, and for more than one."""
    said: Any = claims
    for part in (os.environ.get("BALANCE_CARE_OIDC_ROLES") or "roles").split("."):
        said = said.get(part) if isinstance(said, dict) else None
    listed = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    roles = {role for role in listed if isinstance(role, str) and role in PERMISSIONS}
    return roles.pop() if len(roles) == 1 else None
