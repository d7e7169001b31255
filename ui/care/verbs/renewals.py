"""`balance-care renewals`: which stations ask for a certificate; a person confirms or refuses one."""

import argparse
import sys

from ui.care.installation.ready import require_database
from ui.care.models import Renewal
from ui.care.trust import renewals


def run(arguments: argparse.Namespace) -> int:
    """List them, or confirm or refuse one. Returns 0. Raises ConfigError where none waits."""
    require_database()
    if arguments.confirm:
        renewals.confirm(arguments.confirm)
        sys.stdout.write(f"{arguments.confirm}: confirmed; balance-care upkeep gives the certificate\n")
        return 0
    if arguments.refuse:
        renewals.refuse(arguments.refuse)
        sys.stdout.write(f"{arguments.refuse}: refused; the station says so, and goes on with what it has\n")
        return 0
    asked = Renewal.objects.select_related("station").order_by("station__sid", "asked")
    sys.stdout.writelines(_line(renewal) for renewal in asked)
    return 0


def _line(renewal: Renewal) -> str:
    words = [renewal.station.sid, f"asked {renewal.asked:%Y-%m-%d}", str(renewal.get_state_display()).lower()]
    return "\t".join([*words, renewal.reason] if renewal.reason else words) + "\n"
