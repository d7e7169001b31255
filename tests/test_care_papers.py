"""Keys, lists of rights and of revoked certificates, as the care side's commands make them."""

import json
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from getpass import getuser
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.apps import apps
from django.test import Client

from station.errors import StationError
from station.link.keyring import KeyKeeper
from station.link.messages import Birth, ToldLimits
from station.link.papers import PaperReply
from station.training.prescription import Limits
from tests.conftest import Mosquitto
from ui.care.__main__ import main
from ui.care.installation.folder import data_folder
from ui.care.models import Audit, Patient, Prescription, Refused, Retained, Session, Station
from ui.care.models.programme import State
from ui.care.people.accounts import add_user
from ui.care.prescribing.programme import complete, queue
from ui.care.recording.examples import ExampleStation, new_id
from ui.care.recording.intake import store
from ui.care.trust import signing
from ui.care.trust.acl import shipped
from ui.care.trust.authority import Authority
from ui.care.trust.crl import CrlFile, said_of
from ui.care.trust.enrolment import enrol
from ui.care.trust.outgoing import mark_sent, newest, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

Output = pytest.CaptureFixture[str]
NOW = datetime(2026, 6, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=90)


def prescribe(station: Station, **more: Any) -> Prescription:
    document = {"exercises": [{"routine": "supported-standing", "rung": 2}], **more}
    return queue(station, complete(msgspec.json.encode(document), station, where="test"), who=None)


class Held:
    """A station that tells the care side which keys it holds, and takes what it is told."""

    def __init__(self, folder: Path, sid: str = "home-1") -> None:
        self.station = enrol(sid, f"Patient of {sid}")
        folder.mkdir(exist_ok=True)
        self.keeper = KeyKeeper([data_folder().public_key()], folder, station=sid, now=lambda: self.now)
        self.now = NOW
        self.example = ExampleStation(sid, "p-1")
        self.tell()

    def tell(self) -> None:
        trust = self.keeper.trust()
        birth = Birth(
            sw="", cal="", alg="", rx_version=None, outbox_depth=0, outbox_oldest_s=None, sim=True,
            limits=ToldLimits.of(Limits()), keys=trust.in_force(self.now), keys_version=trust.version,
        )  # fmt: skip
        store([self.example.message(birth, "birth")])
        self.station.refresh_from_db()

    def hear(self) -> None:
        self.keeper.take(bytes(self.station.retained.get(kind="keys").payload))
        self.tell()

    def takes(self, rx: Prescription) -> bool:
        rx.refresh_from_db()
        try:
            self.keeper.verify(bytes(rx.signed))
        except StationError:
            return False
        return True


def test_a_new_key_signs_for_a_station_once_it_says_that_it_holds_it(tmp_path: Path) -> None:
    home, away = Held(tmp_path / "1"), Held(tmp_path / "2", "home-2")
    folder = data_folder()
    old = folder.ring().ids()[0]
    first = prescribe(home.station)
    ring = signing.rotate(folder, now=NOW)
    signing.announce(folder)
    assert home.takes(prescribe(home.station))
    home.hear()
    assert home.station.keys == ring.ids()
    assert signing.sign_again(folder) == ["home-1"]
    newest_rx = Prescription.objects.get(version=2)
    assert json.loads(bytes(newest_rx.signed))["key"] == ring.ids()[0]
    assert home.takes(newest_rx)
    assert json.loads(bytes(prescribe(away.station).signed))["key"] == old
    first.refresh_from_db()
    assert json.loads(bytes(first.signed))["key"] == old, "what was replaced is not signed again"


def test_a_key_is_retired_when_no_station_needs_it_and_is_then_gone(tmp_path: Path) -> None:
    home = Held(tmp_path / "1")
    folder = data_folder()
    old = folder.ring().ids()[0]
    signing.rotate(folder, now=NOW)
    signing.announce(folder)
    with pytest.raises(StationError, match="no key is to be retired yet"):
        signing.retire(folder, now=NOW, anyway=False)
    with pytest.raises(StationError, match="home-1: nothing newer has reached them"):
        signing.retire(folder, now=LATER, anyway=False)
    home.hear()
    ring = signing.retire(folder, now=LATER, anyway=False)
    assert ring.ids() == folder.ring().ids() == home.station.keys[:1]
    assert not (folder.path / "signing-key").exists()
    assert not (folder.signing_keys / old).exists()
    assert stat.S_IMODE((folder.signing_keys / ring.ids()[0]).stat().st_mode) == 0o600
    signing.announce(folder)
    home.hear()
    assert home.keeper.trust().in_force(LATER) == tuple(ring.ids())


