"""The parts of an update that meet the computer: what is run, what is fetched, what is signed."""

import fcntl
import json
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

import pytest

from station.config import parse_config
from station.errors import ConfigError, UpdateError
from station.session.protocol import Health
from station.training.health import BoardHealth
from station.training.snapshot import LiveView, Phase, Snapshot
from station.update import command, surroundings
from station.update.command import take
from station.update.debian import Debian, Ran
from station.update.source import fetch, read

NOT_READ = '{"fit": false}'
ACTIVE = Ran(0, "ActiveState=active\nConditionResult=yes\n", "")


def passed_over(when_us: str) -> Ran:
    said = f"ActiveState=inactive\nConditionResult=no\nConditionTimestampMonotonic={when_us}\n"
    return Ran(0, said, "")


class Programs:
    """Answers by the beginning of a command; every other one ends well and says nothing."""

    def __init__(self, **answers: Ran) -> None:
        self.answers = {key.replace("_", "-"): ran for key, ran in answers.items()}
        self.ran: list[str] = []

    def __call__(self, command: Sequence[str]) -> Ran:
        self.ran.append(" ".join(command))
        for key, ran in self.answers.items():
            if key in command:
                return ran
        return Ran(0, "", "")


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("installed 1.2.0-1+deb13", "1.2.0"), ("installed 1.2.0", "1.2.0"), ("half-installed 1.2.0", ""),
        ("", ""), ("unpacked 1.2.0-1", ""),
    ],
)  # fmt: skip
def test_only_a_package_that_is_whole_has_a_version(tmp_path: Path, said: str, version: str) -> None:
    programs = Programs(dpkg_query=Ran(0, said, ""))
    assert Debian(tmp_path / "db", tmp_path, programs).version() == version


def test_a_half_of_a_package_is_mended_before_another_is_installed(
    tmp_path: Path,
) -> None:
    programs = Programs()
    Debian(tmp_path / "db", tmp_path, programs).install(tmp_path / "new.deb")
    assert programs.ran[0] == "dpkg --force-confold --configure -a"
    assert programs.ran[1].startswith("apt-get install ")
    assert programs.ran[1].endswith(f" {tmp_path / 'new.deb'}")
    assert "--no-download" not in programs.ran[1], "apt takes no file then"
    assert programs.ran[-1].startswith("systemctl restart balance-station.service")


def test_apt_that_fails_says_its_last_line(tmp_path: Path) -> None:
    programs = Programs(apt_get=Ran(100, "", "E: one\nE: Unmet dependencies\n"))
    with pytest.raises(UpdateError, match=r"install new\.deb: E: Unmet dependencies"):
        Debian(tmp_path / "db", tmp_path, programs).install(tmp_path / "new.deb")


@pytest.mark.parametrize(
    ("programs", "trouble"),
    [
        (Programs(show=Ran(0, "ActiveState=failed\n", "")), "balance-station.service is failed"),
        (Programs(show=Ran(1, "", "")), "balance-station.service is not known"),
        (Programs(show=ACTIVE, check=Ran(1, "", "database x: damaged\n")), "damaged"),
        (Programs(show=ACTIVE, check=Ran(1, NOT_READ, "")), ""),
        (Programs(show=ACTIVE, check=Ran(1, "", "somebody trains on this board")), ""),
        # A station without a screen: systemd passes the kiosk over, and what it never tried is not well.
        (Programs(show=passed_over("2345"), check=Ran(0, NOT_READ, "")), ""),
        (Programs(show=passed_over("0"), check=Ran(0, NOT_READ, "")), "balance-station.service is inactive"),
    ],
)
def test_a_version_is_well_that_runs_and_reads_whatever_is_broken_on_the_board(
    tmp_path: Path, programs: Programs, trouble: str
) -> None:
    assert trouble in Debian(tmp_path / "db", tmp_path, programs).trouble()
    assert bool(trouble) == bool(Debian(tmp_path / "db", tmp_path, programs).trouble())


@pytest.mark.parametrize(
    "place", ["http://updates.example/x.release", "ftp://updates.example/x", "/nowhere/x"]
)
def test_nothing_is_fetched_over_a_connection_that_is_not_encrypted(place: str) -> None:
    with pytest.raises(UpdateError, match=r"https|cannot be read"):
        read(place, 10)


@pytest.mark.parametrize(
    ("lines", "why"),
    [('take = "off"', "updates are off"), ("", "no release key")],
)
def test_a_station_that_takes_no_update_says_why(tmp_path: Path, lines: str, why: str) -> None:
    file = tmp_path / "station.toml"
    file.write_text(f'[station]\nstate = "{tmp_path}"\n[updates]\nfolder = "{tmp_path}"\n{lines}\n')
    with pytest.raises(UpdateError, match=why):
        take(str(file), "x.release", check_only=True, log=lambda _: None)


def test_a_package_in_the_place_of_its_release_is_told_from_a_broken_one() -> None:
    with pytest.raises(UpdateError, match=r"is a package; name the signed \.release that lies beside it"):
        fetch("/media/stick/balance-station_1.3.0.deb", [bytes(32)])


def with_a_key(folder: Path) -> str:
    """Write the configuration of a station that takes updates; return its path."""
    key = b64encode(bytes(32)).decode()
    file = folder / "station.toml"
    file.write_text(f'[station]\nstate = "{folder}"\n[updates]\nfolder = "{folder}"\nkeys = ["{key}"]\n')
    return str(file)


