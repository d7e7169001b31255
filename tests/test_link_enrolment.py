"""How a station comes to its certificate, over the commands of both sides, and how results then travel."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station.__main__ import main as station_main
from station.config import load_config
from station.link.messages import StationEvent
from station.linking import make_uplink
from station.session.protocol import Prescribe
from station.session.server import Server
from station.session.store import Store
from tests.certified import Site
from tests.conftest import Mosquitto
from tests.test_link_uplink import HEADER
from ui.care.__main__ import main as care_main
from ui.care.installation.broker import broker as recorder_broker
from ui.care.installation.folder import data_folder
from ui.care.models import Message, Prescription, Station
from ui.care.models.programme import State
from ui.care.prescribing.programme import complete, queue
from ui.care.recording.recorder import Recorder
from ui.care.trust.authority import Authority

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

Output = pytest.CaptureFixture[str]


class Home:
    """A station's configuration and folder, and what passes between it and the care team by hand."""

    def __init__(self, folder: Path, text: str = "") -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.config = folder / "station.toml"
        self.config.write_text(f'[station]\nstate = "{folder}/state"\n{text}')
        self.request = folder / "request.pem"
        self.bundle = folder / "bundle.json"

    def run(self, *words: str) -> int:
        return station_main(["enrol", *words, "--config", str(self.config)])

    def ask(self, *words: str) -> int:
        return self.run("--out", str(self.request), *words)

    def take(self) -> int:
        return self.run(str(self.bundle))

    def answer(self, sid: str, *words: str) -> int:
        asked = () if "--with-key" in words else ("--request", str(self.request))
        return care_main(
            ["enrol", sid, "--patient", f"Patient of {sid}", "--out", str(self.bundle), *asked, *words]
        )

    def change(self, **keys: Any) -> None:
        self.bundle.write_text(json.dumps({**json.loads(self.bundle.read_text()), **keys}))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    assert care_main(["certify", "broker", "--host", "127.0.0.1", "--out", str(tmp_path / "broker")]) == 0
    return Home(tmp_path / "home")


def enrolled(home: Home, sid: str = "home-1") -> None:
    assert home.ask("--station", sid) == 0
    assert home.answer(sid) == 0
    assert home.take() == 0


def refused(code: int, capsys: Output) -> str:
    error = capsys.readouterr().err
    assert code == 1
    assert error.count("\n") == 1
    return error


def test_a_station_that_asks_and_takes_the_answer_is_enrolled(home: Home, capsys: Output) -> None:
    enrolled(home)
    said = capsys.readouterr().out
    assert "Station home-1 is enrolled until " in said
    config = load_config(str(home.config))
    assert config.station.id == "home-1"
    assert config.station.subj == Station.objects.get().patient.pseudonym  # type: ignore[union-attr]
    assert (config.care.host, config.care.port) == ("127.0.0.1", 8883)
    assert config.care.keys == (data_folder().public_key(),)
    _, broker = make_uplink(str(home.config), log=print)
    assert broker.tls
    assert broker.tls.identity.name == "home-1"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_an_enrolment_that_root_made_belongs_to_whoever_owns_the_station(home: Home) -> None:
    (state := home.folder / "state").mkdir()
    os.chown(state, 12345, 12346)
    enrolled(home)
    made = list(state.rglob("*"))
    assert {path.name for path in made} >= {"enrolment", "enrolment.json"}
    assert {(path.stat().st_uid, path.stat().st_gid) for path in made} == {(12345, 12346)}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_root_gives_away_nothing_that_the_stations_folder_only_points_to(home: Home, tmp_path: Path) -> None:
    (state := home.folder / "state").mkdir()
    os.chown(state, 12345, 12346)
    (foreign := tmp_path / "foreign").mkdir()
    (secret := foreign / "secret").write_text("root's")
    assert home.ask("--station", "home-1") == 0
    (state / "enrolment/link.pem").symlink_to(secret)
    assert home.ask("--station", "home-1") == 0
    (state / "enrolment").rename(state / "aside")
    (state / "enrolment").symlink_to(foreign)
    home.ask("--station", "home-1")
    assert {path.stat().st_uid for path in (foreign, *foreign.iterdir())} == {0}


def test_the_key_never_leaves_the_station_and_is_its_owners_alone(home: Home) -> None:
    enrolled(home)
    folder = home.folder / "state" / "enrolment"
    keys = [file for file in folder.iterdir() if b"PRIVATE KEY" in file.read_bytes()]
    assert len(keys) == 1
    assert stat.S_IMODE(keys[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for passed_on in (home.request, home.bundle):
        assert b"PRIVATE KEY" not in passed_on.read_bytes()
    assert stat.S_IMODE(home.bundle.stat().st_mode) == 0o600


def test_the_authority_and_its_key_are_their_owners_alone(home: Home) -> None:
    folder = data_folder().authority
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "ca.key").stat().st_mode) == 0o600


def test_no_patient_is_named_in_what_travels(home: Home) -> None:
    enrolled(home)
    assert b"Patient" not in home.bundle.read_bytes()


