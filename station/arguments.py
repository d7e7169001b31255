"""Values of command lines, each refused with a sentence that says what is allowed."""

import argparse
from pathlib import Path


def seconds(text: str) -> float:
    """Return a number of seconds, 1 to 3600. Raises argparse.ArgumentTypeError."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1 <= value <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number between 1 and 3600")
    return value


def whole(text: str) -> int:
    """Return a whole number, 1 to 3650. Raises argparse.ArgumentTypeError."""
    value = _whole(text)
    if value is None or not 1 <= value <= 3650:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 3650")
    return value


def port(text: str) -> int:
    """Return a TCP port. Raises argparse.ArgumentTypeError."""
    value = _whole(text)
    if value is None or not 1 <= value <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; a port is a whole number from 1 to 65535")
    return value


def seed(text: str) -> int:
    """Return the seed of a simulation. Raises argparse.ArgumentTypeError."""
    value = _whole(text)
    if value is None or not 0 <= value < 2**63:  # as large as the configuration file can say
        raise argparse.ArgumentTypeError(f"{text!r} is not a seed; a seed is a whole number, 0 or more")
    return value


def add_enrolment(parser: argparse.ArgumentParser) -> None:
    """Add the options of `enrol`."""
    parser.add_argument(
        "bundle",
        type=Path,
        nargs="?",
        metavar="BUNDLE",
        help="the care team's answer; - takes what a scanner types",
    )
    parser.add_argument("--station", metavar="ID", help="who this station is, where no configuration says it")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the request (default ID.request.pem)")
    parser.add_argument("--config", metavar="FILE", help="configuration (TOML)")


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
