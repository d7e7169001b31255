"""The units under a real systemd in a container: boot, death and hang of each, a clean stop.

    sudo python -m benchmarks --full appliance --package build/balance-station_0.1.0-1~deb13_amd64.deb

As root with `debootstrap systemd-container`; APPLIANCE_ROOT names a Debian root made before. With --package
that very package is installed on the Debian it was made for; without one, Debian 12 runs this folder's
programs, and its Python must be that which runs this. Chips are simulated, the kiosk draws off-screen.
"""

import json
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.appliance_machine import BOOT_S, Machine
from benchmarks.appliance_root import ENABLED, PATIENT, STATION, configure, installed_root
from benchmarks.appliance_session import PROGRAMME
from benchmarks.table import show
from station.errors import StationError

HARMS: Final = {"SIGKILL": signal.SIGKILL, "SIGSTOP": signal.SIGSTOP, "hang": signal.SIGUSR2}
TIMES: Final = 3
APART_S: Final = 21.0  # a unit that dies sooner than after 20 s is started later on purpose
KEY_FILE: Final = "var/lib/balance-care/secret-key"
CREDENTIAL: Final = "balance-care.secret-key"


class Boot(NamedTuple):
    """From the start of the container to READY."""

    unit: str
    ready_s: float
    status: str


class Back(NamedTuple):
    """From the signal to READY of the next process."""

    unit: str
    harm: str
    times: int
    median_s: float
    most_s: float


class Handed(NamedTuple):
    """The care side's secret, which stands in /etc/credstore for root alone and nowhere else."""

    unit: str
    handed_over: bool
    mode: str  # with an access list its mask: root owns it, the unit's user may read it
    owner: str


class Ended(NamedTuple):
    """A clean stop."""

    unit: str
    seconds: float
    result: str


def _enrol(machine: Machine, root: Path) -> None:
    machine.await_active("balance-care-migrate")
    as_care = ("setpriv", "--reuid=balance-care", "--regid=balance-care", "--clear-groups",
               "env", "BALANCE_CARE_DATA=/var/lib/balance-care", "balance-care")  # fmt: skip
    said = machine.ask(*as_care, "enrol", STATION, "--patient", PATIENT, "--json")
    configure(root, json.loads(said))
    (root / "opt/programme.json").write_text(json.dumps(PROGRAMME))
    machine.ask(*as_care, "prescribe", STATION, "/opt/programme.json")


def _lock_up(root: Path) -> None:
    store = root / "etc/credstore"
    store.mkdir(mode=0o700, exist_ok=True)
    shutil.move(root / KEY_FILE, store / CREDENTIAL)
    os.chown(store / CREDENTIAL, 0, 0)


def _handed(machine: Machine, root: Path) -> list[Handed]:
    rows = []
    for unit in ("balance-care@recorder", "balance-care@serve"):
        held = f"/run/credentials/{unit}.service/secret-key"
        mode, owner = machine.ask("stat", "--format=%a %U", held).split()
        same = machine.ask("cat", held) == (root / "etc/credstore" / CREDENTIAL).read_text()
        rows.append(Handed(unit, same, mode, owner))
    if (root / KEY_FILE).exists():
        raise StationError(f"{KEY_FILE} was made anew, though systemd had handed it over")
    return rows


def boot(machine: Machine) -> list[Boot]:
    """Wait until every unit is READY; return when each was. Raises StationError with what they say."""
    waiting, rows = list(ENABLED), []
    while waiting:
        for unit in list(waiting):
            try:
                state = machine.state(unit)
            except StationError:
                continue  # no systemd that answers yet
            if state.active:
                waiting.remove(unit)
                rows.append(Boot(unit, time.monotonic() - machine.begun_s, state.status))
        if time.monotonic() > machine.begun_s + BOOT_S:
            raise StationError("; ".join(f"{unit}: {machine.words(unit)}" for unit in waiting))
    return rows


def _harm(machine: Machine, times: int) -> list[Back]:
    took: dict[tuple[str, str], list[float]] = {}
    for _ in range(times):
        for harm, number in HARMS.items():
            begun_s = time.monotonic()
            for unit in ENABLED:
                at_s = time.monotonic()
                pid = machine.signal(unit, number)
                machine.await_active(unit, other_than=pid, within_s=60)
                took.setdefault((unit, harm), []).append(time.monotonic() - at_s)
            time.sleep(max(0.0, begun_s + APART_S - time.monotonic()))
    return [Back(*key, len(s), statistics.median(s), max(s)) for key, s in sorted(took.items())]


def _stop(machine: Machine) -> list[Ended]:
    rows = []
    for unit in ENABLED:
        at_s = time.monotonic()
        machine.ask("systemctl", "stop", f"{unit}.service")
        rows.append(Ended(unit, time.monotonic() - at_s, machine.state(unit).result))
    return rows


@contextmanager
def appliance(package: Path | None) -> Iterator[tuple[Machine, Path]]:
    """Give the machine that boots, with a station enrolled at its own care side. Raises StationError."""
    base = os.environ.get("APPLIANCE_ROOT")
    with (
        tempfile.TemporaryDirectory(prefix="balance-appliance-") as name,
        installed_root(Path(base) if base else None, Path(name), package) as root,
    ):
        log = Path(name) / "boot.log"
        with Machine(root, log, package) as machine:
            _enrol(machine, root)
        _lock_up(root)
        with Machine(root, log, package) as machine:
            yield machine, root


def main(*, full: bool = False, package: Path | None = None) -> None:
    """Boot, harm each unit, stop; without `full` one round of harm."""
    try:
        with appliance(package) as (machine, root):
            show("Boot of the container to READY", boot(machine))
            show("A secret of /etc/credstore", _handed(machine, root))
            show("Killed, stopped, hung: until READY again", _harm(machine, TIMES if full else 1))
            show("A clean stop", _stop(machine))
    except StationError as error:
        sys.exit(f"appliance: {error}")
