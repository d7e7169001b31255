"""A release as it is signed where packages are made, and as a station fetches it."""

import hashlib
from pathlib import Path

import pytest

from station.config import parse_config
from station.errors import UpdateError
from station.update.debian import look_into
from station.update.release import Here
from station.update.sign import main as sign
from station.update.source import fetch, fetch_kept
from tests.small_package import made_package

FACTS = ["--debian", "trixie", "--arch", "arm64", "--expires", "2099-03-01T00:00:00Z"]


def test_what_is_signed_here_is_fetched_there_with_the_way_back_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, version in ((7, "1.2.0"), (8, "1.3.0")):
        package = made_package(tmp_path, version)
        made = ["--make-key"] if number == 7 else []
        words = [str(package), "--key", str(tmp_path / "key"), "--version", version, "--number", str(number)]
        assert sign([*words, *made, *FACTS]) == 0
    lines = capsys.readouterr().out.splitlines()[-3:]  # as they are put into the configuration
    keys = parse_config("\n".join(lines), where="here").updates.keys
    place = str(tmp_path / "balance-station_1.3.0_trixie_arm64.release")
    release, content = fetch(place, keys)
    assert (release.version, hashlib.sha256(content).hexdigest()) == ("1.3.0", release.sha256)
    kept = fetch_kept(place, Here("1.2.0", "trixie", "arm64"), keys)
    assert kept is not None
    assert kept[0].version == "1.2.0"
    assert fetch_kept(place, Here("1.1.0", "trixie", "arm64"), keys) is None
    (tmp_path / "balance-station_1.3.0.deb").write_bytes(b"1.3.x")
    with pytest.raises(UpdateError, match="fetch it again"):
        fetch(place, keys)


def test_a_mistyped_key_is_no_new_key_and_a_missing_package_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = made_package(tmp_path, "1.3.0")
    for words, said in (
        ([str(package), "--key", str(tmp_path / "kye")], "kye: no such key"),
        ([str(tmp_path / "nothere.deb"), "--key", str(tmp_path / "key"), "--make-key"], "no such package"),
    ):
        with pytest.raises(SystemExit):
            sign([*words, "--number", "8", "--version", "1.3.0", *FACTS])
        assert said in capsys.readouterr().err
    assert list(tmp_path.glob("*.deb")) == [package]
    assert not [*tmp_path.glob("*.release"), *tmp_path.glob("k*y")]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"version": "1.3.1-1"}, "--version 1.3.0: balance-station_1.3.1-1.deb is 1.3.1; nothing was signed"),
        ({"version": "1.3.0", "arch": "amd64"}, "--arch arm64: balance-station_1.3.0.deb is amd64"),
        (
            {"version": "1.3.0-1~deb12"},
            "--debian trixie: balance-station_1.3.0-1~deb12.deb is bookworm; nothing was signed",
        ),
        ({"version": "1.3.0", "expires": "2026-01-01T00:00:00Z"}, "--expires 2026-01-01T00:00:00Z is over"),
        ({"version": "1.3.0", "expires": "01.06.2027"}, "--expires"),
        ({"version": "1.3.0", "name": "mosquitto"}, "is no package of the station (it holds mosquitto)"),
    ],
)
def test_a_package_that_is_something_else_than_is_said_is_not_signed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], made: dict[str, str], said: str
) -> None:
    end = made.pop("expires", "2099-03-01T00:00:00Z")
    package = made_package(tmp_path, **made)
    words = [
        str(package),
        "--key",
        str(tmp_path / "key"),
        "--make-key",
        "--number",
        "8",
        "--version",
        "1.3.0",
    ]
    with pytest.raises(SystemExit):
        sign([*words, *FACTS, "--expires", end])
    assert said in capsys.readouterr().err
    assert not list(tmp_path.glob("*.release"))


def test_a_file_that_is_no_package_is_told_from_one(tmp_path: Path) -> None:
    (file := tmp_path / "x.deb").write_bytes(b"half a package, or something else altogether")
    with pytest.raises(UpdateError, match=r"x\.deb: is no package of the station \(.*not a Debian format"):
        look_into(file)