def test_two_people_who_replace_the_key_at_once_are_both_heard() -> None:
    folder = data_folder()
    with ThreadPoolExecutor(4) as people:
        list(people.map(lambda _: signing.rotate(folder, now=NOW), range(4)))
    ring = folder.ring()
    assert (ring.version, len(set(ring.ids()))) == (4, 5)
    assert all(len(folder.signing_key(id_)) == 32 for id_ in ring.ids())


def test_a_station_that_slept_over_two_rotations_is_told_in_a_way_it_trusts(tmp_path: Path) -> None:
    home = Held(tmp_path / "1")
    folder = data_folder()
    for _ in range(2):
        signing.rotate(folder, now=NOW)
    assert signing.announce(folder) == []
    home.hear()
    assert home.station.keys == folder.ring().ids()


def test_a_lost_key_is_announced_to_nobody_and_signs_nothing_more(tmp_path: Path, capsys: Output) -> None:
    home = Held(tmp_path / "1")
    rx = prescribe(home.station)
    assert main(["signing-key", "rotate", "--lost"]) == 0
    said = capsys.readouterr().out
    assert "Enrol each station again by a file" in said
    assert "home-1" in said
    assert signing.announce(data_folder()) == ["home-1"]
    assert not Retained.objects.exists()
    assert not (data_folder().path / "signing-key").exists()
    assert main(["signing-key"]) == 0
    assert "none that signs any more: enrol it again by a file" in capsys.readouterr().out
    Prescription.objects.update(state=State.REJECTED, reason="it is signed with key 00, which this station …")
    home.keeper = KeyKeeper([data_folder().public_key()], tmp_path, station="home-1", now=lambda: NOW)
    home.tell()
    assert signing.sign_again(data_folder()) == ["home-1"]
    assert home.takes(rx)
    assert rx.state == State.QUEUED


def test_why_a_station_takes_no_key_is_shown(tmp_path: Path, capsys: Output) -> None:
    home = Held(tmp_path / "1")
    assert main(["signing-key", "rotate", "--overlap-days", "30"]) == 0
    reply = PaperReply(about="keys", name="1", state="rejected", reason="it was sent before")
    store([home.example.message(reply, "reply/papers")])
    capsys.readouterr()
    assert main(["signing-key"]) == 0
    assert "rejects the new one: it was sent before" in capsys.readouterr().out


def test_a_key_that_others_can_read_is_not_used() -> None:
    folder = data_folder()
    folder.public_key()
    (folder.path / "signing-key").chmod(0o640)
    with pytest.raises(StationError, match="others can read it"):
        folder.public_key()


def test_the_list_of_stations_shows_who_holds_which_key(tmp_path: Path, client: Client) -> None:
    home, away = Held(tmp_path / "1"), Held(tmp_path / "2", "home-2")
    ring = signing.rotate(data_folder(), now=NOW)
    signing.announce(data_folder())
    home.hear()
    client.force_login(
        add_user("therapist", role="therapist", password="calm-river-71-stone", all_patients=True)
    )
    page = client.get("/stations/").content.decode()
    assert page.count(ring.ids()[0]) == 1
    assert page.count(away.station.keys[0]) == 2
    assert page.count("not the newest yet") == 1
    assert Audit.objects.filter(action="looked at the stations").count() == 1


def test_the_list_of_stations_shows_who_runs_which_version(client: Client) -> None:
    for number, version in ((1, "0.9.0"), (2, "0.10.0"), (3, "0.10.0")):
        enrol(f"home-{number}", f"Person {number}")
        Station.objects.filter(sid=f"home-{number}").update(birth={"sw": version})
    client.force_login(add_user("boss", role="admin", password="calm-river-71-stone"))
    page = client.get("/stations/")
    assert page.context["versions"] == [("0.10.0", 2), ("0.9.0", 1)]
    old = client.get("/stations/", {"version": "0.9.0"})
    assert [line.station.sid for line in old.context["lines"]] == ["home-1"]
    every = client.get("/stations/", {"version": "7"})
    assert len(every.context["lines"]) == 3


