"""`balance-care certificates`: who has one, until when, and whose was taken back."""

import argparse
import sys
from datetime import UTC, datetime

from station.link.identity import WARN_DAYS, identity_of
from ui.care.installation.folder import data_folder
from ui.care.trust.authority import Authority, Given


def run(_arguments: argparse.Namespace) -> int:
    """List them, the newest last. Returns 0."""
    folder = data_folder()
    folder.create()
    now = datetime.now(UTC)
    sys.stdout.writelines(_line(given, now) for given in Authority(folder.authority).given())
    return 0


def _line(given: Given, now: datetime) -> str:
    identity = identity_of(given.certificate)
    left = identity.days_left(now)
    state = "good"
    if given.revoked is not None:
        state = f"revoked on {given.revoked:%Y-%m-%d}"
    elif left < 0:
        state = "ended"
    elif left <= WARN_DAYS:
        state = f"ends in {left} days: renew it"
    return f"{identity.name}\tuntil {identity.ends:%Y-%m-%d}\t{state}\n"
