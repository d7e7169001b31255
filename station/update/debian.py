"""The computer as Debian has it: dpkg and apt put a package in place, systemd starts it."""

import json
import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from station.errors import StationError, UpdateError
from station.link.whole_file import PRIVATE, write_whole
from station.update.data import carry_back, keep_copy
from station.update.rescue import SCRIPT_FILE, rescue_script
from station.update.steps import HEALTHY_WITHIN_S

PACKAGE: Final = "balance-station"
DEBIANS: Final = {"12": "bookworm", "13": "trixie"}  # for which packages are made, by the number in theirs
UNITS: Final = ("balance-station.service", "balance-uplink.service", "balance-ui.service")
TOLD: Final = ("ActiveState", "ConditionResult", "ConditionTimestampMonotonic")
COPY: Final = "database.before"
BUSY: Final = ("somebody trains", "has the board already")  # then the board is read, by somebody else
LONGEST_S: Final = 900.0
# With --no-download apt 2.6 and 3.0 take no package that is a file ("Pathname to install is not absolute").
# Another apt at work is waited for: it may be Debian's own update of the night.
INSTALL: Final = (
    *("apt-get", "install", "--yes", "--allow-downgrades", "--reinstall", "--no-install-recommends"),
    *("-o", "Dpkg::Options::=--force-confold", "-o", "DPkg::Lock::Timeout=300"),
)


class Ran(NamedTuple):
    """What a program has said, and its exit code."""

    code: int
    said: str
    complained: str


Run = Callable[[Sequence[str]], Ran]


def run(command: Sequence[str]) -> Ran:
    """Run a program to its end; one that hangs or is not there has failed."""
    quiet = {
        "DEBIAN_FRONTEND": "noninteractive",
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LC_ALL": "C.UTF-8",
    }
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            env=quiet,
            check=False,
            errors="replace",
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Ran(127, "", str(error))
    return Ran(done.returncode, done.stdout, done.stderr)


class Inside(NamedTuple):
    """What a package says of itself: its version without Debian's own part, its machine, and its Debian.

    `debian` is the release's name, "" for one that is not known.
    """

    version: str
    arch: str
    debian: str


def look_into(package: Path, run: Run = run) -> Inside:
    """Return what a package of the station says of itself. Raises UpdateError for another file."""
    ran = run(["dpkg-deb", "--show", "--showformat=${Package} ${Version} ${Architecture}", str(package)])
    name, _, rest = ran.said.strip().partition(" ")
    version, _, arch = rest.partition(" ")
    if ran.code != 0 or name != PACKAGE:
        why = f"it holds {name}" if ran.code == 0 and name else _last(ran)
        raise UpdateError(f"{package.name}: is no package of the station ({why})")
    number = re.search(r"~deb(\d+)", version)
    return Inside(_plain(version), arch, DEBIANS.get(number[1], "") if number else "")


class Debian:
    """A `station.update.steps.System`; `database` is the station's, `folder` that of the updates."""

    def __init__(self, database: Path, folder: Path, run: Run = run) -> None:
        self._database = database
        self._copy = folder / COPY
        self._run = run

    def version(self) -> str:
        """Return the version installed without Debian's own part; "" for a package half in place."""
        ran = self._run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", PACKAGE])
        status, _, version = ran.said.strip().partition(" ")
        return _plain(version) if status == "installed" else ""

    def version_of(self, package: Path) -> str:
        """Return the version of a package that is a file. Raises UpdateError where it is none of ours."""
        return look_into(package, self._run).version

    def arm(self, kept: Path) -> None:
        """Write the script that puts this package back when the new program cannot start."""
        script = rescue_script(
            kept.parent, kept.name, install=INSTALL, units=UNITS, within_s=HEALTHY_WITHIN_S
        )
        try:
            write_whole(kept.with_name(SCRIPT_FILE), script.encode(), mode=PRIVATE)
        except (OSError, StationError) as error:
            raise UpdateError(f"{kept.with_name(SCRIPT_FILE)}: cannot be written ({error})") from error

    def install(self, package: Path) -> None:
        """Install it over whatever there is, also over a half of it, with configuration left as it is."""
        self._run(["dpkg", "--force-confold", "--configure", "-a"])
        ran = self._run([*INSTALL, str(package)])
        if ran.code != 0:
            raise UpdateError(f"apt-get install {package.name}: {_last(ran)}")
        self.start()

    def start(self) -> None:
        """Start what is enabled with the version there is."""
        self._run(["systemctl", "daemon-reload"])
        self._run(["systemctl", "restart", *self._units()])
        # One that does not come up is seen by `trouble`, and given its time.

    def keep_data(self) -> None:
        """Copy the database, consistent while the station runs."""
        self._copy.unlink(missing_ok=True)
        keep_copy(self._database, self._copy)

    def return_data(self) -> None:
        """Stop what writes, then carry what is kept into the form before."""
        self._run(["systemctl", "stop", *self._units()])
        carry_back(self._database, self._copy)

    def trouble(self) -> str:
        """Return the first thing that is not well: a unit that is not ready, or a board that is not read.

        A board that reads and is not fit (a cell broke today) is no fault of the version.
        """
        for unit in self._units():
            told = self._run(["systemctl", "show", "--property", ",".join(TOLD), unit]).said
            said = dict(line.partition("=")[::2] for line in told.splitlines())
            state = said.get("ActiveState") or "not known"
            # Without a screen systemd passes the kiosk over when it starts it: no fault of the version.
            passed_over = said.get("ConditionResult") == "no" and said.get(TOLD[2]) not in {"0", None}
            if state != "active" and not (state == "inactive" and passed_over):
                return f"{unit} is {state}"
        ran = self._run(["balance-station", "check", "--json", "--seconds", "2"])
        if any(words in ran.complained for words in BUSY) or _is_document(ran.said):
            return ""
        return f"balance-station check: {_last(ran)}"

    def _units(self) -> list[str]:
        return [unit for unit in UNITS if self._run(["systemctl", "is-enabled", unit]).code == 0]


def _plain(version: str) -> str:
    """Return a version without Debian's own part."""
    found = re.match(r"[0-9.]+", version)
    return found[0].rstrip(".") if found else ""


def _is_document(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _last(ran: Ran) -> str:
    lines = (ran.complained.strip() or ran.said.strip()).splitlines()
    return lines[-1] if lines else f"exit code {ran.code}"
