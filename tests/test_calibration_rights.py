"""Whoever may not bring a calibration to an end is told before the first question."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from calibration import rights
from calibration.__main__ import main
from station import config as configuration

REFUSED = "is not for this user; do it as the station's, with sudo balance-calibrate"


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody who would be asked, and answers nothing."""
    (tmp_path / "typed").write_text("")
    with (tmp_path / "typed").open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        yield


@pytest.fixture
def readonly(monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """Folders in which this user may not write: root may, whatever their mode."""
    folders: set[Path] = set()
    may = os.access

    def access(path: Path, mode: int) -> bool:
        return may(path, mode) and not (mode & os.W_OK and path in folders)

    monkeypatch.setattr(os, "access", access)
    return folders


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, readonly: set[Path]) -> Path:
    """The folder of a station that is installed, and of another user."""
    folder = tmp_path / "installed"
    folder.mkdir()
    readonly.add(folder)
    for module in (configuration, rights):
        monkeypatch.setattr(module, "INSTALLED_STATE", folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    monkeypatch.delenv("BALANCE_SOCKET", raising=False)
    return folder


@pytest.mark.usefixtures("typed")
@pytest.mark.parametrize("verb", ["plate", "verify", "daily", "tare", "corners", "cells", "restore"])
def test_a_user_who_does_not_see_the_station_is_asked_nothing(
    installed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    (tmp_path / "station.toml").write_text('[station]\nid = "s-1"\n[source]\nsource = "simulate"\n')
    assert main([verb, "--config", str(tmp_path / "station.toml")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"balance-calibrate {verb}: {installed} {REFUSED} {verb}"


@pytest.mark.usefixtures("typed")
def test_a_user_who_could_not_keep_the_steps_is_asked_nothing(
    tmp_path: Path, readonly: set[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    readonly.add(tmp_path)
    state = tmp_path / "not/yet/there"
    (tmp_path / "station.toml").write_text(f'[station]\nid = "s-1"\nstate = "{state}"\n')
    assert main(["plate", "--config", str(tmp_path / "station.toml")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"balance-calibrate plate: {state} {REFUSED} plate"
