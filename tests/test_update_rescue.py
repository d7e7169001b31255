"""A new version whose program cannot start is taken back by a script that the version before laid ready."""

import fcntl
import os
import subprocess
from pathlib import Path

import pytest

from station.update.debian import UNITS, Debian, Ran
from station.update.rescue import FAILING, SCRIPT_FILE
from station.update.steps import KEPT, LOCK, STATE

BOOT = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
# Says what it was asked for; apt-get fails where a file says so, and systemctl knows two of the units.
PROGRAM = """#!/bin/sh
echo "${0##*/} $*" >>"$ASKED"
case "$*" in
    *balance-ui.service) [ "$1" != is-enabled ];;
    *) [ ! -e "$ASKED.${0##*/}-fails" ];;
esac
"""


class Computer:
    """A folder of the updates with the script in it, and programs that only say what they were asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "updates"
        self.folder.mkdir()
        self.asked = folder / "asked"
        self.programs = folder / "bin"
        self.programs.mkdir()
        for name in ("systemctl", "dpkg", "apt-get"):
            (self.programs / name).write_text(PROGRAM)
            (self.programs / name).chmod(0o755)
        (self.folder / KEPT).write_bytes(b"1.2.0")
        Debian(folder / "db", self.folder, lambda _: Ran(0, "", "")).arm(self.folder / KEPT)

    def is_at(self, step: str) -> None:
        (self.folder / STATE).write_text(f'{{"step":"{step}","before":"1.2.0","after":"1.3.0"}}')

    def failing_for(self, seconds: int, boot: str = BOOT) -> None:
        up_s = int(float(Path("/proc/uptime").read_text().split()[0]))
        (self.folder / FAILING).write_text(f"{boot}\n{up_s - seconds}\n")

    def run(self) -> tuple[int, str]:
        done = subprocess.run(
            ["/bin/sh", self.folder / SCRIPT_FILE],
            env={"PATH": f"{self.programs}:{os.environ['PATH']}", "ASKED": str(self.asked)},
            capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def was_asked(self) -> list[str]:
        return self.asked.read_text().splitlines() if self.asked.exists() else []


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    computer = Computer(tmp_path)
    computer.is_at("watching")
    return computer


@pytest.mark.parametrize("step", ["installing", "watching", "returning"])
def test_after_five_minutes_without_a_look_that_ended_well_the_version_before_comes_back(
    computer: Computer, step: str
) -> None:
    computer.is_at(step)
    computer.failing_for(301)
    code, said = computer.run()
    assert code == 0
    assert "the version before is back" in said
    asked = computer.was_asked()
    kept = str(computer.folder / KEPT)
    assert asked[0] == f"systemctl stop {' '.join(UNITS)}"
    assert asked[1] == "dpkg --force-confold --configure -a"
    assert asked[2].startswith("apt-get install ")
    assert asked[2].endswith(f" {kept}")
    started = [line for line in asked if "restart" in line]
    assert started == [f"systemctl restart --no-block {unit}" for unit in UNITS[:2]], "those that are enabled"
    assert not (computer.folder / FAILING).exists()


def test_the_first_failure_begins_the_five_minutes_and_a_new_start_of_the_computer_begins_them_again(
    computer: Computer,
) -> None:
    for _ in range(2):
        code, said = computer.run()
        assert (code, computer.was_asked()) == (0, [])
        assert "the one before comes back in" in said
    computer.failing_for(301, boot="another")
    assert computer.run()[0] == 0
    assert not computer.was_asked()
    computer.failing_for(299)
    computer.run()
    assert not computer.was_asked()


@pytest.mark.parametrize("step", ["idle", "staged", "keeping", "done", "returned"])
def test_a_look_that_fails_where_nothing_was_installed_takes_nothing_back(
    computer: Computer, step: str
) -> None:
    computer.is_at(step)
    computer.failing_for(3000)
    assert computer.run() == (0, "")
    assert not computer.was_asked()


def test_where_apt_cannot_dpkg_does_it_and_where_neither_can_it_is_tried_again(computer: Computer) -> None:
    computer.failing_for(400)
    Path(f"{computer.asked}.apt-get-fails").touch()
    assert computer.run()[0] == 0
    assert f"dpkg --force-confold --install {computer.folder / KEPT}" in computer.was_asked()
    computer.failing_for(400)
    Path(f"{computer.asked}.dpkg-fails").touch()
    assert computer.run()[0] == 1
    assert (computer.folder / FAILING).exists()


def test_while_somebody_is_at_the_update_it_is_left_alone(computer: Computer) -> None:
    computer.failing_for(400)
    with (computer.folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert computer.run() == (0, "")
    assert not computer.was_asked()
