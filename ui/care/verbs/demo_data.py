"""`balance-care demo-data`: a simulated clinic to look at, in an empty care database."""

import argparse
import sys

from station.errors import ConfigError
from ui.care.installation.ready import require_database
from ui.care.simulated.clinic import Size, make_clinic, today


def run(arguments: argparse.Namespace) -> int:
    """Write the clinic. Returns 0. Raises ConfigError for a bad size, or where somebody is already."""
    if not 1 <= arguments.patients <= 10_000:
        raise ConfigError(f"--patients is {arguments.patients}; it must be 1 to 10000")
    if not 7 <= arguments.days <= 3650:
        raise ConfigError(f"--days is {arguments.days}; it must be 7 to 3650")
    require_database()
    size = Size(
        patients=arguments.patients,
        days=arguments.days,
        seed=arguments.seed,
        traces=arguments.traces,
        keep_messages=not arguments.lean,
    )
    made = make_clinic(size, now=today(), log=lambda line: sys.stderr.write(f"{line}\n"))
    sys.stdout.write(
        f"simulated clinic: {made.patients} patients, {made.sessions} sessions, {made.trials} trials; "
        "see it with: balance-care serve\n"
    )
    return 0
