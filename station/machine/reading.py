"""How the computer of a station is: read from the files the kernel shows, with None for what is not there."""

import platform
import re
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import structs

from station.training.health import MachineHealth, PowerState

MB: Final = 1_000_000
# Of the firmware of a Raspberry Pi (mailbox tag 0x00030046): bits 0 to 3 now, 16 to 19 since the start.
THROTTLED: Final = "sys/devices/platform/soc/soc:firmware/get_throttled"
MONITORS: Final = "sys/class/hwmon"
SINCE_START: Final = 16
BITS: Final = ("undervoltage", "capped", "throttled", "hot")


def read_machine(root: Path, *, free_bytes: Callable[[], int]) -> MachineHealth:
    """Return what the files under `root` (/) tell; `free_bytes` is the room where results are kept."""
    memory = _memory_mb(root / "proc/meminfo")
    now, since = _power(root)
    return MachineHealth(
        model=_text(root / "proc/device-tree/model"),
        os=_os_name(root / "etc/os-release"),
        python=platform.python_version(),
        cpu_c=_hottest_c(root),
        power_now=now,
        power_since_start=since,
        disk_free_mb=_free_mb(free_bytes),
        memory_mb=memory.get("MemTotal"),
        memory_free_mb=memory.get("MemAvailable"),
        uptime_s=_scaled(root / "proc/uptime", 1, 0),
        fan_rpm=_fan_rpm(root),
        memory_stall_percent=_stall_percent(root / "proc/pressure/memory"),
    )


def _power(root: Path) -> tuple[PowerState | None, PowerState | None]:
    """Return how power and heat are now and were since the start; None where nothing tells it.

    The firmware of a Pi up to 4 tells by a file, that of all also to the kernel's rpi_volt driver, which on a
    Pi 5 is the only one of the two a program without the right to ask the firmware can read.
    """
    bits, alarm = _throttled(root), _voltage_alarm(root)
    if bits is None and alarm is None:
        return None, None
    now, since = _state(bits or 0), _state((bits or 0) >> SINCE_START)
    if alarm:
        now, since = (structs.replace(state, undervoltage=True) for state in (now, since))
    # The driver tells of this moment alone: without the firmware's word nobody knows what was before.
    return now, since if bits is not None or alarm else None


def _state(bits: int) -> PowerState:
    return PowerState(**{name: bool(bits >> place & 1) for place, name in enumerate(BITS)})


def _monitors(root: Path, name: str) -> list[Path]:
    """Return the folders of the kernel's sensors of this name: their numbers change from boot to boot."""
    return [file.parent for file in sorted((root / MONITORS).glob("*/name")) if _text(file) == name]


def _voltage_alarm(root: Path) -> bool | None:
    alarms = [_scaled(folder / "in0_lcrit_alarm", 1, 0) for folder in _monitors(root, "rpi_volt")]
    known = [alarm for alarm in alarms if alarm is not None]
    return any(known) if known else None


def _fan_rpm(root: Path) -> int | None:
    turns = [_scaled(folder / "fan1_input", 1, 0) for folder in _monitors(root, "pwmfan")]
    return next((int(rpm) for rpm in turns if rpm is not None), None)


def _hottest_c(root: Path) -> float | None:
    zones = [_scaled(file, 1e-3, 1) for file in (root / "sys/class/thermal").glob("thermal_zone*/temp")]
    return max((zone for zone in zones if zone is not None), default=None)


def _stall_percent(file: Path) -> float | None:
    """Return `avg60` of the line `some` (Documentation/accounting/psi.rst)."""
    found = re.search(r"^some .*avg60=([0-9.]+)", _text(file) or "", re.MULTILINE)
    return float(found[1]) if found else None


def _throttled(root: Path) -> int | None:
    text = _text(root / THROTTLED)
    with suppress(ValueError):
        return None if text is None else int(text, 16)
    return None


def _text(file: Path) -> str | None:
    try:
        return file.read_text("utf-8", errors="replace").strip("\0 \n")[:200] or None
    except OSError:
        return None


def _scaled(file: Path, factor: float, digits: int) -> float | None:
    """Return the first number in a file."""
    with suppress(ValueError, IndexError):
        return round(float((_text(file) or "").split()[0]) * factor, digits)
    return None


def _os_name(file: Path) -> str | None:
    with suppress(tomllib.TOMLDecodeError, KeyError):
        lines = [line for line in (_text(file) or "").splitlines() if line.startswith("PRETTY_NAME=")]
        return str(tomllib.loads("\n".join(lines))["PRETTY_NAME"])
    return None


def _memory_mb(file: Path) -> dict[str, int]:
    """Return the lines of /proc/meminfo (kB) in MB."""
    found: dict[str, int] = {}
    try:
        lines = file.read_text("ascii", errors="replace").splitlines()
    except OSError:
        return found
    for line in lines:
        name, _, rest = line.partition(":")
        with suppress(ValueError, IndexError):
            found[name] = round(int(rest.split()[0]) * 1024 / MB)
    return found


def _free_mb(free_bytes: Callable[[], int]) -> int | None:
    with suppress(OSError):
        return free_bytes() // MB
    return None