def test_a_renewal_has_a_new_key_and_the_old_one_holds_until_then(home: Home) -> None:
    enrolled(home)
    before = load_config(str(home.config)).care
    assert home.ask() == 0
    assert load_config(str(home.config)).care == before
    assert care_main(["renew", "home-1", "--request", str(home.request), "--out", str(home.bundle)]) == 0
    assert home.take() == 0
    after = load_config(str(home.config)).care
    assert after.key != before.key
    assert Path(after.key).exists()
    assert not Path(before.key).exists()


def test_a_key_can_be_made_by_the_care_team_and_the_file_is_then_to_be_deleted(
    home: Home, capsys: Output
) -> None:
    assert home.answer("home-1", "--with-key") == 0
    assert stat.S_IMODE(home.bundle.stat().st_mode) == 0o600
    assert home.take() == 0
    assert "holds the station's key: delete it now" in capsys.readouterr().out


def test_a_station_without_a_name_cannot_ask(home: Home, capsys: Output) -> None:
    said = refused(home.ask(), capsys)
    assert "this station has no name of its own yet: run sudo balance-station setup first" in said
    assert "--station ID" in said


def test_the_configuration_of_the_package_names_no_station(home: Home, capsys: Output) -> None:
    """A request made before setup was one for station-1, like that of every other station."""
    shipped = Path(__file__).parents[1] / "scripts/deb/etc/station.toml"
    home.config.write_text(
        shipped.read_text().replace("[station]", f'[station]\nstate = "{home.folder}/state"')
    )
    assert "run sudo balance-station setup first" in refused(home.ask(), capsys)
    assert not home.request.exists()
    enrolled(home, "kitchen-7")
    assert load_config(str(home.config)).station.id == "kitchen-7"


def test_a_station_takes_no_bundle_of_another(home: Home, tmp_path: Path, capsys: Output) -> None:
    enrolled(home)
    other = Home(tmp_path / "other", 'id = "home-2"\n')
    other.bundle.write_bytes(home.bundle.read_bytes())
    capsys.readouterr()
    assert "it is the bundle of station home-1, and this one is home-2" in refused(other.take(), capsys)


def test_a_request_of_another_station_is_not_answered(home: Home, capsys: Output) -> None:
    assert home.ask("--station", "home-1") == 0
    capsys.readouterr()
    assert "is of station 'home-1', not of 'home-2'" in refused(home.answer("home-2"), capsys)


def test_an_answer_to_an_older_request_is_refused(home: Home, capsys: Output) -> None:
    enrolled(home)
    old = home.bundle.read_bytes()
    assert home.ask() == 0
    home.bundle.write_bytes(old)
    capsys.readouterr()
    assert "is for another key than that of this station's last request" in refused(home.take(), capsys)


def test_another_authority_is_not_taken_by_the_way(home: Home, capsys: Output, tmp_path: Path) -> None:
    enrolled(home)
    folder = tmp_path / "stranger"
    folder.mkdir()
    files = Site(folder).give("home-1")
    texts = {what: Path(file).read_text() for what, file in files._asdict().items()}
    home.change(**texts)
    capsys.readouterr()
    assert "it comes from another authority" in refused(home.take(), capsys)


def test_a_user_who_is_not_the_stations_makes_no_request_with_a_key_of_their_own(
    tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    (installed := tmp_path / "installed").mkdir()
    (config := tmp_path / "station.toml").write_text('[station]\nid = "home-1"\n')
    monkeypatch.setattr("station.config.INSTALLED_STATE", installed)
    monkeypatch.setattr("station.config.os.access", lambda place, _mode: place != installed)
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "own"))
    request = tmp_path / "request.pem"
    assert station_main(["enrol", "--config", str(config), "--out", str(request)]) == 1
    assert "sudo -u balance balance-station enrol" in capsys.readouterr().err
    assert not request.exists()
    assert not (tmp_path / "own").exists()


def test_a_bundle_that_has_ended_is_refused(home: Home, capsys: Output, tmp_path: Path) -> None:
    home.answer("home-1", "--with-key")
    folder = tmp_path / "old"
    folder.mkdir()
    files = Site(folder).give("home-1", days_ago=400)
    home.change(**{what: Path(file).read_text() for what, file in files._asdict().items()})
    capsys.readouterr()
    assert "its certificate ended on " in refused(home.take(), capsys)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda _text: "",
        lambda _text: "[]",
        lambda text: text.replace("BEGIN CERTIFICATE", "BEGIN NOTHING"),
        lambda text: json.dumps({**json.loads(text), "v": 2}),
        lambda text: json.dumps({**json.loads(text), "keys": ["AAAA"]}),
        lambda text: json.dumps({**json.loads(text), "host": "two words"}),
        lambda text: json.dumps({**json.loads(text), "ca": json.loads(text)["certificate"]}),
        lambda text: "x" * 200_000 + text,
    ],
)
def test_a_damaged_bundle_is_refused_and_changes_nothing(
    home: Home, capsys: Output, damage: Callable[[str], str]
) -> None:
    assert home.ask("--station", "home-1") == 0
    assert home.answer("home-1") == 0
    whole = home.bundle.read_text()
    home.bundle.write_text(damage(whole))
    capsys.readouterr()
    assert str(home.bundle) in refused(home.take(), capsys)
    assert load_config(str(home.config)).care.ca == ""
    home.bundle.write_text(whole)
    assert home.take() == 0


