"""An update the care side asked for: only what was signed, from where this station allows, when it may be."""

import hashlib
import http.server
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import HTTPSHandler

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.config import load_config, parse_config
from station.errors import ConfigError, StoreError, UpdateError
from station.link.asked import SignedUpdateRequest, UpdateReply, UpdateRequest
from station.link.keyring import KeyKeeper
from station.link.permit import Permit
from station.link.signature import signed as care_signed
from station.link.whole_file import write_whole
from station.update import asked as asked_module
from station.update import steps
from station.update.asked import Around, AskedUpdate, Files
from station.update.fetching import CutError, Fetcher
from station.update.release import Here, Release
from station.update.steps import UNDER_WAY, Update
from tests.certified import Site
from tests.test_update_steps import PUBLIC, Computer, Killed, release, signed

CARE = bytes(range(1, 33))
CARE_PUBLIC = Ed25519PrivateKey.from_private_bytes(CARE).public_key().public_bytes_raw()
EXPIRES = "2026-12-15T00:00:00Z"


def request(
    number: int, made: Release | None, *, seed: bytes = CARE, document: bytes = b"", **other: str
) -> bytes:
    """Return a signed request as the care side makes it."""
    inside = document or (signed(made) if made else b"null")
    asks = UpdateRequest(
        number=number,
        station=other.get("station", "s-1"),
        release=msgspec.json.decode(inside),
        expires=other.get("expires", EXPIRES),
    )
    body = msgspec.json.encode(asks)
    key, sig = care_signed(body, seed)
    return msgspec.json.encode(SignedUpdateRequest(request=msgspec.Raw(body), key=key, sig=sig))


class Home:
    """A station with a folder of packages, which tells what it says."""

    def __init__(self, folder: Path, computer: Computer | None = None) -> None:
        self.place, self.folder = folder / "stick", folder / "update"
        self.place.mkdir()
        self.computer = computer or Computer()
        self.busy, self.free = "", 10**12
        self.now, self.now_s, self.boot = datetime(2026, 12, 1, tzinfo=UTC), 0.0, "b"
        self.files = Files(folder / "update-asked.json", self.folder, folder / "run" / "told.json")
        self.said: list[str] = []
        self.lay(release("1.2.0", 7))
        self.lay(release())

    def lay(self, made: Release, content: bytes | None = None) -> Release:
        name = f"balance-station_{made.version}_{made.debian}_{made.arch}.release"
        (self.place / name).write_bytes(signed(made))
        (self.place / made.file).write_bytes(made.version.encode() if content is None else content)
        return made

    def ask(self, document: bytes) -> None:
        self.files.asked.write_bytes(document)

    def parts(self) -> tuple[Update, AskedUpdate]:
        update = Update(
            self.folder, self.computer, boot=self.boot, now_s=lambda: self.now_s, log=self.said.append
        )
        around = Around(
            here=lambda number: Here(self.computer.version(), "trixie", "arm64", number),
            keys=(PUBLIC,),
            why_not_now=lambda: self.busy,
            now=lambda: self.now,
            synced=lambda: True,
            now_s=lambda: self.now_s,
            boot=self.boot,
            free=lambda _: self.free,
        )
        keeper = KeyKeeper([CARE_PUBLIC], self.folder / "enrolment", station="s-1", now=lambda: self.now)
        permit = Permit(keeper, "s-1", lambda: self.now)
        fetcher = Fetcher([str(self.place)], self.folder)
        return update, AskedUpdate(update, permit, fetcher, self.files, around, log=self.said.append)

    def look(self) -> list[str]:
        """Do what one look of the timer does; return what was told on the way."""
        update, asked = self.parts()
        told = []
        for _ in range(20):
            state = update.state
            if state.step not in UNDER_WAY:
                going = asked.turn()
                told.append(self.told().state)
                if not going:
                    break
                continue
            asked.follow()
            told.append(self.told().state)
            if update.advance() == state:
                break
        return list(dict.fromkeys(told))

    def told(self) -> UpdateReply:
        try:
            return msgspec.json.decode(self.files.told.read_bytes(), type=UpdateReply)
        except FileNotFoundError:
            return UpdateReply(number=0, state="")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_what_is_asked_for_is_fetched_installed_and_told(home: Home) -> None:
    home.ask(request(1, release()))
    assert home.look() == ["fetched", "installing", "running"]
    assert home.told() == UpdateReply(number=1, state="running", version="1.3.0", installed="1.3.0")
    assert home.look() == ["running"], "the same request does nothing twice"


