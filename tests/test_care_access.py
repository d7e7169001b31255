"""The access matrix: every address, every role, an own patient and somebody else's, and nobody logged in."""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.clinic import Clinic, client_of, clinic
from ui.care.models import Audit, Patient, Prescription, Trial
from ui.care.recording.examples import new_id
from ui.care.rights import access
from ui.care.rights.roles import PERMISSIONS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

ROLES: Final = tuple(PERMISSIONS)
# What each role gets for GET and for an empty POST, in the order therapist, assistant, admin, auditor.
# 302 leads on, 404 hides, 403 refuses the role, 405 the method, 409 a form of another state, 422 an empty
# form.
Row = tuple[tuple[int, int, int, int], tuple[int, int, int, int]]
OPEN: Final = {"login"}  # without a log-in
MATRIX: Final[dict[str, Row]] = {
    "patients": ((200, 200, 200, 302), (200, 200, 200, 302)),
    "login": ((302,) * 4, (302,) * 4),
    "second_factor": ((302,) * 4, (302,) * 4),
    "logout": ((405,) * 4, (302,) * 4),
    "patient": ((200, 200, 200, 403), (200, 200, 200, 403)),
    "report_pdf": ((200, 200, 200, 404), (200, 200, 200, 404)),
    "patient_tables": ((200, 403, 200, 403), (200, 403, 200, 403)),
    "patient_fhir": ((200, 403, 200, 403), (200, 403, 200, 403)),
    "caseload_tables": ((200, 403, 200, 403), (200, 403, 200, 403)),
    "monitoring": ((200, 200, 200, 403), (200, 200, 200, 403)),
    "monitoring_csv": ((200, 403, 200, 403), (200, 403, 200, 403)),
    "wall": ((200, 200, 200, 403), (405,) * 4),
    "wall_stream": ((200, 200, 200, 403), (200, 200, 200, 403)),
    "wall_choose": ((405,) * 4, (302, 302, 302, 403)),
    "wall_keep": ((405,) * 4, (200, 200, 200, 403)),
    "wall_say": ((405,) * 4, (404, 404, 404, 403)),
    "add_note": ((405, 405, 405, 403), (302, 302, 302, 403)),
    "background": ((200, 200, 200, 403), (422, 422, 422, 403)),
    "compare": ((302, 302, 302, 403), (302, 302, 302, 403)),
    "new_lines": ((200, 200, 200, 403), (405,) * 4),
    "see_to": ((405, 405, 405, 403), (404, 404, 404, 403)),
    "take_back": ((405, 405, 405, 403), (404, 404, 404, 403)),
    "theme": ((405,) * 4, (302,) * 4),
    "language": ((405,) * 4, (302,) * 4),
    "trial_path": ((200, 200, 200, 403), (200, 200, 200, 403)),
    "trial_received": ((200, 200, 200, 403), (200, 200, 200, 403)),
    "programme": ((200, 403, 200, 403), (422, 403, 422, 403)),
    "programme_send": ((200, 403, 200, 403), (422, 403, 422, 403)),
    "programme_answer": ((405,) * 4, (302, 403, 302, 403)),
    "programme_versions": ((200, 200, 200, 403), (405,) * 4),
    "programme_templates": ((200, 403, 200, 403), (422, 403, 422, 403)),
    "prescription_state": ((200, 200, 200, 403), (405,) * 4),
    "trial": ((200, 200, 200, 403), (200, 200, 200, 403)),
    "patient_copy": ((405,) * 4, (200, 403, 200, 403)),
    "roster": ((200, 403, 200, 403), (405,) * 4),
    "patient_new": ((200, 403, 200, 403), (422, 403, 422, 403)),
    "stations": ((200, 403, 200, 403), (200, 403, 200, 403)),
    "releases": ((403, 403, 200, 403), (403, 403, 422, 403)),
    "update": ((403, 403, 200, 403), (403, 403, 302, 403)),
    "station": ((403, 403, 200, 403), (403, 403, 409, 403)),
    "record": ((200, 403, 200, 403), (409, 403, 409, 403)),
    "record_act": ((405,) * 4, (403, 403, 409, 403)),
    "forget": ((403, 403, 200, 403), (403, 403, 409, 403)),
    "people": ((403, 403, 200, 403), (405,) * 4),
    "person_new": ((403, 403, 200, 403), (403, 403, 422, 403)),
    "person": ((403, 403, 200, 403), (403, 403, 409, 403)),
    "team_new": ((403, 403, 200, 403), (403, 403, 422, 403)),
    "team": ((403, 403, 200, 403), (403, 403, 409, 403)),
    "audit": ((403, 403, 403, 200), (405,) * 4),
    "audit_csv": ((403, 403, 403, 200), (405,) * 4),
    "account": ((200,) * 4, (405,) * 4),
    "password": ((200,) * 4, (422,) * 4),
    "second_factor_setup": ((200,) * 4, (422,) * 4),
    "second_factor_picture": ((200,) * 4, (405,) * 4),
    "second_factor_codes": ((405,) * 4, (404,) * 4),
    "second_factor_off": ((405,) * 4, (302,) * 4),
}
# Of somebody else's patient: results are not there for anybody; the record is for who manages every one.
HIDDEN: Final = {
    "patient",
    "report_pdf",
    "patient_tables",
    "patient_fhir",
    "add_note",
    "background",
    "compare",
    "trial_path",
    "trial_received",
    "programme",
    "programme_send",
    "programme_answer",
    "programme_versions",
    "programme_templates",
    "prescription_state",
    "trial",
    "patient_copy",
    "record",
    "record_act",
    "forget",
}
MANAGED: Final = {"record", "record_act", "forget"}


