"""What an installation decides by environment variables: read, checked, with the defaults."""

import os
from typing import Final

from station.errors import ConfigError

LOCAL: Final = ("localhost", "127.0.0.1", "[::1]", "::1")


def flag(name: str, *, default: bool) -> bool:
    """Return whether a variable is 1. Raises ConfigError for what is neither 1 nor 0."""
    value = os.environ.get(name, "")
    if value not in {"", "0", "1"}:
        raise ConfigError(f"{name} is {value!r}; it must be 1 or 0")
    return value == "1" if value else default


def number(name: str, *, default: int, least: int, most: int) -> int:
    """Return a whole number. Raises ConfigError for what is none, or beyond the bounds."""
    value = os.environ.get(name) or str(default)
    if not value.isdecimal() or not least <= int(value) <= most:
        raise ConfigError(f"{name} is {value!r}; it must be a number from {least} to {most}")
    return int(value)


def hosts() -> list[str]:
    """Return the names the site answers to."""
    given = os.environ.get("BALANCE_CARE_HOSTS") or ",".join(LOCAL[:3])
    return [host.strip() for host in given.split(",") if host.strip()]


def is_served_beyond(names: list[str], *, https: bool) -> bool:
    """Whether somebody at another machine can reach the site."""
    return https or any(name not in LOCAL for name in names)


def needed(name: str, why: str) -> str:
    """Return a variable that must be there. Raises ConfigError saying why."""
    value = os.environ.get(name, "")
    if not value:
        raise ConfigError(f"{name} is not set; {why}")
    return value