def test_what_the_care_side_asked_for_can_be_called_off_at_the_station_and_is_told(home: Home) -> None:
    home.ask(asked_for := request(1, release()))
    update, asked = home.parts()
    assert asked.turn(), "laid ready; it waits for whoever trains"
    assert update.call_off() == "1.3.0"
    asked.called_off(7)
    assert home.told().state == "fetched", "another release was called off"
    asked.called_off(8)
    assert home.told().state == "refused"
    assert home.told().reason == "called off at the station"
    assert home.look() == ["refused"]
    assert home.computer.version() == "1.2.0"
    assert home.parts()[1].settled() == asked_for
    home.ask(request(2, release()))
    assert home.look() == ["fetched", "installing", "running"], "asked for anew it is taken"


def test_a_request_is_settled_only_when_nothing_is_left_to_do_for_it(home: Home) -> None:
    assert home.parts()[1].settled() == b""
    home.ask(asked_for := request(1, release()))
    assert home.parts()[1].settled() is None, "nobody looked at it yet"
    home.busy = "somebody trains"
    home.look()
    assert home.parts()[1].settled() is None
    home.busy = ""
    home.look()
    assert home.parts()[1].settled() == asked_for
    home.ask(request(2, None))
    assert home.parts()[1].settled() is None
    assert not list(home.folder.glob("*.part"))


def test_a_version_that_is_not_well_is_taken_back_and_the_reason_told(home: Home) -> None:
    home.computer.well = False
    home.ask(request(1, release()))
    home.look()
    home.now_s = steps.HEALTHY_WITHIN_S
    home.look()
    told = home.told()
    assert (told.state, told.installed, told.reason) == ("taken-back", "1.2.0", "the session is not ready")


def test_it_waits_while_somebody_trains_and_goes_on_by_itself(home: Home) -> None:
    home.busy = "somebody trains"
    home.ask(request(1, release()))
    assert home.look() == ["waiting"]
    assert home.told().reason == "somebody trains"
    assert home.computer.installed == "1.2.0"
    home.busy = ""
    assert home.look()[-1] == "running"


def test_it_waits_for_room_on_the_disk(home: Home) -> None:
    home.free = 90_000_000
    home.ask(request(1, release()))
    home.look()
    assert home.told().state == "waiting"
    assert "90 of 100 MB are free" in home.told().reason
    home.free = 10**12
    assert home.look()[-1] == "running"


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (request(1, release(), document=signed(release(), bytes(32))), "no release key of this station"),
        (request(1, release(), document=signed(release()).replace(b"1.3.0", b"1.4.0")), "changed after"),
        (request(1, release(debian="bookworm")), "for bookworm"),
        (request(1, release(expires="2026-11-01T00:00:00Z")), "to be used until"),
        (request(1, release("1.1.0", 9, downgrade_from=("1.2.0",))), "no version was here before"),
        (request(1, release("1.1.0", 9)), "not signed as a way back"),
        (request(1, release("1.2.0", 9)), "installed already"),
        (request(1, None, document=b'{"release": 1}'), "no signed release"),
    ],
)
def test_what_may_not_be_installed_is_refused_with_the_reason(home: Home, document: bytes, why: str) -> None:
    home.ask(document)
    assert home.look() == ["refused"]
    assert why in home.told().reason
    assert home.computer.installed == "1.2.0"


@pytest.mark.parametrize(
    "document",
    [
        request(1, release(), seed=bytes(32)),
        request(1, release()).replace(EXPIRES.encode(), b"2027-12-15T00:00:00Z"),
        request(1, release(), station="s-2"),
        request(1, release(), expires="2026-11-30T00:00:00Z"),
        request(1, release(), expires="one day"),
        request(1, release()).replace(b'"kind"', b'"url":"https://evil.example/","kind"'),
        b"x" * 100_000,
        b"",
    ],
)
def test_what_the_care_side_did_not_sign_for_here_and_now_moves_nothing(home: Home, document: bytes) -> None:
    home.ask(document)
    home.look()
    assert home.told().number == 0
    assert home.computer.installed == "1.2.0"


