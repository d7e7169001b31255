"""A clinic for tests of access: one person of each role, one patient they were given, one they were not."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from ui.care.models import Audit, Patient, Prescription, Team
from ui.care.people.accounts import add_user
from ui.care.people.roster import assign
from ui.care.prescribing.programme import complete, queue
from ui.care.recording.examples import ExampleStation, new_id
from ui.care.recording.intake import store
from ui.care.rights.roles import PERMISSIONS
from ui.care.trust.enrolment import enrol

PASSWORD = "calm-river-71-stone"
PROGRAMME = b'{"exercises": [{"routine": "supported-standing", "rung": 1}]}'


@dataclass
class Person:
    """A patient with a station, a session and a programme."""

    patient: Patient
    home: ExampleStation
    trial: str
    session: str
    prescription: Prescription


def person(sid: str, name: str) -> Person:
    patient = enrol(sid, name).patient
    assert patient
    home, session, trial = ExampleStation(sid, patient.pseudonym), new_id(), new_id()
    store(
        [
            home.trial(session, trial=trial),
            home.raw(trial),
            home.session(session),
            home.event("pain_stop"),
            home.journal(session),
        ]
    )
    station = patient.stations.get()
    prescription = queue(station, complete(PROGRAMME, station, where="test"), who=None)
    return Person(patient, home, trial, session, prescription)


@dataclass
class Clinic:
    """Everybody and everything."""

    people: dict[str, User]
    own: Person
    other: Person
    team: Team


def clinic() -> Clinic:
    own, other = person("home-1", "Anna Muster"), person("home-2", "Bert Fremd")
    people = {role: add_user(f"{role}-1", role=role, password=PASSWORD) for role in PERMISSIONS}
    for user in people.values():
        assign(user, own.patient)  # an auditor's too: the role alone keeps them out
    return Clinic(people, own, other, Team.objects.create(name="Ward 3"))


def client_of(user: User, *, strict: bool = False) -> Client:
    """Return a browser in which this person has logged in; `strict`: forms need their token."""
    client = Client(enforce_csrf_checks=strict)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def log_in(name: str, password: str, *, client: Client | None = None) -> Any:
    return (client or Client()).post("/login/", {"username": name, "password": password})


def act(client: Client, address: str, **data: Any) -> Any:
    """Send a form with the state its page shows now."""
    return client.post(address, {"state": client.get(address).context["state"], **data})


def actions() -> set[str]:
    """Return what the audit says was done."""
    return set(Audit.objects.values_list("action", flat=True))
