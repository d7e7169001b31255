"""What this care side has decided about certificates, from its environment."""

import os
from typing import Final, NamedTuple

from station.errors import ConfigError
from station.link.identity import WARN_DAYS

AUTOMATIC: Final = "automatic"
CONFIRM: Final = "confirm"


class Policy(NamedTuple):
    """How many days before its end a certificate is renewed, and whether a person confirms each time."""

    renew_days: int = WARN_DAYS
    confirm: bool = False


def policy() -> Policy:
    """Return BALANCE_CARE_RENEW_DAYS and BALANCE_CARE_RENEW. Raises ConfigError."""
    days = os.environ.get("BALANCE_CARE_RENEW_DAYS") or str(WARN_DAYS)
    if not days.isdecimal() or not 0 <= int(days) <= 300:
        raise ConfigError(f"BALANCE_CARE_RENEW_DAYS is {days!r}; it must be a number of days, 0 to 300")
    how = os.environ.get("BALANCE_CARE_RENEW") or AUTOMATIC
    if how not in {AUTOMATIC, CONFIRM}:
        raise ConfigError(f"BALANCE_CARE_RENEW is {how!r}; it must be {AUTOMATIC} or {CONFIRM}")
    return Policy(int(days), how == CONFIRM)
