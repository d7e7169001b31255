"""`python -m benchmarks [--full | --minutes N] [NAME …]`: every benchmark, or those named.

Without `--full` each takes seconds; the figures in docs/board.md were made with it.
"""

import argparse
import importlib
import sys
from pathlib import Path
from typing import Final

NAMES: Final = (
    "driver",
    "rivals",
    "brownout",
    "gpio",
    "memory",
    "idle",
    "latency",
    "kiosk",
    "voice",
    "kiosk_live",
    "kiosk_day",
    "day",
    "kills",
    "sway",
    "calibration",
    "power",
    "training",
    "prescriptions",
    "hostile",
    "refused",
    "outage",
    "raw",
    "live",
    "network",
    "stations",
    "console",
    "out",
    "wall",
    "appliance",
    "appliance_kills",
    "pulled",
)
PACKAGED: Final = ("appliance", "appliance_kills")  # these can try a Debian package
# These can be given any length: they live in virtual time, but for the last two.
TIMED: Final = ("driver", "rivals", "memory", "wall", "appliance_kills")


def main(argv: list[str] | None = None) -> int:
    """Run them one after another; return 1 where one of them says that it failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--full", action="store_true", help="the long runs behind the figures in the docs")
    parser.add_argument("--minutes", type=float, help=f"minutes a row, of `wall` in all ({', '.join(TIMED)})")
    parser.add_argument(
        "--package", type=Path, metavar="FILE", help=f"the .deb that is tried ({', '.join(PACKAGED)})"
    )
    parser.add_argument("--pulls", type=int, help="machines to pull, with `pulled` alone")
    asked = parser.parse_args(argv)
    unknown = sorted(set(asked.names) - set(NAMES))
    if unknown:
        parser.error(f"no benchmark is called {unknown[0]}; there are {', '.join(NAMES)}")
    if asked.minutes and not set(asked.names) <= set(TIMED):
        parser.error(f"--minutes goes with {', '.join(TIMED)}")
    if asked.package and not (asked.names and set(asked.names) <= set(PACKAGED)):
        parser.error(f"--package goes with {', '.join(PACKAGED)}")
    length: dict[str, object] = {"minutes": asked.minutes} if asked.minutes else {"full": asked.full}
    if asked.package:
        length["package"] = asked.package.resolve()
    if asked.pulls and asked.names != ["pulled"]:
        parser.error("--pulls goes with pulled")
    if asked.pulls:
        length["pulls"] = asked.pulls
    failed = False
    for name in asked.names or (TIMED if asked.minutes else NAMES):
        failed |= bool(importlib.import_module(f"benchmarks.{name}").main(**length))
        sys.stdout.flush()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
