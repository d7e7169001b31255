"""Where the care side's data are: as named, else the package's folder, else the user's own."""

import os
from pathlib import Path

import pytest

from station.errors import StoreError
from ui.care.installation import folder
from ui.care.installation.folder import DataFolder, data_folder

NOBODY = 65534


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a care side that was installed as a package, with nothing named in the environment."""
    monkeypatch.delenv("BALANCE_CARE_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "own"))
    monkeypatch.setattr(folder, "INSTALLED", tmp_path / "installed")
    return tmp_path / "installed"


def test_without_a_package_the_data_are_in_the_users_own_folder(installed: Path) -> None:
    assert data_folder().path == installed.parent / "own" / "balance-care"


def test_who_forgets_to_name_the_folder_makes_no_second_care_side(installed: Path) -> None:
    installed.mkdir()
    assert data_folder().path == installed


def test_root_is_sent_to_the_care_sides_own_user(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed.mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(Path, "stat", lambda _path, **_: os.stat_result((0o40700, 0, 0, 2, NOBODY, *[0] * 5)))
    with pytest.raises(StoreError, match=r"is not root's; run it as .* sudo -u balance-care balance-care"):
        data_folder()


def test_a_folder_that_this_user_may_not_enter_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def exists(_path: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", exists)
    with pytest.raises(StoreError, match=r"secret-key: cannot be read \(Permission denied\); run it as"):
        DataFolder(Path("/var/lib/balance-care")).secret()
