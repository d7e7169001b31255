"""The commands of `balance-care`, as people and the demo use them."""

import io
import json
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from station.errors import StationError
from station.link.signature import key_id
from ui.care.__main__ import main
from ui.care.installation.broker import broker as broker_address
from ui.care.installation.folder import data_folder
from ui.care.installation.ready import refuse_newer_database
from ui.care.models import Patient, Prescription, Station
from ui.care.recording.examples import ExampleStation, new_id
from ui.care.recording.intake import store
from ui.care.trust.outgoing import newest
from ui.care.verbs import results

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

Output = pytest.CaptureFixture[str]


def enrolled(capsys: Output) -> ExampleStation:
    assert main(["enrol", "home-1", "--patient", "Anna Muster", "--json"]) == 0
    return ExampleStation("home-1", json.loads(capsys.readouterr().out)["subj"])


def test_enrol_says_what_the_station_must_know(capsys: Output) -> None:
    home = enrolled(capsys)
    assert main(["enrol", "home-1", "--patient", "Anna  Muster", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    public_key = data_folder().public_key()
    assert facts["station"] == "home-1"
    assert facts["subj"] == home.subj
    assert facts["key"] == key_id(public_key)
    assert Patient.objects.count() == 1


def test_a_station_is_not_taken_from_its_patient(capsys: Output) -> None:
    enrolled(capsys)
    assert main(["enrol", "home-1", "--patient", "Somebody Else"]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "belongs to patient p-" in error
    assert "Anna" not in error


def test_a_station_id_that_no_topic_can_carry_is_refused(capsys: Output) -> None:
    assert main(["enrol", "home/1", "--patient", "Anna"]) == 1
    assert "station id 'home/1'" in capsys.readouterr().err
    assert not Station.objects.exists()


def test_keys_are_readable_by_their_owner_only() -> None:
    folder = data_folder()
    folder.public_key()
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.path.iterdir()}
    assert modes == {"secret-key": 0o600, "signing-key": 0o600}


def test_the_signing_key_stays_the_same() -> None:
    assert data_folder().public_key() == data_folder().public_key()


def test_a_damaged_signing_key_is_never_replaced_silently() -> None:
    folder = data_folder()
    folder.create()
    (folder.path / "signing-key").write_bytes(b"short")
    (folder.path / "signing-key").chmod(0o600)
    with pytest.raises(StationError, match="restore it from a backup"):
        folder.public_key()


@pytest.mark.parametrize("password", ["", "short", "1234567890123", "password123"])
def test_a_weak_password_is_refused(password: str, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
    assert main(["user", "add", "anna", "--role", "therapist", "--password-stdin"]) == 1
    assert capsys.readouterr().err.startswith("balance-care user: anna: ")
    assert not User.objects.exists()


def test_a_person_gets_the_permissions_of_the_role(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, role in (("anna", "therapist"), ("bert", "assistant")):
        monkeypatch.setattr(sys, "stdin", io.StringIO("calm-river-71-stone\n"))
        assert main(["user", "add", name, "--role", role, "--password-stdin"]) == 0
    may_send = {user.username: user.has_perm("care.add_prescription") for user in User.objects.all()}
    assert may_send == {"anna": True, "bert": False}


def test_results_prints_the_session_as_the_database_holds_it(capsys: Output) -> None:
    home, session = enrolled(capsys), new_id()
    store([home.trial(session, 2, source_s=(3.0, 23.0)), home.trial(session, 1), home.session(session, 2)])
    assert main(["results", "home-1", "--session", session, "--wait", "0", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {"station", "session", "sim", "cal", "alg", "trials", "session_result"} <= set(document)
    assert (document["session"], document["sim"], document["alg"]) == (session, True, "cop-1")
    first, second = document["trials"]
    assert (first["number"], second["number"]) == (1, 2)
    assert first["measures"]["velocity_mm_s"] == 12.3
    assert "source_s" not in first
    assert second["source_s"] == [3.0, 23.0]
    assert document["session_result"]["complete"] is True


@pytest.mark.parametrize(
    ("arrived", "missing"),
    [
        (lambda _home, _session: [], "nothing of the session has arrived"),
        (lambda home, session: [home.trial(session)], "the session's own result has not"),
        (lambda home, session: [home.trial(session), home.session(session, 2)], "1 of 2 trials have arrived"),
    ],
)
def test_results_says_what_is_still_missing(
    arrived: Callable[[ExampleStation, str], list[object]], missing: str, capsys: Output
) -> None:
    home, session = enrolled(capsys), new_id()
    store(arrived(home, session))  # type: ignore[arg-type]
    assert main(["results", "home-1", "--session", session, "--wait", "0", "--json"]) == 1
    captured = capsys.readouterr()
    assert missing in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_results_waits_until_the_session_is_whole(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    home, session = enrolled(capsys), new_id()
    to_come = [home.trial(session), home.session(session)]
    found = results.wait_for("home-1", session, wait_s=60, pause=lambda _s: store([to_come.pop(0)]))
    assert str(found.pk) == session
    assert to_come == []


def test_results_takes_the_newest_session_when_none_is_named(capsys: Output) -> None:
    home = enrolled(capsys)
    old, new = new_id(), new_id()
    store([home.session(new, 0, started="2026-05-05T09:00:00Z"), home.session(old, 0)])
    assert main(["results", "home-1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["session"] == new


def test_prescribe_queues_a_signed_prescription(capsys: Output, tmp_path: Path) -> None:
    enrolled(capsys)
    file = tmp_path / "rx.json"
    file.write_text('{"exercises": [{"routine": "supported-standing", "rung": 2}]}')
    assert main(["prescribe", "home-1", str(file)]) == 0
    assert main(["prescribe", "home-1", str(file)]) == 0
    assert [(rx.version, rx.state) for rx in Prescription.objects.all()] == [(2, "queued"), (1, "replaced")]


def test_prescribe_for_a_station_that_several_share_names_whose_it_is(capsys: Output, tmp_path: Path) -> None:
    Station.objects.create(sid="clinic-1")
    for subj in ("p-ann", "p-ben"):
        Patient.objects.create(pseudonym=subj, name=subj)
    file = tmp_path / "rx.json"
    for subj, number in (("p-ann", "4711"), ("p-ben", "0815"), ("p-ann", "4711")):
        rx = {"subj": subj, "number": number, "exercises": [{"routine": "supported-standing", "rung": 2}]}
        file.write_text(json.dumps(rx))
        assert main(["prescribe", "clinic-1", str(file)]) == 0
    states = [(rx.version, rx.state) for rx in Prescription.objects.order_by("version")]
    assert states == [(1, "replaced"), (2, "queued"), (3, "queued")], "one person's replaces no other's"
    topics = [letter.topic for letter in newest()]
    assert len(set(topics)) == 2, "a broker keeps one for each"
    assert all(topic.startswith("bal/v1/s/clinic-1/down/rx/") for topic in topics)
    assert not any(said in topic for topic in topics for said in ("0815", "4711", "p-ann", "p-ben"))
    file.write_text('{"subj": "p-nobody", "exercises": [{"routine": "supported-standing", "rung": 2}]}')
    assert main(["prescribe", "clinic-1", str(file)]) == 1
    assert "no patient has the pseudonym 'p-nobody' here" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "reason"),
    [("{", "truncated"), ('{"exercises": []}', "$.exercises"), ('{"exercises": [{"rung": 1}]}', "routine")],
)
def test_prescribe_names_what_is_wrong_in_the_file(
    text: str, reason: str, capsys: Output, tmp_path: Path
) -> None:
    enrolled(capsys)
    file = tmp_path / "rx.json"
    file.write_text(text)
    assert main(["prescribe", "home-1", str(file)]) == 1
    error = capsys.readouterr().err
    assert str(file) in error
    assert reason in error


def test_a_version_is_used_once(capsys: Output, tmp_path: Path) -> None:
    enrolled(capsys)
    file = tmp_path / "rx.json"
    file.write_text('{"version": 7, "exercises": [{"routine": "supported-standing", "rung": 2}]}')
    assert [main(["prescribe", "home-1", str(file)]) for _ in range(2)] == [0, 1]
    assert "version 7 for station home-1 exists already" in capsys.readouterr().err


def test_a_port_in_use_is_one_clear_line(capsys: Output) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 1
    assert capsys.readouterr().err.startswith(
        f"balance-care serve: cannot serve on 127.0.0.1:{port} (Address already"
    )


def test_a_database_that_was_never_made_is_one_clear_line(tmp_path: Path) -> None:
    environment = {"BALANCE_CARE_DATA": str(tmp_path / "nowhere"), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "ui.care", "recorder"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "run: balance-care migrate" in done.stderr
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("verb", ["migrate", "recorder", "serve"])
def test_a_database_of_a_newer_version_is_left_alone_and_the_way_on_is_said(
    verb: str, capsys: Output
) -> None:
    MigrationRecorder(connection).record_applied("care", "9999_of_tomorrow")
    assert main([verb]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "of a newer version (care 9999_of_tomorrow); install that version again" in said


def test_a_migration_that_was_replaced_by_another_is_not_of_a_newer_version() -> None:
    MigrationRecorder(connection).record_applied("care", "0001_replaced")
    refuse_newer_database()


def test_a_broker_address_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BALANCE_CARE_MQTT", "somewhere")
    with pytest.raises(StationError, match="must be host:port"):
        broker_address()


def test_the_checked_in_migrations_make_the_models() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_database_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    environment = {"BALANCE_CARE_DATA": str(tmp_path / "new"), "PATH": "/usr/bin:/bin"}
    for _ in range(2):
        subprocess.run([sys.executable, "-m", "ui.care", "migrate"], env=environment, check=True)
    assert stat.S_IMODE((tmp_path / "new" / "care.sqlite3").stat().st_mode) == 0o600