# -- revocation --------------------------------------------------------------------------------------------


def certified(sid: str, capsys: Output, tmp_path: Path) -> Station:
    assert main(["certify", "broker", "--host", "127.0.0.1", "--out", str(tmp_path / "broker")]) == 0
    words = ["enrol", sid, "--patient", "Anna Muster", "--with-key", "--out", str(tmp_path / "bundle.json")]
    assert main(words) == 0
    capsys.readouterr()
    return Station.objects.get(sid=sid)


def test_a_revoked_station_is_shown_so_and_gets_nothing_more(
    capsys: Output, tmp_path: Path, client: Client
) -> None:
    station = certified("home-1", capsys, tmp_path)
    mark_sent([*waiting(), *newest()])
    prescribe(station)
    assert main(["revoke", "home-1"]) == 0
    assert "its enrolment has ended here" in capsys.readouterr().out
    assert [(letter.topic, letter.document) for letter in newest()] == [("bal/v1/s/home-1/down/rx", b"")]
    station.refresh_from_db()
    with pytest.raises(StationError, match="station home-1 was revoked; enrol it again"):
        prescribe(station)
    assert main(["renew", "home-1", "--with-key"]) == 1
    assert "was revoked; enrol it again" in capsys.readouterr().err
    client.force_login(
        add_user("therapist", role="therapist", password="calm-river-71-stone", all_patients=True)
    )
    for page in ("/", f"/patients/{Patient.objects.get().pseudonym}/"):
        assert "Revoked" in client.get(page).content.decode()
    actions = list(Audit.objects.exclude(who__isnull=False).values_list("action", flat=True))
    assert actions == ["revoked", "enrolled a station", "certified"]


def test_what_a_revoked_station_still_says_is_kept_as_refused(capsys: Output, tmp_path: Path) -> None:
    station = certified("home-1", capsys, tmp_path)
    assert station.patient
    assert main(["revoke", "home-1"]) == 0
    home = ExampleStation("home-1", station.patient.pseudonym)
    assert store([home.session(new_id(), 0)])
    assert not Session.objects.exists()
    assert Refused.objects.get().reason.startswith("station home-1 was revoked on ")


def test_a_station_enrolled_after_its_revocation_gets_its_programme_again(
    capsys: Output, tmp_path: Path
) -> None:
    rx = prescribe(certified("home-1", capsys, tmp_path))
    assert main(["revoke", "home-1"]) == 0
    mark_sent(waiting())
    certified("home-1", capsys, tmp_path)
    assert [(letter.topic, letter.document) for letter in waiting()] == [
        ("bal/v1/s/home-1/down/rx", bytes(rx.signed))
    ]


def test_a_patient_whose_station_was_revoked_gets_another_one(capsys: Output, tmp_path: Path) -> None:
    patient = certified("home-1", capsys, tmp_path).patient
    assert patient
    assert main(["revoke", "home-1"]) == 0
    assert main(["enrol", "home-2", "--patient", patient.pseudonym]) == 0
    assert Patient.objects.count() == 1
    assert patient.station() == Station.objects.get(sid="home-2")


def test_a_station_that_several_share_is_enrolled_without_a_patient(capsys: Output, tmp_path: Path) -> None:
    certified("home-1", capsys, tmp_path)
    bundle = tmp_path / "clinic.json"
    assert main(["enrol", "clinic-1", "--shared", "--with-key", "--out", str(bundle)]) == 0
    assert json.loads(bundle.read_text())["subj"] is None
    assert main(["renew", "clinic-1", "--with-key", "--out", str(bundle)]) == 0
    assert Station.objects.get(sid="clinic-1").keys == data_folder().ring().ids()
    capsys.readouterr()
    assert main(["enrol", "home-1", "--shared"]) == 1
    assert "station home-1 belongs to patient p-" in capsys.readouterr().err


