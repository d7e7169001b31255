"""`balance-care user …`: people who may log in, as the site's page of people does it."""

import argparse
import json
import sys
from collections.abc import Callable
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction

from station.errors import ConfigError
from ui.care.installation.ready import require_database
from ui.care.models import Team
from ui.care.people import accounts
from ui.care.people.roster import assign, patient_named, unassign
from ui.care.people.second_factor import users_with_one
from ui.care.rights.access import role_of
from ui.care.rights.audit import write
from ui.care.rights.operator import operator


def run(arguments: argparse.Namespace) -> int:
    """Do it. Returns 0. Raises ConfigError for an unknown name, role or patient, or a weak password."""
    require_database()
    # Read before the transaction, which keeps others from writing.
    password = sys.stdin.readline().rstrip("\r\n") if getattr(arguments, "password_stdin", False) else None
    with transaction.atomic():
        said = ACTIONS[arguments.action](arguments, password)
    sys.stdout.write(said)
    return 0


def _add(arguments: argparse.Namespace, password: str | None) -> str:
    name, role, every = arguments.name, arguments.role, arguments.all_patients
    if password is None:
        user, once = accounts.invite(name, role, all_patients=every)
    else:
        user, once = accounts.add_user(name, role=role, password=password, all_patients=every), None
    _note(f"added as {role}", name)
    for pseudonym in arguments.sees:
        _give(user, pseudonym)
    return f"{name} may log in as {role}\n" + (_once(once) if once else "")


def _list(arguments: argparse.Namespace, _password: str | None) -> str:
    _note("looked at the people", "")
    with_factor = users_with_one()
    people = [
        {
            "name": user.get_username(),
            "role": role_of(user),
            "locked": not user.is_active,
            "second_factor": user.pk in with_factor,
            "teams": [team.name for team in user.teams.all()],
            "last_login": user.last_login.isoformat(timespec="seconds") if user.last_login else None,
        }
        for user in User.objects.order_by("username")
    ]
    if arguments.json:
        return json.dumps({"people": people}, ensure_ascii=False) + "\n"
    return "".join(
        f"{each['name']}\t{each['role'] or 'no role'}\t{'locked' if each['locked'] else 'open'}\t"
        f"{'second factor' if each['second_factor'] else 'password only'}\t{each['last_login'] or 'never'}\n"
        for each in people
    )


def _role(arguments: argparse.Namespace, _password: str | None) -> str:
    accounts.give_role(accounts.user_named(arguments.name), arguments.role)
    _note(f"role is now {arguments.role}", arguments.name)
    return f"{arguments.name} is {arguments.role} now\n"


def _lock(arguments: argparse.Namespace, _password: str | None) -> str:
    accounts.lock(accounts.user_named(arguments.name))
    _note("locked", arguments.name)
    return f"{arguments.name} is locked; every session has ended\n"


def _unlock(arguments: argparse.Namespace, _password: str | None) -> str:
    user = accounts.user_named(arguments.name)
    accounts.unlock(user)
    accounts.end_lock_out(user)
    _note("unlocked", arguments.name)
    return f"{arguments.name} may log in again\n"


def _new_password(arguments: argparse.Namespace, password: str | None) -> str:
    user = accounts.user_named(arguments.name)
    if password is not None:
        accounts.add_user(arguments.name, role=role_of(user), password=password)
        _note("gave a new password", arguments.name)
        return f"{arguments.name} has a new password; every session has ended\n"
    once = accounts.new_password(user)
    _note("gave a new password", arguments.name)
    return _once(once)


def _reset_factor(arguments: argparse.Namespace, _password: str | None) -> str:
    count = accounts.reset_second_factor(accounts.user_named(arguments.name))
    if not count:
        raise ConfigError(f"{arguments.name} has no second factor")
    _note("second factor taken away", arguments.name)
    return f"{arguments.name} has no second factor any more\n"


def _assign(arguments: argparse.Namespace, _password: str | None) -> str:
    _give(_holder(arguments), arguments.pseudonym)
    return f"{arguments.name} sees {arguments.pseudonym}\n"


def _unassign(arguments: argparse.Namespace, _password: str | None) -> str:
    patient = patient_named(arguments.pseudonym)
    if not unassign(_holder(arguments), patient):
        raise ConfigError(f"{arguments.pseudonym} was not given to {arguments.name} alone; see their teams")
    _note(f"took from {arguments.name}", patient.pseudonym)
    return f"{arguments.name} was given {arguments.pseudonym} no longer\n"


def _team(arguments: argparse.Namespace, _password: str | None) -> str:
    team, _ = Team.objects.get_or_create(name=arguments.name)
    if arguments.every_patient or arguments.single_patients:
        team.every_patient = arguments.every_patient
        team.save()
    team.members.add(*(accounts.user_named(name) for name in arguments.add))
    team.members.remove(*(accounts.user_named(name) for name in arguments.remove))
    people = ", ".join(user.get_username() for user in team.members.order_by("username")) or "nobody"
    which = "every patient" if team.every_patient else f"patients: {team.assignments.count()}"
    _note("changed a team", f"{team.name}: {people}; {which}")
    return f"{team.name}: {people}; {which}\n"


def _holder(arguments: argparse.Namespace) -> User | Team:
    if not arguments.team:
        return accounts.user_named(arguments.name)
    team = Team.objects.filter(name=arguments.name).first()
    if team is None:
        raise ConfigError(f"there is no team {arguments.name!r}; make it: balance-care user team NAME")
    return team


def _give(holder: User | Team, pseudonym: str) -> None:
    patient = patient_named(pseudonym)
    assign(holder, patient)
    _note(f"gave to {holder}", patient.pseudonym)


def _note(action: str, subject: str) -> None:
    write(None, action, subject, by=operator())


def _once(password: str) -> str:
    return f"password, to be changed at the first log-in: {password}\n"


ACTIONS: Final[dict[str, Callable[[argparse.Namespace, str | None], str]]] = {
    "add": _add,
    "list": _list,
    "role": _role,
    "lock": _lock,
    "unlock": _unlock,
    "password": _new_password,
    "reset-factor": _reset_factor,
    "assign": _assign,
    "unassign": _unassign,
    "team": _team,
}
