"""A clinic for tests of access: one person of each role, one patient they were given, one they were not."""

from dataclasses import dataclass

from django.contrib.auth.models import User

from ui.care.accounts import add_user
from ui.care.enrolment import enrol
from ui.care.examples import ExampleStation, new_id
from ui.care.intake import store
from ui.care.models import Patient, Prescription, Team
from ui.care.programme import complete, queue
from ui.care.roles import PERMISSIONS
from ui.care.roster import assign

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