def test_what_the_configuration_says_goes_before_the_enrolment(home: Home) -> None:
    enrolled(home)
    home.config.write_text(home.config.read_text() + "[care]\nport = 18883\n")
    care = load_config(str(home.config)).care
    assert (care.host, care.port) == ("127.0.0.1", 18883)


@pytest.mark.parametrize(
    "sid", ["recorder-1", "reader-1", "console-2", "bridge-2", "broker", "Recorder-9", "broker.example"]
)
def test_no_station_gets_a_name_that_the_broker_gives_more_rights(
    home: Home, sid: str, capsys: Output
) -> None:
    assert "the care side's own names" in refused(care_main(["enrol", sid, "--patient", "Anna"]), capsys)


def test_a_broker_that_no_station_could_believe_is_refused(home: Home, capsys: Output) -> None:
    home.ask("--station", "home-1")
    capsys.readouterr()
    error = refused(home.answer("home-1", "--broker", "care.example.org:8883"), capsys)
    assert "no broker is certified for that host, only for 127.0.0.1" in error


def test_everybody_revoked_is_on_the_list_and_a_new_certificate_is_good(home: Home, capsys: Output) -> None:
    enrolled(home)
    crl = home.folder / "crl.pem"
    assert care_main(["revoke", "home-1", "--crl", str(crl)]) == 0
    assert "systemctl restart mosquitto" in capsys.readouterr().out
    assert crl.read_bytes() == Authority(data_folder().authority).crl_file.read_bytes()
    enrolled(home)
    capsys.readouterr()
    assert care_main(["certificates"]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert sorted(state[:7] for name, _, state in lines if name == "home-1") == ["good", "revoked"]


def test_a_name_without_a_certificate_cannot_be_revoked(home: Home, capsys: Output) -> None:
    assert "nobody has no certificate of this care side" in refused(care_main(["revoke", "nobody"]), capsys)


# -- the whole way -----------------------------------------------------------------------------------------


@pytest.fixture
def secure_broker(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mosquitto:
    """The broker as `balance-care certify` set it up, and the recorder's files in its environment."""
    folder = tmp_path / "broker"
    assert care_main(["certify", "recorder-1", "--out", str(folder)]) == 0
    broker = Site.at(folder).broker("care")
    broker.start()
    monkeypatch.setenv("BALANCE_CARE_MQTT", f"127.0.0.1:{broker.port}")
    for what, file in (("CA", "ca.pem"), ("CERT", "recorder-1.pem"), ("KEY", "recorder-1.key")):
        monkeypatch.setenv(f"BALANCE_CARE_MQTT_{what}", str(folder / file))
    return broker


def test_over_tls_a_result_arrives_and_a_prescription_goes_down(home: Home, secure_broker: Mosquitto) -> None:
    assert home.ask("--station", "home-1") == 0
    assert home.answer("home-1", "--broker", f"127.0.0.1:{secure_broker.port}") == 0
    assert home.take() == 0
    log: list[str] = []
    uplink, broker = make_uplink(str(home.config), log=log.append)
    state = home.folder / "state"
    session = Server(state / "session.sock")
    recorder = Recorder(recorder_broker(), group=data_folder().recorders_group())
    document = msgspec.json.encode({"exercises": [{"routine": "supported-standing", "rung": 2}]})
    station = Station.objects.get()
    prescription = queue(station, complete(document, station, where="test"), who=None)
    with Store(state / "station.sqlite3") as store:
        store.post("event", StationEvent(kind="step_off", session=None), HEADER)
        uplink.begin(broker)
        told: list[object] = []

        def turn() -> None:
            recorder.turn(0.01)
            uplink.turn(0.01)
            session.accept()
            told.extend(c for peer in list(session.peers) for c in session.commands(peer))

        for _ in range(2000):
            turn()
            sent = Prescription.objects.filter(pk=prescription.pk, state=State.SENT)
            if told and store.backlog().depth == 0 and sent.exists():
                break
        assert store.backlog().depth == 0, log
    assert Message.objects.filter(type="event").count() == 1
    assert isinstance(told[0], Prescribe)
    assert Prescription.objects.get(pk=prescription.pk).state == State.SENT
    station.refresh_from_db()
    assert station.online
    birth = station.told_birth()
    assert birth
    assert broker.tls
    assert birth.certificate_until == f"{broker.tls.identity.ends:%Y-%m-%dT%H:%M:%SZ}"
    uplink.close()
    recorder.close()
    session.close()
    secure_broker.kill()
