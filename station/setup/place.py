"""The machine that is set up: this one, or an image in a folder; and what setup remembers of it."""

import json
import subprocess
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from firmware_config.boot import FOLDERS
from firmware_config.boot_file import read_text
from station.config import Config, parse_config
from station.errors import StoreError
from station.link.whole_file import PUBLIC, write_whole
from station.machine.reading import read_machine
from station.setup.answers import Answers
from station.setup.change import Ran, Run

CONFIG: Final = "etc/balance-station/station.toml"
SHIPPED: Final = "usr/share/balance-station/station.toml"  # what the package puts there at first
STATE: Final = "var/lib/balance-station"
RECORD: Final = "setup.json"
COMMAND_S: Final = 120


class Record(msgspec.Struct, kw_only=True):
    """What setup did that the machine itself does not show: how to take it back, and what was seen."""

    undo: dict[str, list[list[str]]] = {}
    wrote: dict[str, str] = {}  # step → digest of the file it made
    seen: dict[str, str] = {}  # step → what came out
    answers: Answers | None = None  # of the last run, without the bundle


@dataclass(slots=True)
class Place:
    """`root` is / for this machine; `run` runs a program on it."""

    root: Path
    run: Run
    config_at: Path | None = None  # another configuration than the machine's
    record: Record = field(default_factory=Record)

    @property
    def live(self) -> bool:
        """Whether it is the machine this runs on: only there can programs, units and the board be asked."""
        return self.root == Path("/")

    @property
    def boot(self) -> Path | None:
        """The boot partition, None where there is none."""
        for name in FOLDERS:
            if (self.root / name / "config.txt").exists() and (self.root / name / "cmdline.txt").exists():
                return self.root / name
        return None

    @property
    def model(self) -> str | None:
        """What the machine calls itself, None for one that is no Raspberry Pi (an image cannot say)."""
        named = read_machine(self.root, free_bytes=lambda: 0).model
        return named if named and "Raspberry Pi" in named else None

    @property
    def config_file(self) -> Path:
        """The station's configuration."""
        return self.config_at or self.root / CONFIG

    def shipped(self) -> str | None:
        """Return the configuration that the package brings, None where it brings none."""
        file = self.root / SHIPPED
        return read_text(file) if file.exists() else None

    @property
    def unnamed(self) -> bool:
        """Whether nobody has decided anything yet: no configuration, or still the package's own."""
        return not self.config_file.exists() or read_text(self.config_file) == self.shipped()

    def config(self) -> Config:
        """Return the station's configuration, the defaults without a file. Raises ConfigError."""
        return parse_config(read_text(self.config_file), where=f"configuration {self.config_file}")

    def state(self) -> Path:
        """Return where the station keeps its data; a configuration not readable names no other."""
        try:
            named = tomllib.loads(read_text(self.config_file)).get("station", {}).get("state", "")
        except (tomllib.TOMLDecodeError, AttributeError):
            named = ""
        return self.root / str(named or STATE).lstrip("/")

    def as_station(self, *arguments: str) -> tuple[str, ...]:
        """Return `balance-station …` as whoever owns the state, with that state."""
        state = self.state()
        command = ("env", f"STATE_DIRECTORY={state}", "balance-station", *arguments)
        try:
            owner = state.owner()
        except (OSError, KeyError):
            return command
        return command if owner == "root" else ("runuser", "-u", owner, "--", *command)

    def recall(self) -> None:
        """Read what setup remembers; a damaged file is as none."""
        try:
            self.record = msgspec.json.decode((self.state() / RECORD).read_bytes(), type=Record)
        except (OSError, msgspec.DecodeError):
            self.record = Record()

    def remember(self) -> None:
        """Keep it. Raises StoreError."""
        file = self.state() / RECORD
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{file.parent}: cannot be made ({error.strerror}); run setup as root"
            ) from error
        write_whole(file, msgspec.json.format(msgspec.json.encode(self.record)), mode=PUBLIC)


def run_program(argv: Sequence[str], typed: str) -> Ran:
    """Run a program; what it says comes back. One that is not there, or hangs, ends with 127 or 124."""
    try:
        done = subprocess.run(
            argv,
            input=typed,
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
            check=False,
            errors="replace",
        )
    except FileNotFoundError:
        return Ran(127, f"{argv[0]}: not found")
    except (OSError, subprocess.TimeoutExpired) as error:
        return Ran(124, str(error))
    return Ran(done.returncode, (done.stdout + done.stderr).strip())


def report_of(said: str) -> dict[str, Any]:
    """Return the JSON document that a program's words begin with, empty where they do not.

    What it said on standard error follows in the same words.
    """
    try:
        found, _ = json.JSONDecoder().raw_decode(said)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
