"""How the computer of a station is: read from the files the kernel shows, with None for what is not there."""

import platform
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from station.training.health import MachineHealth, PowerState

MB: Final = 1_000_000
# Of the firmware of a Raspberry Pi (mailbox tag 0x00030046): bits 0 to 3 now, 16 to 19 since the start.
THROTTLED: Final = "sys/devices/platform/soc/soc:firmware/get_throttled"
SINCE_START: Final = 16
BITS: Final = ("undervoltage", "capped", "throttled", "hot")


def read_machine(root: Path, *, free_bytes: Callable[[], int]) -> MachineHealth:
    """Return what the files under `root` (/) tell; `free_bytes` is the room where results are kept."""
    memory = _memory_mb(root / "proc/meminfo")
    bits = _throttled(root)
    return MachineHealth(
        model=_text(root / "proc/device-tree/model"),
        os=_os_name(root / "etc/os-release"),
        python=platform.python_version(),
        cpu_c=_scaled(root / "sys/class/thermal/thermal_zone0/temp", 1e-3, 1),
        power_now=None if bits is None else _power(bits),
        power_since_start=None if bits is None else _power(bits >> SINCE_START),
        disk_free_mb=_free_mb(free_bytes),
        memory_mb=memory.get("MemTotal"),
        memory_free_mb=memory.get("MemAvailable"),
        uptime_s=_scaled(root / "proc/uptime", 1, 0),
    )


def _power(bits: int) -> PowerState:
    return PowerState(**{name: bool(bits >> place & 1) for place, name in enumerate(BITS)})


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
