"""What the wiring asks of the system for a station that is about to run."""

from pathlib import Path

import pytest

from station import wiring
from station.config import Config, StationConfig, load_config, state_folder
from station.errors import ConfigError


@pytest.mark.parametrize(("care", "enrolled"), [("", False), ("[care]\nport = 9\n", True)])
def test_a_check_knows_whether_its_station_is_enrolled(care: str, enrolled: bool, tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    file.write_text(f'[station]\nstate = "{tmp_path}"\n{care}')
    assert wiring.check_board(load_config(str(file))).enrolled is enrolled


def test_a_board_that_is_only_tried_says_nothing_of_this_station(tmp_path: Path) -> None:
    (state := tmp_path / "tmpfs").mkdir()
    config = Config(station=StationConfig(state=str(state)))
    board = wiring.check_board(config, tried=True)
    assert (board.enrolled, board.storage) == (True, ())


def test_who_may_not_look_into_the_installed_station_is_told_so_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither that it is not enrolled, nor that the card is read-only: this user cannot know."""
    (installed := tmp_path / "lib").mkdir()
    monkeypatch.setattr("station.config.INSTALLED_STATE", installed)
    monkeypatch.setattr("station.config.os.access", lambda *_: False)
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", "/nonexistent")
    board = wiring.check_board(Config())
    assert board.enrolled
    (found,) = board.storage
    assert "sudo balance-station check" in found.text
    assert not found.grave


@pytest.mark.parametrize(("source", "asks"), [("simulate", 0), ("gpio", 1)])
def test_only_a_real_board_takes_the_processor_from_others(
    source: str, asks: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(wiring, "check_source", lambda *_args, **_keys: None)
    monkeypatch.setattr(wiring, "ask_for_turns", lambda: "asked")
    file = tmp_path / "station.toml"
    file.write_text(f'[station]\nstate = "{tmp_path}"\n')
    said: list[str] = []
    wiring.make_service(str(file), log=said.append, source=source).close()
    assert said.count("asked") == asks


def test_a_user_without_a_home_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.setattr("station.config.os.access", lambda *_: False)
    monkeypatch.setattr("station.config.Path.home", homeless)
    for name in ("STATE_DIRECTORY", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigError, match=r"no home.*\[station\] state"):
        state_folder(Config())
