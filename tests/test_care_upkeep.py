"""A copy of a patient's data, forgetting, the check for operators, and what a refusal looks like."""

import csv
import io
import json
import stat
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import DatabaseError, connection
from django.test import Client, override_settings
from django.utils import timezone

from tests.clinic import Clinic, clinic
from ui.care import models
from ui.care.__main__ import main
from ui.care.installation.choices import flag, is_served_beyond, number
from ui.care.installation.folder import data_folder
from ui.care.keeping import checkup
from ui.care.prescribing.programme import next_version
from ui.care.recording.intake import store
from ui.care.recording.pulse import Pulse
from ui.care.rights.audit import write
from ui.care.trust.authority import Authority

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

Output = pytest.CaptureFixture[str]


@pytest.fixture
def place() -> Clinic:
    return clinic()


def client_of(place: Clinic, role: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(place.people[role], backend="django.contrib.auth.backends.ModelBackend")
    return client


# -- a copy --------------------------------------------------------------------------------------------------


def test_a_copy_holds_all_of_one_patient_and_nothing_of_another(place: Clinic, tmp_path: Path) -> None:
    subj, file = place.own.patient.pseudonym, tmp_path / "copy.zip"
    client_of(place, "therapist").get(f"/trials/{place.own.trial}/")
    assert main(["export", subj, "--out", str(file)]) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    everything = b"".join(content.values())
    assert json.loads(content["patient.json"])["name"] == "Anna Muster"
    (trial,) = json.loads(content["sessions.json"])[0]["trials"]
    assert trial["measures"]["velocity_mm_s"] == 12.3
    (row,) = csv.DictReader(io.StringIO(content["trials.csv"].decode()))
    assert (row["routine"], row["hold_s"], row["sim"]) == ("supported-standing", "20.0", "True")
    assert len(json.loads(content["events.json"])) == len(json.loads(content["journal.json"])) == 1
    assert json.loads(content["programmes.json"])[0]["document"]["subj"] == subj
    raw = json.loads(content[f"raw/{place.own.trial}.json"])
    assert raw["body"]["trial"] == place.own.trial
    assert b"looked at a trial" in content["audit.csv"]
    for foreign in ("Fremd", place.other.patient.pseudonym, place.other.trial):
        assert foreign.encode() not in everything


def test_a_copy_overwrites_nothing_and_its_making_is_noted(
    place: Clinic, tmp_path: Path, capsys: Output
) -> None:
    file = tmp_path / "copy.zip"
    file.write_text("mine")
    subj = place.own.patient.pseudonym
    assert main(["export", subj, "--out", str(file)]) == 1
    assert main(["export", "p-nobody", "--out", str(tmp_path / "b.zip")]) == 1
    assert file.read_text() == "mine"
    assert not (tmp_path / "b.zip").exists()
    response = client_of(place, "therapist").post(f"/patients/{subj}/copy/")
    assert zipfile.ZipFile(io.BytesIO(response.content)).testzip() is None
    assert f"{subj}.zip" in response.headers["Content-Disposition"]
    assert models.Audit.objects.filter(
        action="took a copy of all data", about=subj, by="therapist-1"
    ).exists()


# -- forgetting ----------------------------------------------------------------------------------------------


def rows_that_say(words: tuple[str, ...]) -> list[str]:
    """Return every row of the database, but for the audit's, that holds one of these words."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table in {"care_audit", "care_forgotten"}:
                continue
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 (names of our own tables)
            found += [f"{table}: {row}"[:200] for row in cursor if any(word in str(row) for word in words)]
    return found


def test_a_forgotten_person_is_nowhere_but_in_the_audit(
    place: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    own, subj = place.own, place.own.patient.pseudonym
    store([own.home.trial(own.session)._replace(topic="bal/v1/s/home-1/up/novelty")])  # refused, and kept
    words = ("Anna Muster", subj, own.trial, own.trial.replace("-", ""))
    assert rows_that_say(words)
    monkeypatch.setattr(sys, "stdin", io.StringIO(subj + "\n"))
    assert main(["forget", subj]) == 0
    said = capsys.readouterr()
    assert "1 sessions, 1 trials, 5 messages, 1 programmes" in said.out
    assert "Station home-1 is free" in said.out
    assert rows_that_say(words) == []
    line = models.Audit.objects.get(action="forgot a patient")
    assert line.about == subj
    assert models.Station.objects.get(sid="home-1").patient is None
    assert models.Trial.objects.filter(session__patient=place.other.patient).count() == 1


def test_forgetting_asks_for_the_pseudonym_again(
    place: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    subj = place.own.patient.pseudonym
    for typed in ("", "yes", place.other.patient.pseudonym):
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed + "\n"))
        assert main(["forget", subj]) == 1
    admin = client_of(place, "admin")
    state = admin.get(f"/roster/{subj}/forget/").context["form"].initial["state"]
    assert admin.post(f"/roster/{subj}/forget/", {"pseudonym": "yes", "state": state}).status_code == 422
    assert models.Patient.objects.count() == 2
    assert admin.post(f"/roster/{subj}/forget/", {"pseudonym": subj, "state": state}).status_code == 302
    assert models.Patient.objects.get() == place.other.patient


def test_what_a_station_still_sends_of_a_forgotten_person_is_acknowledged_and_not_kept(place: Clinic) -> None:
    from ui.care.people.forgetting import forget  # noqa: PLC0415

    home, version = place.own.home, place.own.prescription.version
    forget(place.own.patient, who=None)
    late = [home.trial(place.own.session), home.raw(place.own.trial), home.event("pain_stop")]
    assert len(store(late)) == 3
    assert not models.Message.objects.filter(station__sid="home-1").exists()
    assert next_version(models.Station.objects.get(sid="home-1")) == version + 1, (
        "a station takes no older version"
    )


# -- the check -----------------------------------------------------------------------------------------------


def findings(capsys: Output, *options: str) -> tuple[int, dict[str, dict[str, str]]]:
    capsys.readouterr()
    code = main(["check", "--json", *options])
    return code, {each["what"]: each for each in json.loads(capsys.readouterr().out)["checks"]}


class Link:
    is_connected = True


@override_settings(ALLOWED_HOSTS=["localhost"])
def test_the_check_has_a_line_for_each_thing_and_ends_with_1_on_bad(place: Clinic, capsys: Output) -> None:
    data_folder().create()
    write(None, "looked", "p-1", by="anna")
    link = Link()
    Pulse("1", link, lambda: False)()
    code, found = findings(capsys)
    assert code == 0, [each for each in found.values() if each["state"] == "bad"]
    assert {
        "folder",
        "space",
        "database",
        "audit",
        "recorder",
        "people",
        "patients",
        "certificates",
        "site",
    } <= set(found)
    assert found["patients"]["state"] == "look"
    assert place.other.patient.pseudonym in found["patients"]["words"]
    assert "Fremd" not in str(found)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE care_audit SET subject = 'x' WHERE number = 1")
    (data_folder().path / "secret-key").chmod(0o644)
    models.RecorderPulse.objects.update(at=timezone.now() - timedelta(hours=1))
    code, found = findings(capsys)
    assert code == 1
    assert [found[what]["state"] for what in ("audit", "folder", "recorder")] == ["bad"] * 3
    assert "line 1 (" in found["audit"]["words"]
    assert main(["check"]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_the_check_says_when_a_recorder_has_no_broker(capsys: Output) -> None:
    link = Link()
    pulse = Pulse("1", link, lambda: False)
    pulse()
    link.is_connected = False
    pulse()
    assert "no connection to the broker" in findings(capsys)[1]["recorder"]["words"]


def test_the_check_counts_the_days_of_certificates() -> None:
    folder = data_folder()
    folder.create()
    now = timezone.now()
    from station.link.identity import new_key  # noqa: PLC0415

    authority = Authority(folder.authority, now=now - timedelta(days=350))
    authority.certify("recorder-1", new_key().public_key())
    assert "recorder-1" in next(checkup._certificates(folder)).words
    Authority(folder.authority, now=now).certify("recorder-1", new_key().public_key())
    assert [each.state for each in checkup._certificates(folder)] == ["ok", "ok"]
    (folder.authority / "crl.pem").write_text("damaged")
    assert [each.state for each in checkup._certificates(folder)] == ["bad"]


def test_the_check_says_that_a_database_cannot_be_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    def gone() -> None:
        raise DatabaseError("connection refused\nis it running?")

    monkeypatch.setattr(checkup, "require_database", gone)
    code, found = findings(capsys)
    assert code == 1
    assert found["database"]["words"] == "it cannot be reached: connection refused is it running?"
    assert "audit" not in found


def test_the_shipped_settings_behind_tls_satisfy_djangos_list() -> None:
    with override_settings(
        SECRET_KEY="x1" * 40 + "!?#-_=+abcdef",
        SESSION_COOKIE_SECURE=True,
        CSRF_COOKIE_SECURE=True,
        SECURE_SSL_REDIRECT=True,
        SECURE_HSTS_SECONDS=3600,
        ALLOWED_HOSTS=["care.example.org"],
    ):
        said = run_checks(include_deployment_checks=True)
    assert [str(each) for each in said if not each.is_silenced()] == []


def test_choices_of_the_environment_are_read_or_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from station.errors import ConfigError  # noqa: PLC0415

    monkeypatch.setenv("X", "yes")
    with pytest.raises(ConfigError, match="must be 1 or 0"):
        flag("X", default=False)
    with pytest.raises(ConfigError, match="from 1 to 9"):
        number("X", default=3, least=1, most=9)
    assert not is_served_beyond(["localhost", "127.0.0.1"], https=False)
    assert is_served_beyond(["care.example.org"], https=False)
    assert is_served_beyond(["localhost"], https=True)


# -- refusals ------------------------------------------------------------------------------------------------


def test_a_refusal_is_a_page_of_the_site_with_a_sentence(
    place: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(place, "therapist")
    admin = client_of(place, "admin")
    answers: list[tuple[Any, int]] = [
        (client.get("/nowhere/"), 404),
        (client.get("/people/"), 403),
        (client.get(f"/prescriptions/{10**30}/state/"), 404),
        (admin.get("/roster/stations/%00/"), 404),
        (admin.get(f"/roster/{'p-' + 'x' * 150}/"), 404),
        (client.get("/", headers={"host": "evil.example"}), 400),
        (client.post("/roster/new/", {f"f{n}": "1" for n in range(1500)}), 400),
    ]
    subj = place.own.patient.pseudonym
    state = admin.get(f"/roster/{subj}/").context["state"]
    assert admin.post(f"/roster/{subj}/act/", {"act": "free", "sid": "\0", "state": state}).status_code == 302
    assert client.post("/login/", {"username": "\0", "password": "\0"}).status_code == 302
    monkeypatch.setattr("ui.care.views.worklist.facts_of", lambda *_, **__: 1 / 0)
    answers.append((client.get("/"), 500))
    for response, status in answers:
        page = response.content.decode()
        assert response.status_code == status
        assert "care.css" in page
        assert "<h1>" in page
        assert "Traceback" not in page
        assert "ZeroDivision" not in page
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert models.Audit.objects.filter(action="refused: not of this role", subject="/people/").exists()
