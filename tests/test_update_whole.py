"""An update from the click at the care side to the version that runs: broker, uplink and package are real."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.link.asked import ToldUpdates
from station.link.broker import Broker
from station.link.desk import Desk
from station.link.keyring import KeyKeeper
from station.link.permit import Permit
from station.link.signature import key_id
from station.link.update_desk import ASKED_FILE, TOLD_FILE, UpdateDesk
from station.link.update_desk import Files as DoorFiles
from station.link.uplink import Uplink
from station.session.store import Store
from station.training.prescription import Limits
from station.update.asked import Around, AskedUpdate, Files
from station.update.debian import Debian, Ran, run
from station.update.fetching import Fetcher
from station.update.release import Here
from station.update.sign import main as sign
from station.update.steps import HEALTHY_WITHIN_S, UNDER_WAY, Update
from tests.clinic import client_of
from tests.conftest import Mosquitto
from tests.small_package import made_package
from tests.test_link_uplink import HEADER
from ui.care.__main__ import main as balance_care
from ui.care.installation.folder import data_folder
from ui.care.models import Audit, Retained, UpdateAsk
from ui.care.people.accounts import add_user
from ui.care.recording.recorder import Recorder
from ui.care.trust.enrolment import enrol

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

DEADLINE_S: Final = 60.0
PASSWORD: Final = "calm-river-71-stone"
BEFORE, AFTER = "0.1.0", "0.2.0"


def build(folder: Path, version: str, number: int) -> Path:
    """Build a real package that holds its version, sign it, and return the signed release."""
    package = made_package(folder, version)
    facts = [
        "--version",
        version,
        "--debian",
        "trixie",
        "--arch",
        "arm64",
        "--expires",
        "2099-01-01T00:00:00Z",
    ]
    assert (
        sign([str(package), "--key", str(folder / "key"), "--make-key", "--number", str(number), *facts]) == 0
    )
    return folder / f"balance-station_{version}_trixie_arm64.release"


class Computer:
    """A root to install into; `apt-get` unpacks the real package there, units are as `well` says."""

    def __init__(self, root: Path) -> None:
        self.root, self.well = root, True

    def __call__(self, command: Sequence[str]) -> Ran:
        if command[0] == "dpkg-deb":
            return run(command)
        if command[0] == "apt-get":
            done = subprocess.run(
                ["dpkg-deb", "-x", command[-1], self.root], check=False, capture_output=True, text=True
            )
            return Ran(done.returncode, done.stdout, done.stderr)
        if command[0] == "dpkg-query":
            file = self.root / "usr/share/balance-station/version"
            return Ran(0, f"installed {file.read_text()}", "") if file.exists() else Ran(1, "", "")
        if "show" in command:
            return Ran(0, f"ActiveState={'active' if self.well else 'failed'}\n", "")
        return Ran(0, "{}", "")


class Way:
    """Everything between the page and the package, moved on by `until`."""

    def __init__(self, broker: Mosquitto, folder: Path) -> None:
        self.folder = folder
        self.log: list[str] = []
        self.place = folder / "stick"
        self.place.mkdir()
        self.computer = Computer(folder / "root")
        before = build(self.place, BEFORE, 1)
        self.computer(["apt-get", str(self.place / f"balance-station_{BEFORE}.deb")])
        assert before.exists()
        self.release = build(self.place, AFTER, 2)
        self.key = Ed25519PrivateKey.from_private_bytes((self.place / "key").read_bytes())
        self.busy, self.now_s = "", 0.0
        self.station = enrol("s-1", "Anna Muster")
        self.client = client_of(add_user("boss", role="admin", password=PASSWORD))
        self.recorder = Recorder(Broker("127.0.0.1", broker.port), group="these", monotonic_s=self._later_s)
        self.store = Store(folder / "station.sqlite3")
        self.uplink = self._uplink()
        self.uplink.begin(Broker("127.0.0.1", broker.port))
        self._time_s = 0.0

    def _later_s(self) -> float:
        self._time_s = getattr(self, "_time_s", 0.0) + 10
        return self._time_s

    def _permit(self) -> tuple[KeyKeeper, Permit]:
        keeper = KeyKeeper([data_folder().public_key()], self.folder / "enrolment", station="s-1")
        return keeper, Permit(keeper, "s-1", lambda: datetime.now(UTC))

    def _uplink(self) -> Uplink:
        uplink = Uplink(
            self.store,
            station="s-1",
            limits=Limits(),
            header=lambda: HEADER,
            socket=self.folder / "session.sock",
            log=self.log.append,
        )
        keeper, permit = self._permit()
        told = ToldUpdates(take="asked", keys=(key_id(self.public),), debian="trixie", arch="arm64")
        files = DoorFiles(self.folder / ASKED_FILE, self.folder / "run" / TOLD_FILE)
        desk = UpdateDesk(permit, files, told, log=self.log.append)
        uplink.attend(Desk(keeper, None, log=self.log.append, updates=desk))
        return uplink

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def timer(self) -> None:
        """Do what root's timer does."""
        folder = self.folder / "update"
        system = Debian(self.folder / "station.sqlite3", folder, self.computer)
        update = Update(folder, system, boot="b", now_s=lambda: self.now_s, log=self.log.append)
        around = Around(
            here=lambda number: Here(system.version(), "trixie", "arm64", number),
            keys=(self.public,),
            why_not_now=lambda: self.busy,
            now=lambda: datetime.now(UTC),
            synced=lambda: True,
            now_s=lambda: self.now_s,
            boot="b",
        )
        files = Files(self.folder / ASKED_FILE, folder, self.folder / "run" / TOLD_FILE)
        fetcher = Fetcher([str(self.place)], folder)
        asked = AskedUpdate(update, self._permit()[1], fetcher, files, around, log=self.log.append)
        if update.state.step not in UNDER_WAY:
            asked.turn()
        else:
            update.advance()
            asked.follow()

    def until(self, done: Callable[[], bool], *, timer: bool = True) -> None:
        end_s = time.monotonic() + DEADLINE_S
        while not done():
            assert time.monotonic() < end_s, (self.log, list(UpdateAsk.objects.values()))
            self.uplink.turn(0.02)
            self.recorder.turn(0.02)
            if timer:
                self.timer()

    def page(self) -> str:
        return re.sub(r"\s+", " ", self.client.get("/roster/stations/s-1/").content.decode())

    def part(self) -> str:
        return re.sub(r"\s+", " ", self.client.get("/stations/s-1/update/").content.decode())

    def offer(self) -> None:
        with self.release.open("rb") as file:
            assert self.client.post("/stations/releases/", {"release": file}).status_code == 302
        self.until(lambda: "Take version 0.2.0" in self.page(), timer=False)

    def ask(self) -> None:
        assert self.client.post("/stations/s-1/update/", {"act": "ask", "number": "2"}).status_code == 302

    def close(self) -> None:
        self.uplink.close()
        self.recorder.close()
        self.store.close()


