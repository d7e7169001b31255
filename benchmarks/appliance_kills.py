"""Random kills of everything in the appliance while somebody trains, held against both databases.

    sudo python -m benchmarks --full appliance_kills --package build/balance-station_0.1.0-1~deb13_amd64.deb

What it needs, and what --package and APPLIANCE_ROOT mean: `benchmarks.appliance`.
"""

import math
import sys
from pathlib import Path
from typing import Final

from benchmarks.appliance import appliance, boot
from benchmarks.appliance_session import train_while_dying
from benchmarks.table import show
from station.errors import StationError

FULL_KILLS: Final = 200
KILLS: Final = 14


def main(*, full: bool = False, minutes: float | None = None, package: Path | None = None) -> None:
    """Kill at random and count; without `full` fewer kills, with `minutes` as many as there is time for."""
    kills = FULL_KILLS if full or minutes else KILLS
    longest_s = minutes * 60 if minutes else math.inf
    try:
        with appliance(package) as (machine, root):
            boot(machine)
            kept = train_while_dying(machine, root, kills=kills, longest_s=longest_s, seed=1)
            show("Kills while somebody trains", [kept])
    except StationError as error:
        sys.exit(f"appliance_kills: {error}")
