"""An enrolment by printed codes: what a hand scanner types becomes the same bundle, or is refused."""

import json
import random
import stat
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.config import load_config
from station.enrol import read_lines
from station.errors import ConfigError
from station.link.enrolment import Bundle, parse_bundle
from station.link.identity import certificate_pem, key_pem, new_key
from station.link.scan import BEGIN, DATA_LETTERS, LETTERS, Scan, lines_of
from tests.test_link_enrolment import Home, Output, home  # noqa: F401 (a fixture)
from ui.care.installation.folder import data_folder
from ui.care.trust.authority import Authority

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]


@pytest.fixture
def bundle(home: Home) -> Bundle:  # noqa: F811
    """A bundle of a station with the longest names there can be."""
    host = "care." + "a" * 50 + ".example.org"
    station = "home-" + "b" * 50
    authority = Authority(data_folder().authority)
    key = new_key()
    return Bundle(
        station=station,
        subj="p-0123456789",
        host=host,
        port=8883,
        keys=(data_folder().public_key(),),
        keys_version=3,
        renew_days=20,
        ca=certificate_pem(authority.certificate).decode(),
        certificate=certificate_pem(authority.certify(station, key.public_key())).decode(),
        key=key_pem(key).decode(),
    )


def test_a_bundle_comes_back_as_it_was_in_any_order_and_twice(bundle: Bundle) -> None:
    lines = lines_of(bundle)
    assert len(lines) <= 4
    assert all(len(line) <= DATA_LETTERS + 14 and set(line) <= set(LETTERS) for line in lines)
    scan = Scan()
    for line in [*reversed(lines), lines[0].lower()]:
        scan.take(f" {line}\r\n")
    assert scan.bundle() == bundle


def test_a_bundle_without_a_key_travels_too(bundle: Bundle) -> None:
    public = msgspec.structs.replace(bundle, key=None, subj=None)
    scan = Scan()
    for line in lines_of(public):
        scan.take(line)
    assert scan.bundle() == public


def test_one_letter_read_wrongly_is_noticed(bundle: Bundle) -> None:
    rng = random.Random(1)
    line = lines_of(bundle)[0]
    for _ in range(300):
        at = rng.randrange(len(line))
        wrong = line[:at] + rng.choice(LETTERS.replace(line[at], "")) + line[at + 1 :]
        with pytest.raises(ConfigError):
            Scan().take(wrong)


@given(st.text(max_size=40) | st.text(alphabet=LETTERS, max_size=700).map(lambda text: BEGIN + text))
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        Scan().take(text)


def test_codes_of_two_pages_are_not_mixed(bundle: Bundle) -> None:
    other = lines_of(msgspec.structs.replace(bundle, subj="p-9876543210"))
    scan = Scan()
    scan.take(lines_of(bundle)[0])
    with pytest.raises(ConfigError, match="of another page"):
        scan.take(other[1])


def test_a_page_half_scanned_says_what_is_missing(bundle: Bundle) -> None:
    said: list[str] = []
    lines = lines_of(bundle)
    with pytest.raises(ConfigError, match=f"code {len(lines)} of {len(lines)} not scanned"):
        read_lines([*lines[:-1], "\n", "4006381333931\n"], say=said.append)
    assert f"code 1 of {len(lines)} is read\n" in said
    assert said[-1].startswith("that is no code of an enrolment")


def test_a_station_is_enrolled_by_what_a_scanner_types(
    home: Home,  # noqa: F811
    capsys: Output,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = home.folder / "page.svg"
    assert home.answer("home-1", "--with-key", "--qr", str(page)) == 0
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    text = page.read_text()
    assert "Destroy it once it is used." in text
    assert "Patient of" not in text
    whole = parse_bundle(home.bundle.read_bytes(), where="test")
    assert text.count("<path ") == len(lines_of(whole))
    monkeypatch.setattr(sys, "stdin", StringIO("\n".join(lines_of(whole))))
    capsys.readouterr()
    assert home.run("-") == 0
    assert "The printed page holds the station's key: destroy it now." in capsys.readouterr().out
    config = load_config(str(home.config))
    assert (config.station.id, config.care.keys) == ("home-1", whole.keys)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (lambda _text: "", "code 1 of the page not scanned"),
        (lambda text: text[:-2], "what was typed: it is damaged, or only a part"),
        (
            lambda text: json.dumps({**json.loads(text), "station": "home-2"}),
            "names 'home-1'",
        ),
    ],
)
def test_what_a_scanner_types_is_refused_like_a_file(
    home: Home,  # noqa: F811
    capsys: Output,
    monkeypatch: pytest.MonkeyPatch,
    typed: Callable[[str], str],
    reason: str,
) -> None:
    assert home.answer("home-1", "--with-key") == 0
    monkeypatch.setattr(sys, "stdin", StringIO(typed(home.bundle.read_text())))
    assert home.run("-") == 1
    assert reason in capsys.readouterr().err
    assert load_config(str(home.config)).care.ca == ""


def test_a_page_in_another_form_is_refused_before_anything_is_made(
    home: Home,  # noqa: F811
    capsys: Output,
    tmp_path: Path,
) -> None:
    assert home.answer("home-1", "--with-key", "--qr", str(tmp_path / "page.gif")) == 1
    assert "name a file that ends in .svg" in capsys.readouterr().err
    assert Authority(data_folder().authority).given("home-1") == []
