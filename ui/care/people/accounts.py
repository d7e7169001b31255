"""Who may log in, with which role, and what an administrator does for them."""

import secrets
from typing import Final

from axes.models import AccessAttempt
from django.contrib.auth.models import Group, Permission, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext
from django_otp import devices_for_user

from station.errors import ConfigError
from ui.care.models import Account, Team
from ui.care.rights.roles import ADMIN, PERMISSIONS

PRACTICE: Final = "Practice"  # the team whose members see every patient
WORDS: Final = 4
# Said over a telephone and typed by hand once: no letter or digit that is taken for another.
LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


@transaction.atomic
def add_user(name: str, *, role: str, password: str, all_patients: bool = False) -> User:
    """Return the person with this role and password, made when new; with `all_patients` they see everybody.

    Raises ConfigError for a bad name, an unknown role, or a password that is empty or weak.
    """
    _check_role(role)
    user = find_user(name) or User(username=name)
    if user.pk and role != ADMIN:
        _keep_an_admin(user)
    try:
        user.clean_fields(exclude=["password"])
        validate_password(password, user)
    except ValidationError as error:
        raise ConfigError(f"{name}: {' '.join(error.messages)}") from None
    user.set_password(password)
    user.save()
    if all_patients:
        join_practice(user)
    _set_role(user, role)
    return user


def find_user(name: str) -> User | None:
    """Return the account of this name."""
    return User.objects.filter(username=name).first()


def user_named(name: str) -> User:
    """Return the account of this name. Raises ConfigError."""
    user = find_user(name)
    if user is None:
        raise ConfigError(f"there is no account {name!r}; see: balance-care user list")
    return user


def clean_name(name: str) -> str | None:
    """Return a name as an account may have it, None where it cannot be one."""
    try:
        User(username=name).clean_fields(exclude=["password"])
    except ValidationError:
        return None
    return name


def one_time_password() -> str:
    """Return a password to be said once: "k7dm-p2xh-9vqe-tw4c", 79 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(WORDS))


@transaction.atomic
def invite(name: str, role: str, *, all_patients: bool = False) -> tuple[User, str]:
    """Return a new account and the password it must change at the first login. Raises ConfigError."""
    if User.objects.filter(username__iexact=name).exists():
        raise ConfigError(gettext("there is an account %(name)r already") % {"name": name})
    password = one_time_password()
    user = add_user(name, role=role, password=password, all_patients=all_patients)
    _must_change(user, must=True)
    return user, password


@transaction.atomic
def new_password(user: User) -> str:
    """Give an account a password that must be changed at the next login, and end its sessions."""
    password = one_time_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    _must_change(user, must=True)
    return password


@transaction.atomic
def choose_password(user: User, password: str) -> None:
    """Set the password a person chose. Raises ValidationError where it is weak."""
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    _must_change(user, must=False)


def must_change_password(user: User) -> bool:
    """Whether somebody else knows this account's password."""
    return Account.objects.filter(user=user, must_change_password=True).exists()


def _must_change(user: User, *, must: bool) -> None:
    Account.objects.update_or_create(user=user, defaults={"must_change_password": must})


@transaction.atomic
def give_role(user: User, role: str) -> None:
    """Change a role. Raises ConfigError for the last administrator."""
    _check_role(role)
    if role != ADMIN:
        _keep_an_admin(user)
    _set_role(user, role)


@transaction.atomic
def lock(user: User) -> None:
    """Keep an account from logging in, and end its sessions. Raises ConfigError for the last admin."""
    _keep_an_admin(user)
    User.objects.filter(pk=user.pk).update(is_active=False)


def unlock(user: User) -> None:
    """Let an account log in again."""
    User.objects.filter(pk=user.pk).update(is_active=True)


def reset_second_factor(user: User) -> int:
    """Take an account's second factor and backup codes away; return how many there were."""
    devices = list(devices_for_user(user, confirmed=None))
    for device in devices:
        device.delete()
    return len(devices)


def join_practice(user: User) -> None:
    """Let somebody see every patient."""
    team, _ = Team.objects.get_or_create(name=PRACTICE, defaults={"every_patient": True})
    if not team.every_patient:
        raise ConfigError(
            gettext("the team %(name)s holds single patients here; assign them, or rename that team")
            % {"name": PRACTICE}
        )
    team.members.add(user)


def _keep_an_admin(user: User) -> None:
    """Raise ConfigError when nobody else could manage people."""
    admins = User.objects.select_for_update().filter(is_active=True, groups__name=ADMIN)
    if {admin.pk for admin in admins} == {user.pk}:
        raise ConfigError(
            gettext("%(name)s is the only administrator; make another one first") % {"name": user.username}
        )


def _check_role(role: str) -> None:
    if role not in PERMISSIONS:
        raise ConfigError(f"unknown role {role!r}; there are {', '.join(PERMISSIONS)}")


def _set_role(user: User, role: str) -> None:
    user.groups.set([role_group(role)])


def role_group(role: str) -> Group:
    """Return the group of a role, with the rights it has in this version."""
    group, _ = Group.objects.get_or_create(name=role)
    wanted = Permission.objects.filter(content_type__app_label="care", codename__in=PERMISSIONS[role])
    group.permissions.set(wanted)
    return group


def end_lock_out(user: User) -> None:
    """End the wait after too many refused log-ins."""
    AccessAttempt.objects.filter(username=user.get_username()).delete()