def addresses(patterns: list[Any] | None = None) -> Iterator[URLPattern]:
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            if str(pattern.pattern) != "api/v1/":  # it has keys of its own: tests/test_care_api.py
                yield from addresses(pattern.url_patterns)
        else:
            assert isinstance(pattern, URLPattern)
            yield pattern


def names() -> list[str]:
    return [str(pattern.name) for pattern in addresses()]


def url(name: str, place: Clinic, whose: str) -> str:
    person = place.own if whose == "own" else place.other
    arguments: dict[str, Any] = {
        "pseudonym": person.patient.pseudonym,
        "prescription_id": person.prescription.pk,
        "trial_id": person.trial,
        "event_id": new_id(),
        "what": "hold",
        "sid": person.home.sid,
        "user_id": place.people["assistant"].pk,
        "team_id": place.team.pk,
        "kind": "dance",  # nothing that a board can be told: tests/test_care_wall.py tells it what can
    }
    # Every argument of this name's pattern: reverse refuses one too many.
    (pattern,) = [each for each in addresses() if each.name == name]
    converters = pattern.pattern.converters
    return reverse(name, kwargs={key: arguments[key] for key in converters})


@pytest.fixture
def place() -> Clinic:
    return clinic()


def test_every_address_has_its_row() -> None:
    assert sorted(names()) == sorted(MATRIX)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_gets_its_own_and_nothing_else(place: Clinic, role: str) -> None:
    column, wrong = ROLES.index(role), []
    client = client_of(place.people[role])
    for name, row in sorted(MATRIX.items(), key=lambda each: each[0] == "logout"):
        for whose in ("own", "other") if name in HIDDEN else ("own",):
            for method, expected in zip(("GET", "POST"), row, strict=True):
                wanted = expected[column]
                hides = name in HIDDEN and not (name in MANAGED and role == "admin")
                if whose == "other" and hides and wanted not in {403, 405}:
                    wanted = 404
                address = url(name, place, whose)
                response = client.get(address) if method == "GET" else client.post(address)
                if response.status_code != wanted:
                    wrong.append(f"{method} {name} ({whose}): {response.status_code}, not {wanted}")
    assert not wrong, "\n".join(wrong)


def test_nobody_gets_anything_without_a_log_in(place: Clinic, client: Client) -> None:
    for name in MATRIX:
        for response in (client.get(url(name, place, "own")), client.post(url(name, place, "own"))):
            if name in OPEN:
                assert response.status_code == 200
            elif name in {"logout", "language"}:  # forms of whoever is not logged in, too
                assert response.status_code in {302, 405}
            else:
                assert response.headers["Location"].startswith("/login/"), name
    assert not client.get("/").content


