"""Patients' records: made, given to people, given a station, ended. No results stand here."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from station.errors import ConfigError
from ui.care.models import Assignment, Patient, Station, Team
from ui.care.people.stale import state_of
from ui.care.trust.enrolment import enrol

NAME_CHARACTERS: Final = 120


@dataclass(frozen=True, slots=True)
class Holders:
    """Who was given a patient."""

    users: frozenset[int]
    teams: frozenset[int]


def tidy(name: str) -> str:
    """Return a name with single spaces. Raises ConfigError for none, or one that is too long."""
    tidied = " ".join(name.split())
    if not tidied or len(tidied) > NAME_CHARACTERS:
        raise ConfigError(gettext("a name has 1 to %(most)d characters") % {"most": NAME_CHARACTERS})
    return tidied


@transaction.atomic
def add_patient(name: str, *, users: Iterable[User] = (), teams: Iterable[Team] = ()) -> Patient:
    """Return a new patient, with a new pseudonym, given to these. Raises ConfigError for a bad name."""
    patient = Patient.objects.create(name=tidy(name))
    set_holders(patient, users=users, teams=teams)
    return patient


def teams_of_everybody() -> list[str]:
    """Return the names of the teams that hold every patient, later ones too."""
    return list(Team.objects.filter(every_patient=True).values_list("name", flat=True))


def holders_of(patient: Patient) -> Holders:
    """Return who was given this patient."""
    rows = list(patient.assignments.values_list("user_id", "team_id"))
    return Holders(
        frozenset(user for user, _ in rows if user is not None),
        frozenset(team for _, team in rows if team is not None),
    )


def record_state(patient: Patient) -> str:
    """Return what stands for a patient's record as it is now (`ui.care.people.stale`)."""
    holders = holders_of(patient)
    stations = sorted(patient.stations.values_list("sid", flat=True))
    return state_of(patient.name, patient.ended, sorted(holders.users), sorted(holders.teams), stations)


@transaction.atomic
def set_holders(patient: Patient, *, users: Iterable[User], teams: Iterable[Team]) -> list[str]:
    """Give a patient to exactly these; return each change in words, without the patient."""
    wanted_users, wanted_teams = {user.pk: user for user in users}, {team.pk: team for team in teams}
    said = []
    for row in patient.assignments.select_related("user", "team"):
        if (row.user and row.user.pk not in wanted_users) or (row.team and row.team.pk not in wanted_teams):
            said.append(f"took from {row.user or row.team}")
            row.delete()
    there = holders_of(patient)
    for user in (user for key, user in wanted_users.items() if key not in there.users):
        Assignment.objects.create(patient=patient, user=user)
        said.append(f"gave to {user}")
    for team in (team for key, team in wanted_teams.items() if key not in there.teams):
        Assignment.objects.create(patient=patient, team=team)
        said.append(f"gave to {team}")
    return said


def assign(holder: User | Team, patient: Patient) -> bool:
    """Give one patient to one person or team; return whether that is new."""
    return Assignment.objects.get_or_create(patient=patient, **_as_holder(holder))[1]


def unassign(holder: User | Team, patient: Patient) -> bool:
    """Take one patient from one person or team; return whether they had it."""
    return bool(Assignment.objects.filter(patient=patient, **_as_holder(holder)).delete()[0])


def _as_holder(holder: User | Team) -> dict[str, Any]:
    return {"team" if isinstance(holder, Team) else "user": holder}


def patient_named(pseudonym: str) -> Patient:
    """Return the patient of this pseudonym. Raises ConfigError."""
    patient = Patient.objects.filter(pseudonym=pseudonym).first()
    if patient is None:
        raise ConfigError(f"no patient has the pseudonym {pseudonym[:64]!r} here")
    return patient


def give_station(patient: Patient, sid: str) -> Station:
    """Give a station to a patient. Raises ConfigError: no usable id, retired, another patient's."""
    return enrol(sid, patient.pseudonym)


@transaction.atomic
def free_station(station: Station) -> None:
    """Take a station from its patient; what was recorded on it stays the patient's."""
    Station.objects.filter(pk=station.pk).update(patient=None)


@transaction.atomic
def retire_station(station: Station) -> None:
    """Take a station out of use."""
    Station.objects.filter(pk=station.pk).update(patient=None, retired=timezone.now())


def reuse_station(station: Station) -> None:
    """Take a station that was retired back into use."""
    Station.objects.filter(pk=station.pk).update(retired=None)


def end_training(patient: Patient) -> None:
    """Note that a patient's training is over: out of the list of patients, results and people stay."""
    Patient.objects.filter(pk=patient.pk, ended=None).update(ended=timezone.now())


def resume_training(patient: Patient) -> None:
    """Note that a patient trains again."""
    Patient.objects.filter(pk=patient.pk).update(ended=None)
