"""`balance-care forget`: name and results of one patient are deleted for good."""

import argparse
import sys

from station.errors import ConfigError
from ui.care.installation.ready import require_database
from ui.care.people.forgetting import forget
from ui.care.people.roster import patient_named
from ui.care.rights.operator import operator
from ui.care.words.people import wipe_order


def run(arguments: argparse.Namespace) -> int:
    """Forget, once the pseudonym was typed again. Returns 0. Raises ConfigError for another word."""
    require_database()
    patient = patient_named(arguments.pseudonym)
    pseudonym = patient.pseudonym
    sys.stderr.write(
        "Name, results, raw traces, journal and programmes are deleted for good. "
        f"A copy first: balance-care export {pseudonym} --out FILE\nType the pseudonym again: "
    )
    sys.stderr.flush()
    typed = sys.stdin.readline().strip()
    if typed != pseudonym:
        raise ConfigError("that is not the pseudonym; nothing was deleted")
    gone = forget(patient, who=None, by=operator())
    sys.stdout.write(
        f"{pseudonym} is forgotten: {gone.sessions} sessions, {gone.trials} trials, "
        f"{gone.messages} messages, {gone.prescriptions} programmes\n"
    )
    for sid in gone.stations:
        sys.stdout.write(f"Station {sid} is free. Now:\n")
        sys.stdout.writelines(
            f"{number}. {step.words}\n" + (f"   {step.command}\n" if step.command else "")
            for number, step in enumerate(wipe_order(sid), start=1)
        )
    return 0
