"""`balance-care user add`: people who may log in."""

import argparse
import sys

from ui.care.accounts import add_user
from ui.care.ready import require_database


def run(arguments: argparse.Namespace) -> int:
    """Add the person. Returns 0. Raises ConfigError for a password that is too weak."""
    require_database()
    password = sys.stdin.readline().rstrip("\r\n")
    add_user(arguments.name, role=arguments.role, password=password)
    sys.stdout.write(f"{arguments.name} may log in as {arguments.role}\n")
    return 0
