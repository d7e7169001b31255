"""The station says when what it saves would not stay, and why."""

import os
from pathlib import Path

import pytest

from station.session import reserve
from station.session.place import look_at_place

EXT4 = "21 1 8:2 / / rw,noatime - ext4 /dev/root rw"


def root_of(tmp_path: Path, *lines: str, errors: int = 0) -> Path:
    root = tmp_path / "root"
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/mountinfo").write_text("\n".join(lines) + "\n")
    (root / "sys/devices/sda2").mkdir(parents=True)
    (root / "sys/dev/block").mkdir(parents=True)
    (root / "sys/dev/block/8:2").symlink_to(root / "sys/devices/sda2")
    (root / "sys/fs/ext4/sda2").mkdir(parents=True)
    (root / "sys/fs/ext4/sda2/errors_count").write_text(f"{errors}\n")
    return root


def kinds(folder: Path, root: Path) -> list[str]:
    return [finding.kind for finding in look_at_place(folder, root)]


@pytest.fixture(autouse=True)
def _room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserve, "free_bytes", lambda _folder: 10**9)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((EXT4,), []),
        (("21 1 0:30 / / rw - tmpfs tmpfs rw",), ["not-lasting"]),
        (("21 1 0:30 / / rw - overlay overlay rw,lowerdir=/l,upperdir=/media/u,workdir=/w",
          "22 21 0:31 / /media rw - tmpfs tmpfs rw"), ["not-lasting"]),
        (("21 1 0:30 / / rw - overlay overlay rw,lowerdir=/l,upperdir=/media/u,workdir=/w",
          "22 21 8:2 / /media rw - ext4 /dev/sda2 rw"), []),
        (("21 1 0:30 / / rw - overlay overlay rw,lowerdir=/l,upperdir=/u,workdir=/w",), ["not-lasting"]),
        ((EXT4.replace("rw", "ro", 1),), ["read-only"]),
        ((EXT4.replace("root rw", "root ro,errors=remount-ro"),), ["read-only"]),
    ],
)  # fmt: skip
def test_the_file_system_beneath_the_data_tells(
    tmp_path: Path, lines: tuple[str, ...], expected: list[str]
) -> None:
    assert kinds(tmp_path, root_of(tmp_path, *lines)) == expected


def test_a_data_partition_over_a_read_only_overlay_is_right(tmp_path: Path) -> None:
    overlay = "21 1 0:30 / / ro - overlay overlay ro,lowerdir=/l,upperdir=/u,workdir=/w"
    assert kinds(tmp_path, root_of(tmp_path, overlay, f"22 21 8:2 / {tmp_path} rw - ext4 /dev/sda2 rw")) == []


def test_errors_that_the_file_system_has_noted_are_told(tmp_path: Path) -> None:
    assert kinds(tmp_path, root_of(tmp_path, EXT4, errors=3)) == ["card-failing"]


def test_a_disk_that_refuses_to_write_is_a_failing_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(5, os.strerror(5))

    root = root_of(tmp_path, EXT4)
    monkeypatch.setattr(os, "fsync", refuse)
    assert kinds(tmp_path, root) == ["card-failing"]
    assert not list(tmp_path.glob(".probe*"))


@pytest.mark.parametrize(("free", "kind"), [(10**6, "disk-full"), (5 * 10**7, "disk-nearly-full")])
def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, kind: str) -> None:
    monkeypatch.setattr(reserve, "free_bytes", lambda _folder: free)
    assert kinds(tmp_path, root_of(tmp_path, EXT4)) == [kind]


def test_a_folder_of_somebody_else_is_no_bad_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a user without a home the folder would be below /, which nobody but root writes into."""

    def refuse(*_: object) -> int:
        raise PermissionError(13, os.strerror(13))

    root = root_of(tmp_path, EXT4)
    monkeypatch.setattr(os, "open", refuse)
    (found,) = look_at_place(tmp_path, root)
    assert f"may not write into {tmp_path}" in found.text
    assert "card" not in found.text
    assert "read-only" not in found.text
    assert found.grave


def test_a_folder_that_is_not_there_yet_is_looked_at_where_it_will_be(tmp_path: Path) -> None:
    assert kinds(tmp_path / "not" / "yet", root_of(tmp_path, EXT4)) == []
