"""`balance-care command`: one sentence for what became of it, a line in the audit, nothing stale as live."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from django.test import Client as Browser
from django.urls import reverse

from station.errors import ConfigError
from station.link import watching
from station.link.client import Look, credentials_in
from station.link.tls import Tls
from tests.certified import Site
from tests.conftest import Mosquitto
from tests.home import Home, live
from ui.care.__main__ import main
from ui.care.models import Audit, Event
from ui.care.people.accounts import add_user
from ui.care.recording.examples import ExampleStation
from ui.care.recording.intake import store
from ui.care.trust.enrolment import enrol
from ui.care.verbs.command import json_line
from ui.care.wall.console import _free_console, console
from ui.care.wall.live_line import live_line

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

Output = pytest.CaptureFixture[str]


@pytest.fixture
def home(broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    monkeypatch.setenv("BALANCE_CARE_MQTT", f"127.0.0.1:{broker.port}")
    monkeypatch.delenv("BALANCE_CARE_CONSOLE", raising=False)
    add_user("therapist", role="therapist", password="calm-river-71-stone", all_patients=True)
    enrol("home-1", "Anna Muster")
    with closing(Home(broker.port)) as home:
        yield home


def audit() -> list[tuple[str | None, str, str]]:
    lines = Audit.objects.order_by("pk").select_related("who")
    return [(line.who.username if line.who else None, line.action, line.subject) for line in lines]


def test_a_command_is_told_in_one_sentence_and_stands_in_the_audit(home: Home, capsys: Output) -> None:
    home.answers = [("done", ""), ("refused", "nobody is looking: ask for the live view first")]
    assert main(["command", "home-1", "identify", "--by", "therapist"]) == 0
    assert capsys.readouterr().out == "home-1: it shows for ten seconds that it is this board.\n"
    assert main(["command", "home-1", "pause", "--by", "therapist"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "home-1: pause refused: nobody is looking: ask for the live view first\n"
    assert audit() == [
        ("therapist", "command identify: done", f"home-1 {home.told[0].id}"),
        ("therapist", "command pause: refused", f"home-1 {home.told[1].id}"),
    ]


def test_a_program_gets_one_json_document(home: Home, capsys: Output) -> None:
    home.answers = [("done", "")]
    assert main(["command", "home-1", "raw", "--trial", "t-1", "--by", "therapist", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer == {
        "station": "home-1", "command": home.told[0].id, "kind": "raw", "state": "done", "reason": "",
    }  # fmt: skip
    assert home.told[0].trial == "t-1"


def test_nothing_but_a_stop_goes_without_a_name(home: Home, capsys: Output) -> None:
    home.answers = [("done", "")]
    add_user("auditor", role="auditor", password="calm-river-71-stone")
    for by, words in (("nobody", "no account 'nobody'"), ("auditor", "may not command")):
        assert main(["command", "home-1", "start", "--by", by]) == 1
        assert words in capsys.readouterr().err
    assert home.told == []
    assert main(["command", "home-1", "stop"]) == 0
    assert audit() == [(None, "command stop: done", f"home-1 {home.told[0].id}")]


def test_a_database_in_trouble_keeps_no_stop_from_a_station(
    home: Home, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui.care.verbs import command  # noqa: PLC0415

    def no_database() -> None:
        raise ConfigError("no database")

    monkeypatch.setattr(command, "require_database", no_database)
    home.answers = [("done", "")]
    assert main(["command", "home-1", "pause"]) == 1
    assert main(["command", "home-1", "stop"]) == 1
    assert [told.kind for told in home.told] == ["stop"]
    assert "Stop was pressed" in capsys.readouterr().out


def test_looking_on_prints_frames_says_what_is_stale_and_stands_in_the_audit(
    home: Home, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.answers = [("done", "")] * 3
    home.frames = 3
    monkeypatch.setattr(watching, "STALE_S", 0.3)
    assert main(["command", "home-1", "live", "--seconds", "1", "--json", "--by", "therapist"]) == 0
    looks = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [look["frame"]["x_mm"] for look in looks if not look["stale"]][:1] == [1.0]
    assert looks[-1]["stale"], "the station has sent nothing more"
    assert "old" in looks[-1]["why"]
    assert {told.kind for told in home.told} == {"live"}
    assert [action for _, action, _ in audit()] == ["live view: begun", "live view: ended after 1 s"]


def test_a_view_in_which_nothing_was_seen_is_no_success(home: Home, capsys: Output) -> None:
    home.answers = [("refused", "the session does not run")]
    assert main(["command", "home-1", "live", "--seconds", "1", "--by", "therapist"]) == 1
    said = capsys.readouterr()
    assert "NO PICTURE" in said.out
    assert "nothing was seen: home-1: live refused: the session does not run" in said.err


def test_a_line_of_the_live_view_shows_no_stale_number() -> None:
    frame = live()
    now = live_line("home-1", Look(frame, 0.1, stale=False)).plain
    assert "SIMULATED LIVE hold" in now
    assert "700 N" in now
    assert "ML +1 AP +2 mm" in now
    old = live_line("home-1", Look(frame, 2.3, stale=True, why="the picture is 2.3 s old")).plain
    assert "STALE 2.3 s" in old
    assert not any(word in old for word in ("LIVE", " N", "mm", "●"))
    real = msgspec.structs.replace(frame, sim=False, x_mm=900.0, board_fault="a cable")
    assert "SIMULATED" not in live_line("home-1", Look(real, 0.1, stale=False)).plain
    assert "·>" in live_line("home-1", Look(real, 0.1, stale=False)).plain
    assert json.loads(json_line("home-1", Look(None, None, stale=True)))["frame"] is None


def test_a_command_never_takes_the_recorders_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BALANCE_CARE_MQTT", "care.example.org:8883")
    monkeypatch.delenv("BALANCE_CARE_CONSOLE", raising=False)
    with pytest.raises(ConfigError, match="certify console-1"), console():
        pass
    site = Site(tmp_path)
    site.give("recorder-1")
    monkeypatch.setenv("BALANCE_CARE_CONSOLE", str(tmp_path))
    with pytest.raises(ConfigError, match="no console's certificate"), console():
        pass
    site.give("console-1")
    site.give("console-2")
    with _free_console(tmp_path) as one, _free_console(tmp_path) as other:
        assert [Path(files.key).stem for files in (one, other)] == ["console-1", "console-2"]
        with pytest.raises(ConfigError, match="console-3"), _free_console(tmp_path):
            pass
    with _free_console(tmp_path) as again:
        assert Path(again.key).stem == "console-1"


def test_a_certificate_of_a_reader_is_what_a_script_takes(tmp_path: Path) -> None:
    assert main(["certify", "reader-1", "--out", str(tmp_path)]) == 0
    files = credentials_in(tmp_path)
    assert Tls(files, whose="this client's").identity.name == "reader-1"
    assert main(["certify", "reader", "--out", str(tmp_path)]) == 1


def test_answers_to_commands_stand_with_the_patient_and_renewals_of_a_view_do_not(client: Browser) -> None:
    patient = enrol("home-1", "Anna Muster").patient
    assert patient
    station = ExampleStation("home-1", patient.pseudonym)
    client.force_login(
        add_user("therapist", role="therapist", password="calm-river-71-stone", all_patients=True)
    )
    store([station.answer("stop"), station.answer("live"), station.answer("start", "<b>nobody looks</b>")])
    assert Event.objects.count() == 2
    page = client.get(reverse("patient", args=[patient.pseudonym])).content.decode()
    assert "Command from the care team: stop" in page
    assert "Command from the care team: start (refused, &lt;b&gt;nobody looks&lt;/b&gt;)" in page