def test_a_brokers_copy_of_the_list_is_held_against_the_newest(capsys: Output, tmp_path: Path) -> None:
    certified("home-1", capsys, tmp_path)
    copy, other = tmp_path / "ward.pem", tmp_path / "other.pem"
    assert main(["crl", "--out", str(copy)]) == 0
    assert "0 certificates taken back" in capsys.readouterr().err
    assert main(["crl", "--check", str(copy)]) == 0
    assert main(["revoke", "home-1"]) == 0
    other.write_text("no list")
    capsys.readouterr()
    assert main(["crl", "--check", str(copy), str(other)]) == 1
    said = capsys.readouterr().out
    assert "is not the newest: 1 revoked certificate would still be let in" in said
    assert f"{other}: it holds no list" in said
    assert main(["crl"]) == 0
    assert capsys.readouterr().out.startswith("-----BEGIN X509 CRL-----")


def test_a_list_that_is_about_to_lapse_is_said() -> None:
    crl = CrlFile.read(Authority(data_folder().authority).crl_file)
    due = crl.list.next_update_utc
    assert due
    assert "lapse" not in said_of(crl, datetime.now(UTC))
    assert "it lapses in 29 days" in said_of(crl, due - timedelta(days=29, hours=1))
    assert "HAS LAPSED" in said_of(crl, due + timedelta(days=1))


# -- rights ------------------------------------------------------------------------------------------------


def test_the_list_of_rights_is_the_shipped_one_where_nothing_else_is_asked(capsys: Output) -> None:
    assert main(["acl"]) == 0
    assert capsys.readouterr().out == shipped()


def test_more_recorders_and_a_clinic_stand_in_the_list_and_a_broker_reads_it(
    capsys: Output, tmp_path: Path
) -> None:
    words = ["--number", "recorder=6", "--bridge", "bridge-1=ward-1,ward-2"]
    assert main(["acl", *words, "--out", str(tmp_path / "care.acl")]) == 0
    text = (tmp_path / "care.acl").read_text()
    rights = text.split("user recorder-1\n")[1].split("\n\n")[0]
    for number in range(1, 7):
        mine = rights.replace("recorder-1", f"recorder-{number}")
        assert text.count(f"user recorder-{number}\n{mine}") == 1
    bridge = text.split("\nuser bridge-1\n")[1].splitlines()
    for sid in ("ward-1", "ward-2"):
        assert {f"topic write bal/v1/s/{sid}/up/#", f"topic read bal/v1/s/{sid}/down/#"} <= set(bridge)
    assert "STATION" not in "".join(bridge)
    (tmp_path / "care.acl").chmod(0o600)

    def configuration(port: int) -> str:
        acl = tmp_path / "care.acl"
        return f"listener {port} 127.0.0.1\nallow_anonymous true\nacl_file {acl}\nuser {getuser()}\n"

    broker = Mosquitto(tmp_path, configuration)
    broker.start()
    broker.kill()
    assert main(["acl", "--number", "recorder=2"]) == 0
    assert "user recorder-3" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--number", "recorder"], "it must be ROLE=COUNT"),
        (["--number", "recorder=0"], "it must be ROLE=COUNT"),
        (["--number", "admin=2"], "there is no such role"),
        (["--bridge", "ward=ward-1"], "it must be bridge-NUMBER=STATION"),
        (["--bridge", "bridge-1=ward/1"], "is no id of a station"),
        (["--bridge", "bridge-1=recorder-1"], "is the care side's own name"),
    ],
)
def test_what_cannot_stand_in_the_list_is_refused(words: list[str], reason: str, capsys: Output) -> None:
    assert main(["acl", *words]) == 1
    assert reason in capsys.readouterr().err


# -- topics ------------------------------------------------------------------------------------------------


def test_topics_named_by_a_persons_number_are_cleared_at_the_broker() -> None:
    station = Station.objects.create(sid="clinic-1")
    Patient.objects.create(pseudonym="p-ann", name="Ann")
    prescribe(station, subj="p-ann", number="4711")
    migration: Callable[..., None] = import_module(
        "ui.care.migrations.0005_papers"
    ).clear_topics_named_by_numbers
    migration(apps, None)
    sent = {letter.topic: letter.document for letter in waiting()}
    assert sent.pop("bal/v1/s/clinic-1/down/rx/4711") == b""
    (slot,) = sent
    assert "4711" not in slot
    mark_sent(waiting())
    assert waiting() == []
    assert [letter.topic for letter in newest()] == [slot], "what is forgotten is not said again"