@pytest.mark.parametrize(
    ("user", "why"),
    [
        (1000, r"only root may install it: sudo balance-station update"),
        # Its number was taken with it: it is not to be called an old one.
        (
            0,
            r"an update to 1\.3\.0 is under way \(watching\); journalctl -fu",
        ),
    ],
)
def test_why_an_update_cannot_be_taken_now_is_said_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, why: str
) -> None:
    (tmp_path / "state.json").write_text('{"step":"watching","number":12,"before":"1.2.0","after":"1.3.0"}')
    monkeypatch.setattr("station.update.command.os.geteuid", lambda: user)
    with pytest.raises(UpdateError, match=why):
        take(with_a_key(tmp_path), "x.release", check_only=False, log=lambda _: None)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({}, "it came without an update"),
        (
            {"step": "done", "number": 8, "before": "1.2.0", "after": "1.3.0"},
            "the update from 1.2.0 to 1.3.0 (number 8) is healthy",
        ),
        (
            {"step": "returned", "number": 8, "before": "1.2.0", "after": "1.3.0", "why": "x is failed"},
            "1.3.0 (number 8) was not healthy: x is failed; version 1.2.0 came back",
        ),
        (
            {"step": "watching", "number": 8, "before": "1.2.0", "after": "1.3.0"},
            "the update from 1.2.0 to 1.3.0 is looked after: watching; journalctl -fu balance-update-watch",
        ),
        (
            {"step": "installing", "number": 8, "before": "1.2.0", "after": "1.3.0"},
            "version 1.3.0 is being put in place: leave the station switched on; "
            "journalctl -fu balance-update-watch",
        ),
        (
            {"step": "staged", "number": 8, "before": "1.2.0", "after": "1.3.0"},
            "the update from 1.2.0 to 1.3.0 waits: somebody trains; "
            "to call it off: sudo balance-station update --call-off",
        ),
    ],
)
def test_how_the_last_update_stands_can_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: dict[str, object], said: str
) -> None:
    (tmp_path / "state.json").write_text(json.dumps(state))
    installed = Debian(tmp_path / "db", tmp_path, Programs(dpkg_query=Ran(0, "installed 1.2.0-1", "")))
    monkeypatch.setattr(command, "Debian", lambda *_: installed)
    monkeypatch.setattr(command, "why_not_now_of", lambda _: "somebody trains")
    lines: list[str] = []
    assert command.show(with_a_key(tmp_path), log=lines.append) == 0
    assert lines == ["version 1.2.0 is installed", said, "no way back is kept"]


@pytest.mark.parametrize(
    ("phase", "training", "service", "use"),
    [
        ("welcome", False, False, "free"),
        ("welcome", False, True, "looked after"),
        ("hold", False, False, "training"),
        ("welcome", True, False, "training"),
    ],
)
def test_whoever_uses_the_board_is_seen(
    monkeypatch: pytest.MonkeyPatch, *, phase: Phase, training: bool, service: bool, use: str
) -> None:
    shown = Snapshot(
        phase=phase, service=service, live=LiveView(load_n=12.0), t_ns=0, sim=True, plate_mm=(400.0, 400.0)
    )
    health = Health(board=BoardHealth(sim=True, cal="nominal"), training=training)

    class Station:
        def __init__(self, *_: object, name: str) -> None:
            assert name == "update"

        def poll(self) -> list[Snapshot | Health]:
            return [health, shown]

        def close(self) -> None:
            pass

    monkeypatch.setattr(surroundings, "SessionClient", Station)
    assert surroundings.look(Path("socket")) == (use, 12.0)


def test_an_update_that_waits_is_called_off_by_root_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state.json").write_text('{"step":"staged","number":12,"number_before":9,"after":"1.3.0"}')
    lines: list[str] = []
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(UpdateError, match="only root may call it off"):
        command.call_off(with_a_key(tmp_path), log=lines.append)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert command.call_off(with_a_key(tmp_path), log=lines.append) == 0
    assert lines == ["the update to 1.3.0 is called off; nothing was changed"]
    assert json.loads((tmp_path / "state.json").read_text())["number"] == 9


def test_where_nothing_is_left_to_do_the_timer_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Path(with_a_key(tmp_path))
    config.write_text(config.read_text() + f'told = "{tmp_path}/told"\n')
    monkeypatch.setattr(command, "_go_on", lambda *_: 0)
    state, rested = tmp_path / "state.json", tmp_path / "told/rested"
    state.write_text('{"step":"watching","number":12,"before":"1.2.0","after":"1.3.0"}')
    assert command.watch(str(config), log=lambda _: None) == 0
    assert not rested.exists()
    state.write_text('{"step":"done","number":12,"before":"1.2.0","after":"1.3.0"}')
    assert command.watch(str(config), log=lambda _: None) == 0
    assert rested.read_bytes() == b""
    state.write_text('{"step":"watching","number":13,"before":"1.3.0","after":"1.4.0"}')
    assert command.watch(str(config), log=lambda _: None) == 0
    assert not rested.exists(), "what is under way is looked after whatever was settled before"


def test_while_somebody_is_at_an_update_the_timer_leaves_it_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "station.toml"
    lines = (
        "[station]",
        'id = "s-1"',
        f'state = "{tmp_path}"',
        "[updates]",
        f'folder = "{tmp_path}/updates"',
    )
    config.write_text("\n".join(lines))
    went_on: list[Path] = []

    def go_on(*_: object) -> int:
        went_on.append(config)
        return 0

    monkeypatch.setattr(command, "_go_on", go_on)
    assert command.watch(str(config), log=lambda _: None) == 0
    with (tmp_path / "updates" / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert command.watch(str(config), log=lambda _: None) == 0
    assert len(went_on) == 1


def test_a_release_key_of_another_length_is_refused_at_start() -> None:
    with pytest.raises(ConfigError, match="an Ed25519 key has 32"):
        parse_config('[updates]\nkeys = ["AAAA"]', where="here")