def test_no_form_is_taken_without_its_token(place: Clinic) -> None:
    before = Prescription.objects.count(), Patient.objects.count(), User.objects.count()
    client = client_of(place.people["admin"], strict=True)
    for name in MATRIX:
        response = client.post(url(name, place, "own"), {"act": "lock", "step": "send", "name": "x"})
        assert response.status_code == 403, name
        assert b"can no longer be sent" in response.content
    assert (Prescription.objects.count(), Patient.objects.count(), User.objects.count()) == before
    assert Audit.objects.filter(action="refused: form without its token").exists()


def test_a_patient_of_somebody_else_is_not_there_and_the_audit_says_who_asked(place: Clinic) -> None:
    client = client_of(place.people["therapist"])
    there, nowhere = client.get(url("patient", place, "other")), client.get("/patients/p-nobody/")
    assert (there.status_code, nowhere.status_code) == (404, 404)
    pages = [re.sub(rb'value="[^"]*"', b"", page.content) for page in (there, nowhere)]
    assert pages[0] == pages[1], "nobody can tell the two apart"
    line = Audit.objects.filter(subject=place.other.patient.pseudonym).get()
    assert (line.by, line.action) == ("therapist-1", access.NOT_THEIRS)


def test_no_page_says_a_name_or_a_result_of_somebody_elses_patient(place: Clinic) -> None:
    for role in ("therapist", "assistant", "auditor"):
        client = client_of(place.people[role])
        for name in ("patients", "roster", "people", "audit", "patient_new", "record", "patient"):
            text = client.get(url(name, place, "other"), follow=True).content.decode()
            assert "Fremd" not in text, (role, name)


def test_who_manages_the_roster_sees_every_name_and_no_result(place: Clinic) -> None:
    client = client_of(place.people["admin"])
    assert "Bert Fremd" in client.get("/roster/").content.decode()
    assert "Bert Fremd" not in client.get("/").content.decode()
    record = client.get(url("record", place, "other")).content.decode()
    assert "Bert Fremd" in record
    assert "copy of all data" not in record


def test_a_team_holds_a_patient_for_all_its_people(place: Clinic) -> None:
    therapist = place.people["therapist"]
    place.other.patient.assignments.create(team=place.team)
    assert set(access.patients_of(therapist)) == {place.own.patient}
    place.team.members.add(therapist)
    assert set(access.patients_of(therapist)) == {place.own.patient, place.other.patient}
    assert access.trials_of(therapist).count() == access.sessions_of(therapist).count() == 2
    assert access.events_of(therapist).count() == access.journals_of(therapist).count() == 2
    assert access.prescriptions_of(therapist).count() == access.stations_of(therapist).count() == 2


def test_a_small_practice_sees_everybody_also_those_enrolled_later(place: Clinic) -> None:
    place.team.every_patient = True
    place.team.save()
    place.team.members.set([place.people["assistant"], place.people["auditor"]])
    assert access.patients_of(place.people["assistant"]).count() == 2
    assert not access.patients_of(place.people["auditor"]).exists()
    assert not access.patients_of(AnonymousUser()).exists()
    assert place.people["assistant"] in access.seen_by(place.other.patient)
    assert place.people["auditor"] not in access.seen_by(place.other.patient)


def test_nobody_sees_what_was_sent_to_a_station_for_somebody_before(place: Clinic) -> None:
    sid = place.own.home.sid
    admin = client_of(place.people["admin"])
    state = admin.get(url("record", place, "own")).context["state"]
    assert (
        admin.post(url("record_act", place, "own"), {"act": "free", "sid": sid, "state": state}).status_code
        == 302
    )
    page = client_of(place.people["therapist"]).get(url("patient", place, "own"))
    assert page.status_code == 200
    from ui.care.people.roster import free_station, give_station  # noqa: PLC0415

    free_station(place.other.patient.stations.get())
    give_station(place.other.patient, sid)
    place.other.patient.assignments.create(user=place.people["therapist"])
    page = client_of(place.people["therapist"]).get(url("patient", place, "other"))
    assert page.context["newest_rx"] is None
    assert Trial.objects.filter(session__patient=place.own.patient).count() == 1
