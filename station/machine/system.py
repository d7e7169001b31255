"""Which packages this computer takes: the name of its Debian release, and its architecture."""

import platform
from pathlib import Path
from typing import Final, NamedTuple

ARCHES: Final = {"aarch64": "arm64", "x86_64": "amd64", "armv7l": "armhf"}  # uname's words and Debian's


class System(NamedTuple):
    """Both in Debian's words; "" where nobody knows."""

    debian: str
    arch: str


def this_system(root: Path = Path("/")) -> System:
    """Return what the files under `root` and the kernel tell."""
    try:
        text = (root / "etc/os-release").read_text("utf-8", errors="replace")
    except OSError:
        text = ""
    said = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    machine = platform.machine()
    return System(said.get("VERSION_CODENAME", "").strip("\"' "), ARCHES.get(machine, machine))
