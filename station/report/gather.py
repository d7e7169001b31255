"""What goes into the report, each part by itself: one that cannot be had says so and stops no other."""

import platform
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import msgspec

from firmware_config import cmdline_txt, config_txt
from firmware_config.boot_file import read_text
from firmware_config.refusal import BootRefusal
from station import __version__
from station.config import DATABASE
from station.errors import ConfigError
from station.machine.reading import read_machine
from station.report.kept import look_into
from station.report.updated import how_updated
from station.report.vocabulary import masked, own_words
from station.setup.change import Run
from station.setup.place import Place, report_of

LOG_LINES: Final = 400
LOG_BYTES: Final = 100_000
# Sections of station.toml whose values name nobody; of the others only which keys are set is told.
OPEN: Final[Mapping[str, frozenset[str] | None]] = {
    "station": frozenset({"clinic"}),
    "source": frozenset({"reader", "seed", "imperfect", "rested"}),
    "board": frozenset({"data_pins", "clock_pins", "gain", "rate_hz", "width_mm", "length_mm"}),
    "panel": None,
    "care": frozenset({"port", "keys_version", "renew_days"}),
    "link": None,
    "updates": frozenset({"before_training_min"}),
    "limits": frozenset({"longest_hold_s", "most_minutes"}),
}
PACKAGES: Final = ("gpiod", "msgspec", "numpy", "scipy", "paho-mqtt", "cryptography", "pygame-ce", "gpiozero")
# Of the kernel's messages: how often each of these came, not what it said.
KERNEL: Final = {
    "undervoltage": r"[Uu]nder-?voltage",
    "card": r"mmc\d: .*(?:error|timeout|failed)",
    "file system": r"EXT4-fs.*(?:error|warning)",
    "read-only": r"[Rr]emounting filesystem read-only",
    "out of memory": r"Out of memory|oom-kill",
    "usb": r"usb .*(?:over-current|error -\d+)",
    "watchdog": r"watchdog.*(?:did not stop|timeout)",
}
# Words of cmdline.txt that name nobody, by how they begin.
BOOT_WORDS: Final = (
    "console", "root", "fsck", "quiet", "splash", "isolcpus", "nohz_full", "rcu_nocbs", "logo", "vt.",
    "video=", "balance_station.", "cfg80211.", "cgroup", "rw", "ro", "overlayroot",
)  # fmt: skip


@dataclass(slots=True)
class Sources:
    """Where the parts come from; `check` runs the check of the board, None leaves it alone."""

    place: Place
    check: Callable[[], str] | None
    program: Path = field(default_factory=lambda: Path(__file__).parents[2])

    @property
    def run(self) -> Run:
        """Runs a program of the machine."""
        return self.place.run


def gather(sources: Sources) -> dict[str, str]:
    """Return the parts as texts, by the name of their file."""
    kept: dict[str, Any] = {}
    private: frozenset[str] = frozenset()
    state = sources.place.state()
    try:
        kept, private = look_into(state / DATABASE)
    except OSError as error:
        kept = {"state": f"cannot be looked at ({error.strerror})"}
    words = own_words(sources.program)
    parts: dict[str, Callable[[], object]] = {
        "versions.json": _versions,
        "configuration.json": partial(
            _configuration, sources.place, partial(masked, words=words, secret=private)
        ),
        "database.json": lambda: kept,
        "machine.json": partial(_machine, sources.place, state),
        "boot.json": partial(_boot, sources.place),
        "kernel.json": partial(_kernel, sources.run),
        "units.json": partial(_units, sources.run),
        "update.json": partial(how_updated, sources.place, partial(masked, words=words, secret=private)),
        "check.json": partial(_check, sources.check, words, private),
        "log.txt": partial(_log, sources.run, words, private),
    }
    return {name: _text(part) for name, part in parts.items()}


def _text(part: Callable[[], object]) -> str:
    try:
        found = part()
    except Exception as error:  # noqa: BLE001 -- a report is wanted just when something is broken
        found = {"missing": type(error).__name__}  # its message may quote what it read
    if isinstance(found, str):
        return found
    return msgspec.json.format(msgspec.json.encode(found)).decode() + "\n"


def _versions() -> dict[str, Any]:
    found: dict[str, str | None] = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    kernel = platform.uname()
    return {
        "station": __version__,
        "python": sys.version.split()[0],
        "packages": found,
        "kernel": kernel.release,
        "machine": kernel.machine,
    }


def _configuration(place: Place, hide: Callable[[str], str]) -> dict[str, Any]:
    text = read_text(place.config_file)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        return {"state": "not valid TOML", "line": int(line[1]) if line else None}
    told: dict[str, Any] = {}
    for section, known in OPEN.items():
        keys = document.get(section)
        if isinstance(keys, dict):
            told[section] = {
                key: value if _open(known, value) and (known is None or key in known) else "set"
                for key, value in keys.items()
                if re.fullmatch(r"[a-z_]{1,30}", key)
            }
    source = str(document.get("source", {}).get("source", "simulate"))
    told.setdefault("source", {})["source"] = source if source in {"gpio", "wii", "simulate"} else "replay"
    state = "read" if text else "there is none: defaults"
    try:
        place.config()
    except ConfigError as error:  # no program starts with it; what it quotes may name somebody
        state = f"refused: {hide(str(error).partition(': ')[2])}"
    enrolled = (place.state() / "enrolment" / "enrolment.json").exists()
    return {"state": state, "keys": told, "enrolled": enrolled}