@pytest.fixture
def way(broker: Mosquitto, tmp_path: Path) -> Iterator[Way]:
    way = Way(broker, tmp_path)
    yield way
    way.close()


def test_a_click_brings_the_version_that_was_asked_for_and_the_page_says_how_far_it_is(way: Way) -> None:
    way.offer()
    way.busy = "somebody trains"
    way.ask()
    way.until(lambda: "somebody trains" in way.part())
    assert way.computer(["dpkg-query"]).said == "installed 0.1.0"
    way.busy = ""
    way.until(lambda: "data-settled" in way.part())
    assert way.computer(["dpkg-query"]).said == "installed 0.2.0"
    assert "Version 0.2.0: Runs and is healthy" in way.part()
    ask = UpdateAsk.objects.get()
    assert (ask.state, ask.installed) == ("running", "0.2.0")
    states = [step.state for step in ask.steps.all()]
    assert states[0] == "received"
    assert states[-1] == "running"
    way.until(lambda: not Retained.objects.filter(kind="update").exists())
    said = set(Audit.objects.values_list("action", flat=True))
    assert {"offers a release", "let a station take 0.2.0"} <= said


def test_a_version_that_is_not_healthy_is_taken_back_and_the_page_says_why(way: Way) -> None:
    way.offer()
    way.computer.well = False
    way.ask()
    way.until(lambda: "Being installed" in way.part())
    way.now_s = HEALTHY_WITHIN_S
    way.until(lambda: "data-settled" in way.part())
    assert "Version 0.2.0: Taken back" in way.part()
    assert "balance-station.service is failed" in way.part()
    assert way.computer(["dpkg-query"]).said == "installed 0.1.0"


def test_a_request_is_withdrawn_while_the_station_waits(way: Way, capsys: pytest.CaptureFixture[str]) -> None:
    way.offer()
    way.busy = "somebody trains"
    way.ask()
    way.until(lambda: "somebody trains" in way.part())
    assert balance_care(["update", "withdraw", "s-1"]) == 0
    way.until(lambda: "Version 0.2.0: Withdrawn" in way.part())
    way.busy = ""
    way.timer()
    assert way.computer(["dpkg-query"]).said == "installed 0.1.0"
    assert balance_care(["update", "list"]) == 0
    assert "0.2.0: withdrawn" in capsys.readouterr().out


def test_only_what_fits_may_be_asked_for(way: Way) -> None:
    way.offer()
    for data in ({"act": "ask", "number": "7"}, {"act": "ask", "number": "x"}, {"act": "withdraw"}, {}):
        way.client.post("/stations/s-1/update/", data)
    assert not UpdateAsk.objects.exists()
    assert way.client.post("/stations/releases/", {"number": "2"}).status_code == 302
    way.ask()
    assert not UpdateAsk.objects.exists(), "it is offered no more"
    therapist = client_of(add_user("therapist", role="therapist", password=PASSWORD, all_patients=True))
    assert therapist.post("/stations/s-1/update/", {"act": "ask", "number": "2"}).status_code == 403


@pytest.mark.parametrize("content", [b"", b"no release", b"{}", b"x" * 20_000])
def test_what_is_no_signed_release_is_not_offered(way: Way, content: bytes) -> None:
    file = way.folder / "bad.release"
    file.write_bytes(content)
    with file.open("rb") as opened:
        assert way.client.post("/stations/releases/", {"release": opened}).status_code == 422
