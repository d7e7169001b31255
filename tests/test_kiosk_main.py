"""`balance-ui` as a command: where it looks for the station, what it refuses, the pictures it keeps."""

from pathlib import Path

import pytest

from station.config import Config, socket_path
from ui.patient.__main__ import main, session_socket
from ui.patient.album import Album
from ui.patient.display import DisplayError
from ui.patient.window import Window

MS = 1_000_000


def test_an_album_keeps_a_picture_every_few_seconds(tmp_path: Path) -> None:
    taken: list[str] = []
    album = Album(tmp_path / "new", 2.0)
    for now_ms in (0, 1000, 1999, 2000, 3999, 4000):
        album.keep(now_ms * MS, lambda file: taken.append(file.name))
    assert taken == ["000001.png", "000002.png", "000003.png"]


def test_the_socket_is_found_where_the_station_puts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, home = tmp_path / "run" / "session.sock", tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    own = home / ".local/state/balance-station/session.sock"
    assert session_socket({}, running) == own
    assert session_socket({"XDG_STATE_HOME": "/xdg"}, running) == Path("/xdg/balance-station/session.sock")
    running.parent.mkdir()
    running.touch()
    assert session_socket({}, running) == running
    assert session_socket({"STATE_DIRECTORY": "/state"}, running) == Path("/state/session.sock")
    named = {"BALANCE_SOCKET": "/else.sock", "STATE_DIRECTORY": "/state"}
    assert session_socket(named, running) == Path("/else.sock")


@pytest.mark.parametrize("environment", [{"STATE_DIRECTORY": "/state"}, {"XDG_STATE_HOME": "/xdg"}, {}])
def test_kiosk_and_station_look_for_the_socket_in_the_same_place(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BALANCE_SOCKET", "STATE_DIRECTORY", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert session_socket(environment, tmp_path / "session.sock") == socket_path(Config())


@pytest.mark.parametrize("driver", ["dummy", "offscreen"])
def test_it_refuses_to_draw_where_nobody_can_see_it(
    driver: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", driver)
    with pytest.raises(DisplayError, match="--offscreen"):
        Window("windowed")
    assert main(["--windowed"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--screenshot-every", "1"],
        ["--screenshot-every", "0", "--screenshot-to", "x"],
        ["--big"],
        ["--language", "xx"],
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err


def test_a_forgotten_pin_is_cleared_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    (tmp_path / "kiosk.toml").write_text('language = "tr"\npin = "ab:cd"\nwrong = 7\n')
    assert main(["--forget-pin"]) == 0
    kept = (tmp_path / "kiosk.toml").read_text()
    assert 'language = "tr"' in kept
    assert "ab:cd" not in kept
    assert "wrong = 0" in kept
    assert capsys.readouterr().err.count("\n") == 1