def _open(known: frozenset[str] | None, value: object) -> bool:
    """Return whether a value can be told: numbers, and short words of an open section."""
    if isinstance(value, list):
        return all(isinstance(each, int) for each in value)
    if isinstance(value, str):
        return (known is None or value in {"station", "hx711"}) and re.fullmatch(
            r"[a-z0-9]{1,10}", value
        ) is not None
    return isinstance(value, bool | int | float)


def _machine(place: Place, state: Path) -> dict[str, Any]:
    folder = state if state.exists() else place.root
    disk = shutil.disk_usage(folder)
    health = msgspec.to_builtins(read_machine(place.root, free_bytes=lambda: disk.free))
    mounts = [line.split() for line in read_text(place.root / "proc/mounts").splitlines()]
    shown = [
        {"on": m[1], "type": m[2], "read_only": "ro" in m[3].split(",")}
        for m in mounts
        if len(m) > 3 and m[1] in {"/", "/boot", "/boot/firmware", "/var", "/data"}
    ]
    return {**health, "disk_total_mb": disk.total // 1_000_000, "mounts": shown}


def _boot(place: Place) -> dict[str, Any]:
    folder = place.boot
    if folder is None:
        return {"state": "no boot partition of a Raspberry Pi"}
    text, line = read_text(folder / "config.txt"), read_text(folder / "cmdline.txt")
    settings = [each.strip() for each in text.splitlines()]
    known = re.compile(
        r"(?:\[[a-zA-Z0-9+=:]{1,20}\]|(?:dtoverlay|dtparam|gpio|arm_\w+|gpu_mem|enable_uart|max_framebuffers|camera_auto_detect|display_auto_detect|disable_\w+|hdmi_\w+|usb_\w+)(?::\d)?=[\w,.=:@+-]{0,90})"
    )
    told = [
        each if known.fullmatch(each) else "(another line)"
        for each in settings
        if each and not each.startswith("#")
    ]
    try:
        ours: object = config_txt.ours(text) is not None
        words: object = cmdline_txt.ours(line) is not None
    except BootRefusal:
        ours = words = "the marks do not pair"
    shown = [word if word.startswith(BOOT_WORDS) else "(another word)" for word in line.split()]
    return {"config_txt": told, "cmdline_txt": shown, "ours": ours, "our_words": words}


def _kernel(run: Run) -> dict[str, Any]:
    ran = run(("dmesg", "--color=never"), "")
    if ran.code != 0:
        ran = run(("journalctl", "-k", "-b", "--no-pager", "-o", "cat"), "")
    if ran.code != 0:
        return {"missing": "the kernel's messages cannot be read; run the report as root"}
    return {name: len(re.findall(pattern, ran.text)) for name, pattern in KERNEL.items()}


def _units(run: Run) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for unit in ("balance-station", "balance-uplink", "balance-ui", "balance-panel"):
        keys = "ActiveState,SubState,Result,NRestarts,ExecMainStatus,UnitFileState"
        ran = run(("systemctl", "show", f"{unit}.service", f"--property={keys}"), "")
        pairs = [line.partition("=")[::2] for line in ran.text.splitlines() if ran.code == 0]
        told[unit] = {
            key: value for key, value in pairs if key in keys and re.fullmatch(r"[a-z0-9-]{0,30}", value)
        }
    return told


def _check(check: Callable[[], str] | None, words: frozenset[str], private: frozenset[str]) -> object:
    if check is None:
        return {"missing": "not asked for"}
    document = report_of(check())
    if not document:
        return {"missing": "the check did not come to an end; run balance-station check"}
    return _masked(document, words, private)


def _masked(value: object, words: frozenset[str], private: frozenset[str]) -> object:
    if isinstance(value, dict):
        return {key: _masked(each, words, private) for key, each in value.items()}
    if isinstance(value, list):
        return [_masked(each, words, private) for each in value]
    return masked(value, words, private) if isinstance(value, str) else value


def _log(run: Run, words: frozenset[str], private: frozenset[str]) -> str:
    units = [f"--unit=balance-{name}.service" for name in ("station", "uplink", "ui", "panel")]
    ran = run(("journalctl", *units, f"--lines={LOG_LINES}", "--no-pager", "--output=short-iso"), "")
    if ran.code != 0:
        return "the log cannot be read; run the report as root\n"
    lines = [_log_line(line, words, private) for line in ran.text.splitlines()[-LOG_LINES:]]
    text = "\n".join(line for line in lines if line) + "\n"
    return text.encode()[-LOG_BYTES:].decode("utf-8", errors="ignore")


def _log_line(line: str, words: frozenset[str], private: frozenset[str]) -> str:
    """Return time, program and masked text of a line of the journal; the machine's name is left out."""
    found = re.match(r"(\d{4}-\d\d-\d\dT[\d:]{8}[+-][\d:]{4,5}) \S+ ([a-z-]{1,30})(?:\[\d+\])?: (.*)", line)
    if found is None:
        return masked(line, words, private)
    program = found[2] if found[2] in words else "?"
    return f"{found[1]} {program}: {masked(found[3], words, private)}"
