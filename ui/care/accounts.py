"""Who may log in, and what each role may do."""

from django.contrib.auth.models import Group, Permission, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from station.errors import ConfigError
from ui.care.roles import PERMISSIONS


@transaction.atomic
def add_user(name: str, *, role: str, password: str) -> User:
    """Return the person with this role and password, made when new.

    Raises ConfigError for a bad name, an unknown role, or a password that is empty or weak.
    """
    if role not in PERMISSIONS:
        raise ConfigError(f"unknown role {role!r}; there are {', '.join(PERMISSIONS)}")
    user = User.objects.filter(username=name).first() or User(username=name)
    try:
        user.clean_fields(exclude=["password"])
        validate_password(password, user)
    except ValidationError as error:
        raise ConfigError(f"{name}: {' '.join(error.messages)}") from None
    user.set_password(password)
    user.save()
    user.groups.set([_group(role)])
    return user


def _group(role: str) -> Group:
    group, _ = Group.objects.get_or_create(name=role)
    wanted = Permission.objects.filter(content_type__app_label="care", codename__in=PERMISSIONS[role])
    group.permissions.set(wanted)
    return group


def refresh_roles() -> None:
    """Give the roles that are in use what they may do by this version."""
    for name in Group.objects.filter(name__in=PERMISSIONS).values_list("name", flat=True):
        _group(name)
