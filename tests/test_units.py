"""The units: systemd reads them without a word, and they open no more than they need."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ui.patient.__main__ import RUNNING

ROOT = Path(__file__).parent.parent
# What looks after an update puts packages in place: it is root, and not held to what the programs are.
ROOTS = ("balance-update-watch.service", "balance-update-back.service")
UNITS = sorted(unit for unit in (ROOT / "systemd").glob("*.service") if unit.name not in ROOTS)
TIMERS = sorted((ROOT / "systemd").glob("*.timer"))
LASTING = [unit for unit in UNITS if "Type=oneshot" not in unit.read_text()]
MOST_EXPOSED = 1.5
STUB = "#!/bin/sh\n"

systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="needs systemd-analyze: apt-get install systemd"
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root in which the units are installed, with the machine's own systemd units beside them."""
    root = tmp_path_factory.mktemp("root")
    (root / "usr/bin").mkdir(parents=True)
    (root / "bin").symlink_to("usr/bin")
    for name in ("balance-station", "balance-ui", "balance-care", "sh", "rm"):
        program = root / "usr/bin" / name
        program.write_text(STUB)
        program.chmod(0o755)
    folder = root / "etc/systemd/system"
    folder.mkdir(parents=True)
    for unit in (*(ROOT / "systemd").glob("*.service"), *TIMERS):
        shutil.copy(unit, folder)
    system = next(at for at in (Path("/usr/lib/systemd/system"), Path("/lib/systemd/system")) if at.exists())
    (root / "usr/lib/systemd").mkdir(parents=True)
    shutil.copytree(system, root / "usr/lib/systemd/system", symlinks=True)
    (root / "lib").symlink_to("usr/lib")
    return root


def analyze(root: Path, *words: str) -> str:
    done = subprocess.run(
        ("systemd-analyze", f"--root={root}", *words), capture_output=True, text=True, check=False
    )
    return (done.stdout + done.stderr).strip()


def instance(unit: Path) -> str:
    return unit.name.replace("@.", "@recorder.")


@pytest.mark.parametrize(
    ("asked", "rested", "starts"),
    [
        (None, None, True), (b"1", None, True), (None, b"", False), (b"1", b"1", False), (b"2", b"1", True),
        (b"1", b"", True), (None, b"1", False),
    ],
)  # fmt: skip
def test_an_update_that_has_ended_starts_no_program_until_something_else_is_asked_for(
    tmp_path: Path, *, asked: bytes | None, rested: bytes | None, starts: bool
) -> None:
    text = (ROOT / "systemd/balance-update-watch.service").read_text().replace("\\\n", "")
    found = re.search(r"^ExecCondition=/bin/sh -c '(.*)'$", text, flags=re.MULTILINE)
    assert found
    for name, content in (("update-asked.json", asked), ("rested", rested)):
        if content is not None:
            (tmp_path / name).write_bytes(content)
    script = re.sub(r"/(?:var/lib|run)/balance-station(?:-update)?/", f"{tmp_path}/", found[1])
    script = script.replace("$$", "$")
    assert (subprocess.run(["sh", "-c", script], check=False).returncode == 0) is starts


@systemd
@pytest.mark.parametrize(
    "unit", [*UNITS, *TIMERS, *((ROOT / "systemd") / name for name in ROOTS)], ids=lambda unit: unit.name
)
def test_systemd_reads_it_without_a_word(unit: Path, root: Path) -> None:
    # It exits 0 for an unknown directive: any output is a failure.
    assert analyze(root, "verify", "--man=no", instance(unit)) == ""


@systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_it_is_exposed_no_more_than_agreed(unit: Path, root: Path) -> None:
    said = analyze(root, "security", "--offline=yes", "--no-pager", instance(unit))
    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert level, said
    assert float(level[1]) <= MOST_EXPOSED, said


def keys(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_nothing_waits_for_the_network(unit: Path) -> None:
    ordered = keys(unit)
    for key in ("After", "Wants", "Requires", "BindsTo"):
        assert "network" not in " ".join(ordered.get(key, []))


@pytest.mark.parametrize("unit", LASTING, ids=lambda unit: unit.name)
def test_it_is_watched_and_never_given_up(unit: Path) -> None:
    given = keys(unit)
    assert given["StartLimitIntervalSec"] == ["0"]
    assert given["Restart"][0] in {"always", "on-failure"}
    assert given["NotifyAccess"] == ["main"]
    assert given["WatchdogSec"]
    assert given["RuntimeDirectory"] == ["balance-starts/%N"]
    assert given["RuntimeDirectoryPreserve"] == ["restart"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_it_has_limits_and_only_the_station_may_ask_for_real_time(unit: Path) -> None:
    given = keys(unit)
    assert given["MemoryMax"]
    assert given["TasksMax"]
    assert given["CapabilityBoundingSet"] == [""]
    is_station = unit.name == "balance-station.service"
    assert ("LimitRTPRIO" in given) == is_station
    assert given["RestrictRealtime"] == ["no" if is_station else "yes"]


def test_station_uplink_kiosk_and_panel_mean_the_same_socket() -> None:
    for name in ("station", "uplink", "ui", "panel"):
        assert f"BALANCE_SOCKET={RUNNING}" in keys(ROOT / f"systemd/balance-{name}.service")["Environment"]
    tmpfiles = (ROOT / "systemd/tmpfiles.d/balance-station.conf").read_text()
    assert re.search(rf"^d {RUNNING.parent}\s+2750 balance\s+balance-ui$", tmpfiles, re.MULTILINE)


def test_every_user_of_a_unit_is_made() -> None:
    made = re.findall(
        r"^u (\S+)", (ROOT / "systemd/sysusers.d/balance-station.conf").read_text(), re.MULTILINE
    )
    assert {user for unit in UNITS for user in keys(unit)["User"]} == set(made)


def test_the_hardware_watchdog_asks_for_no_more_than_a_pi_has() -> None:
    drop_in = configparser.ConfigParser()
    drop_in.read(ROOT / "systemd/system.conf.d/balance-station.conf")
    # bcm2835_wdt counts 20 bits of 1/65536 s
    assert float(drop_in["Manager"]["RuntimeWatchdogSec"].removesuffix("s")) < (1 << 20) / 65536
