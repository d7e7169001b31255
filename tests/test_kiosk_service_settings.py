"""The settings of the kiosk are kept, written as a whole, and a damaged file stops nothing."""

from pathlib import Path

import pytest

from ui.patient.service.settings import Settings, SettingsFile, settings_file


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def file(tmp_path: Path, said: list[str]) -> SettingsFile:
    return SettingsFile(tmp_path / "new" / "kiosk.toml", say=said.append)


def test_the_file_is_in_the_state_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert settings_file({}) == tmp_path / ".local/state/balance-station/kiosk.toml"
    assert settings_file({"XDG_STATE_HOME": "/xdg"}) == Path("/xdg/balance-station/kiosk.toml")
    both = {"XDG_STATE_HOME": "/xdg", "STATE_DIRECTORY": "/state"}
    assert settings_file(both) == Path("/state/kiosk.toml")


def test_what_was_written_is_read(file: SettingsFile, said: list[str]) -> None:
    settings = Settings(language="tr", volume=5, voice="on", pin='ab:"cd\\', wrong=3)
    assert file.write(settings)
    assert file.read() == settings
    assert said == []


def test_without_a_file_nothing_is_said(file: SettingsFile, said: list[str]) -> None:
    assert file.read() == Settings()
    assert said == []


@pytest.mark.parametrize(
    "damaged",
    [
        b"volume = ",
        b"volume = 9",
        b'language = "xx"',
        b'voice = "loud"',
        b"\xff\xfe",
        b"\0" * 40,
        b"pin = 1234",
    ],
)
def test_a_damaged_file_is_told_once_and_replaced(damaged: bytes, tmp_path: Path, said: list[str]) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_bytes(damaged)
    file = SettingsFile(path, say=said.append)
    assert file.read() == Settings()
    assert file.read() == Settings()
    assert len(said) == 1
    assert "\n" not in said[0]
    assert str(path) in said[0]
    assert path.read_bytes() != damaged


def test_a_setting_of_a_later_version_does_no_harm(tmp_path: Path, said: list[str]) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_text('language = "de"\nbrightness = 3\n')
    assert SettingsFile(path, say=said.append).read().language == "de"
    assert said == []


def test_only_its_owner_reads_the_file_and_nothing_is_left_beside_it(
    file: SettingsFile, tmp_path: Path
) -> None:
    file.write(Settings(pin="a:b"))
    file.write(Settings(pin="c:d"))
    kept = list((tmp_path / "new").iterdir())
    assert [path.name for path in kept] == ["kiosk.toml"]
    assert kept[0].stat().st_mode & 0o077 == 0


def test_a_file_that_cannot_be_written_is_told_and_the_kiosk_goes_on(tmp_path: Path, said: list[str]) -> None:
    (tmp_path / "file").touch()
    file = SettingsFile(tmp_path / "file" / "kiosk.toml", say=said.append)
    assert not file.write(Settings())
    assert "lost at the next start" in said[0]
