"""A file given in the place of a bundle is called what it is, with what to do; from standard input too."""

import json
import sys
from datetime import UTC, datetime
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest

from station.__main__ import main
from station.errors import ConfigError
from station.link.enrolment import Enrolment, parse_bundle
from station.link.identity import make_request, new_key

BUNDLE = {
    "v": 1, "station": "kitchen-7", "subj": "p-1", "host": "care.example.org", "port": 8883,
    "keys": ["A" * 43 + "="], "ca": "x", "certificate": "x",
}  # fmt: skip
WHOLE = json.dumps(BUNDLE).encode()
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
KINDS = [
    (make_request("kitchen-7", new_key()), "it is a station's request, which goes to the care team"),
    (b"-----BEGIN CERTIFICATE-----\nMIIB\n", "it is a certificate alone"),
    (b"-----BEGIN PRIVATE KEY-----\nMIIB\n", "it is a key, not a bundle"),
    (PDF, "it is a PDF, not a bundle"),
    (PDF * 5_000, "it is a PDF, not a bundle"),
    (b'<?xml version="1.0"?>\n<svg>', "it is the printed page as a picture"),
    (b"<!doctype html>\n", "it is a web page, not a bundle"),
    (b"PK\x03\x04\x14\x00", "it is a packed folder"),
    (b"", "it is empty"),
    (WHOLE[: len(WHOLE) // 2], "it is damaged, or only a part of the file"),
    (WHOLE.replace(b'"v": 1', b'"v": 2'), "it is a bundle in form 2"),
    (b'{"name": "something"}', "it is another document"),
    (b"hello\n", "it is something else than a bundle"),
    (b"x" * 200_000, "it is something else than a bundle"),
    (b"{" + b" " * 200_000, "it is no bundle: it is too large"),
]


def config(folder: Path) -> str:
    file = folder / "station.toml"
    file.write_text(f'[station]\nid = "kitchen-7"\nstate = "{folder}/state"\n')
    return str(file)


@pytest.mark.parametrize(("content", "what"), KINDS)
def test_one_sentence_names_the_file_and_what_it_is(
    content: bytes, what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "given"
    file.write_bytes(content)
    assert main(["enrol", str(file), "--config", config(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"balance-station enrol: {file}: {what}")
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("content", "what"),
    [(content, what) for content, what in KINDS[:4] if content] + [(WHOLE[:60], "it is damaged")],
)
def test_what_is_typed_is_told_the_same_way_under_the_name_it_was_given(
    content: bytes,
    what: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = content.decode("utf-8", errors="surrogateescape")
    monkeypatch.setattr(sys, "stdin", StringIO(text))
    assert main(["enrol", "-", "--typed-from", "bundle /tmp/x", "--config", config(tmp_path)]) == 1
    *_, line = capsys.readouterr().err.splitlines()
    assert line.startswith(f"balance-station enrol: bundle /tmp/x: {what}")


def test_what_is_no_text_is_said_to_be_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(PDF), encoding="utf-8"))
    assert main(["enrol", "-", "--config", config(tmp_path)]) == 1
    *_, line = capsys.readouterr().err.splitlines()
    assert line.startswith("balance-station enrol: what was typed: it is no text, and so no bundle")


def test_a_bundle_that_a_windows_editor_saved_is_still_one() -> None:
    assert parse_bundle(b"\xef\xbb\xbf" + WHOLE, where="x").station == "kitchen-7"


def test_another_stations_bundle_is_named_with_the_file_to_ask_for(tmp_path: Path) -> None:
    file = tmp_path / "hall-2.bundle.json"
    file.write_bytes(WHOLE)
    with pytest.raises(
        ConfigError, match=r"of station kitchen-7, and this one is hall-2; .* hall-2\.bundle\.json"
    ):
        Enrolment(tmp_path).read(file, station="hall-2", now=datetime.now(UTC))