def test_an_old_request_is_not_taken_again_after_a_newer_one(home: Home) -> None:
    first = request(1, release())
    home.busy = "somebody trains"
    home.ask(first)
    home.look()
    home.ask(request(2, None))
    assert home.look() == ["withdrawn"]
    home.busy = ""
    home.ask(first)
    assert home.look() == ["withdrawn"]
    assert home.computer.installed == "1.2.0"


def test_a_request_that_waited_beyond_its_end_is_refused(home: Home) -> None:
    home.busy = "somebody trains"
    home.ask(request(1, release()))
    home.look()
    home.now, home.busy = datetime(2026, 12, 16, tzinfo=UTC), ""
    assert home.look() == ["refused"]
    assert "too late" in home.told().reason


def test_the_version_before_may_come_back_and_none_older(home: Home) -> None:
    home.ask(request(1, release()))
    home.look()
    home.lay(older := release("1.1.0", 9, downgrade_from=("1.3.0",)))
    home.ask(request(2, older))
    assert home.look() == ["refused"]
    assert "only version 1.2.0 was here before 1.3.0" in home.told().reason
    home.lay(before := release("1.2.0", 10, downgrade_from=("1.3.0",)))
    home.ask(request(3, before))
    home.look()
    assert home.told() == UpdateReply(number=3, state="running", version="1.2.0", installed="1.2.0")


def test_without_a_way_back_nothing_is_installed(home: Home) -> None:
    (home.place / "balance-station_1.2.0_trixie_arm64.release").unlink()
    home.ask(request(1, release()))
    assert home.look()[-1] == "refused"
    assert "no way back" in home.told().reason


def test_a_file_that_is_not_the_one_signed_is_refused_and_nothing_of_it_stays(home: Home) -> None:
    home.lay(release(), b"1.3.x")
    home.ask(request(1, release()))
    assert home.look() == ["refused"]
    assert not list(home.folder.glob("*.part"))


def test_what_does_not_lie_there_yet_is_looked_for_again_later(home: Home) -> None:
    (home.place / release().file).unlink()
    home.ask(request(1, release()))
    assert home.look() == ["waiting"]
    home.lay(release())
    assert home.look() == ["waiting"], "not at every look of the timer"
    home.now_s = asked_module.AGAIN_S
    assert home.look()[-1] == "running"


def test_a_link_laid_down_for_root_to_follow_is_not_followed(home: Home, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(request(1, release()))
    home.files.asked.symlink_to(tmp_path / "elsewhere")
    home.look()
    assert home.told().number == 0


def test_power_lost_at_any_write_ends_in_the_version_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(file: Path, content: bytes, *, mode: int) -> None:
        computer.count()
        write_whole(file, content, mode=mode)
        computer.count()

    monkeypatch.setattr(steps, "write_whole", cut)
    monkeypatch.setattr(asked_module, "write_whole", cut)
    for at in range(200):
        (tmp_path / str(at)).mkdir()
        computer = Computer(cut=at)
        home = Home(tmp_path / str(at), computer)
        home.ask(request(1, release()))
        for boot in range(8):
            home.boot = str(boot)
            try:
                home.look()
            except Killed:
                continue
        assert home.told() == UpdateReply(number=1, state="running", version="1.3.0", installed="1.3.0"), at
        if computer.cut is not None:
            return
    pytest.fail("the cuts never reached the end")


def test_a_full_disk_says_so_and_is_tried_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: Path, _content: bytes, *, mode: int) -> None:
        raise StoreError(f"{file}: no room ({mode})")

    home.ask(request(1, release()))
    with monkeypatch.context() as patched:
        patched.setattr(asked_module, "write_whole", full)
        with pytest.raises(UpdateError, match="cannot be written"):
            home.look()
    assert home.look()[-1] == "running"


# -- over HTTPS ---


