"""`balance-station report`: one file that only its owner reads, and what is in it."""

import argparse
import io
import os
import sys
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from station.link.whole_file import PRIVATE, write_whole
from station.report.gather import Sources, gather
from station.setup.place import Place, run_program

MOST_BYTES: Final = 1_000_000  # of all parts before they are packed
EXPLAINED: Final = {
    "versions.json": "programs and libraries",
    "configuration.json": "the configuration; what may name somebody or open something is only 'set'",
    "database.json": "counts of rows, state of the file, last faults of the board; no results",
    "machine.json": "model, disk, memory, temperature, power and heat since the start",
    "boot.json": "lines of config.txt and words of cmdline.txt that are known to name nobody",
    "kernel.json": "how often the kernel spoke of voltage, card, file system, memory",
    "units.json": "how the programs of the station stand",
    "update.json": "how the last update stands",
    "check.json": "the check of the board",
    "log.txt": "the last log lines; every word that the programs do not say themselves is masked (▒)",
}


def run(args: argparse.Namespace) -> int:
    """Write the report. Returns 0. Raises StoreError where it cannot be written."""
    place = Place(Path("/"), run_program, config_at=Path(args.config) if args.config else None)

    def check() -> str:
        config = ("--config", args.config) if args.config else ()
        return place.run((sys.executable, "-m", "station", "check", "--json", *config), "").text

    parts = gather(Sources(place, None if args.no_check else check))
    now = datetime.now(UTC)
    named = args.out or Path(f"balance-report-{now:%Y%m%dT%H%M%SZ}.zip")
    file = named.absolute()  # whoever is asked for it need not know where this was typed
    write_whole(file, packed(parts, now), mode=PRIVATE)
    _give_to(os.environ.get("SUDO_UID", ""), file)
    sys.stdout.write(contents(file, parts))
    return 0


def _give_to(user: str, file: Path) -> None:
    """Let whoever asked by sudo send it."""
    if os.geteuid() == 0 and user.isdecimal():
        os.chown(file, int(user), -1)


def packed(parts: Mapping[str, str], now: datetime) -> bytes:
    """Return the parts as one ZIP archive, each cut where it is too long."""
    stream = io.BytesIO()
    share = MOST_BYTES // len(parts)
    when = (now.year, now.month, now.day, now.hour, now.minute, now.second)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {"README.txt": _explanation(parts), **parts}.items():
            content = text.encode("utf-8", errors="replace")
            archive.writestr(zipfile.ZipInfo(name, when), content[:share], zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def contents(file: Path, parts: Mapping[str, str]) -> str:
    """Return what a person is told of the file."""
    size_kb = -(-file.stat().st_size // 1000)
    return f"{file} ({size_kb} kB), for a helper; nothing of who trains. In it:\n{_explanation(parts)}"


def _explanation(parts: Mapping[str, str]) -> str:
    return "".join(f"  {name:<20}{EXPLAINED.get(name, '')}\n" for name in parts)