class Shelf(http.server.BaseHTTPRequestHandler):
    """Serves one file; may cut it short, know no ranges, or lead elsewhere."""

    content = bytes(range(256)) * 2000
    cut: int | None = None
    ranges = True
    leads_to = ""
    asked: list[str]

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.asked.append(wanted)
        if self.leads_to:
            self.send_response(302)
            self.send_header("Location", self.leads_to)
            self.end_headers()
            return
        first = int(wanted[6:-1]) if wanted and self.ranges else 0
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(self.content) - first))
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(self.content) - 1}/{len(self.content)}")
        self.end_headers()
        self.wfile.write(self.content[first : self.cut])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[tuple[type[Shelf], Fetcher, Release]]:
    files = Site(tmp_path).give("shelf", hosts=("127.0.0.1",))

    class Mine(Shelf):
        asked: list[str] = []  # noqa: RUF012 - of this class alone

    server = http.server.HTTPServer(("127.0.0.1", 0), Mine)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(files.certificate, files.key)
    server.socket = theirs.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    ours = HTTPSHandler(context=ssl.create_default_context(cafile=files.ca))
    place = f"https://127.0.0.1:{server.server_port}/packages/"
    facts: dict[str, Any] = {
        "size": len(Mine.content),
        "sha256": hashlib.sha256(Mine.content).hexdigest(),
    }
    yield Mine, Fetcher([place], tmp_path / "update", handlers=[ours]), release(**facts)
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_download_that_was_cut_goes_on_where_it_was(shelf: tuple[type[Shelf], Fetcher, Release]) -> None:
    served, fetcher, made = shelf
    served.cut = 300_000
    with pytest.raises(CutError, match=r"of 512000 bytes have come|cannot be fetched"):
        fetcher.fetch(made)
    served.cut = None
    assert fetcher.fetch(made).read_bytes() == served.content
    assert served.asked[0] == ""
    assert served.asked[1].startswith("bytes=")
    assert served.asked[1] != "bytes=0-"


def test_a_server_that_knows_no_ranges_gives_it_from_its_beginning(
    shelf: tuple[type[Shelf], Fetcher, Release],
) -> None:
    served, fetcher, made = shelf
    served.cut, served.ranges = 300_000, False
    with pytest.raises(CutError):
        fetcher.fetch(made)
    served.cut = None
    assert fetcher.fetch(made).read_bytes() == served.content


def test_what_was_resumed_and_does_not_fit_is_begun_again(
    shelf: tuple[type[Shelf], Fetcher, Release],
) -> None:
    served, fetcher, made = shelf
    right, served.content = served.content, bytes(512_000)
    served.cut = 300_000
    with pytest.raises(CutError):
        fetcher.fetch(made)
    served.content, served.cut = right, None
    with pytest.raises(CutError, match="not the file that was signed"):
        fetcher.fetch(made)
    assert fetcher.fetch(made).read_bytes() == right


def test_another_file_or_a_larger_one_is_refused(shelf: tuple[type[Shelf], Fetcher, Release]) -> None:
    served, fetcher, made = shelf
    served.content = bytes(512_000)
    with pytest.raises(UpdateError, match="not the file that was signed"):
        fetcher.fetch(made)
    served.content = bytes(512_001)
    with pytest.raises(UpdateError, match="larger there"):
        fetcher.fetch(made)


def test_no_redirect_leads_out_of_the_place(shelf: tuple[type[Shelf], Fetcher, Release]) -> None:
    served, fetcher, made = shelf
    served.leads_to = fetcher.places[0].replace("/packages/", "/elsewhere/") + made.file
    with pytest.raises(UpdateError, match="leads to"):
        fetcher.fetch(made)


# -- configuration ---


@pytest.mark.parametrize(
    "place", ["http://updates.example/", "https://updates.example", "stick", "file:///x"]
)
def test_a_place_that_is_neither_a_folder_nor_https_is_refused_at_start(place: str) -> None:
    with pytest.raises(ConfigError, match="a place is a folder"):
        parse_config(f'[updates]\ntake = "asked"\nplaces = ["{place}"]', where="here")


def test_an_enrolment_decides_nothing_about_updates(tmp_path: Path) -> None:
    """Its file belongs to the programs, and what is installed is root's to say."""
    (tmp_path / "enrolment").mkdir()
    (tmp_path / "enrolment" / "enrolment.json").write_text('{"updates": {"take": "asked"}}')
    (tmp_path / "station.toml").write_text(f'[station]\nstate = "{tmp_path}"\n')
    with pytest.raises(ConfigError, match="it decides updates"):
        load_config(str(tmp_path / "station.toml"))
