"""Values of command lines, each refused with a sentence that says what is allowed."""

import argparse
from pathlib import Path
from typing import Final

SETUP_STEPS: Final = (
    "wiring",
    "boot",
    "display",
    "country",
    "check",
    "calibration",
    "enrolment",
    "units",
)


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


def add_analysis(analyse: argparse.ArgumentParser) -> None:
    """Add the options of `analyse`."""
    analyse.add_argument("files", type=Path, nargs="+", metavar="FILE", help="recording (CSV, plain or .gz)")
    analyse.add_argument(
        "--filter",
        choices=("cop-1", "none"),
        default="cop-1",
        help="the station's report method (default), or the file as it is",
    )
    analyse.add_argument("--plate", type=Path, metavar="FILE", help="plate of raw counts (JSON or TOML)")
    form = analyse.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON document")
    form.add_argument("--csv", action="store_true", help="print CSV, a row a file")
    analyse.add_argument("--plot", type=Path, metavar="OUT", help="draw OUT.png, OUT.svg or OUT.pdf")
    analyse.add_argument("--html", type=Path, metavar="OUT", help="write one self-contained page")


def add_setup(parser: argparse.ArgumentParser) -> None:
    """Add the options of `setup`."""
    parser.add_argument("--answers", type=Path, metavar="FILE", help="answers (TOML): nobody is asked")
    parser.add_argument("--root", type=Path, metavar="DIR", help="set up an image that is mounted here")
    parser.add_argument("--dry-run", action="store_true", help="show what would be changed, change nothing")
    about = f"take back: {', '.join(SETUP_STEPS)} or all (repeatable)"
    parser.add_argument("--undo", action="append", choices=[*SETUP_STEPS, "all"], metavar="STEP", help=about)
    parser.add_argument("--show", action="store_true", help="say how it stands, do nothing")
    parser.add_argument("--json", action="store_true", help="print how it stands as one JSON document")


def add_report(parser: argparse.ArgumentParser) -> None:
    """Add the options of `report`."""
    parser.add_argument("--out", type=Path, metavar="FILE", help="where (default: balance-report-TIME.zip)")
    parser.add_argument("--config", metavar="FILE", help="configuration (TOML)")
    parser.add_argument("--no-check", action="store_true", help="leave the board alone")


def add_update(parser: argparse.ArgumentParser) -> None:
    """Add the options of `update`."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "release", nargs="?", metavar="FILE|URL", help="a signed release (.release), https or file"
    )
    what.add_argument("--watch", action="store_true", help="go on with the update under way (a timer does)")
    parser.add_argument("--check", action="store_true", help="only say whether it would be taken")
    parser.add_argument("--config", metavar="FILE", help="configuration (TOML)")


def add_bench_pi(parser: argparse.ArgumentParser) -> None:
    """Add the options of `bench-pi`."""
    parser.add_argument("bench", choices=("pulse", "rate", "boot", "power", "all"))
    parser.add_argument("--simulate", action="store_true", help="run the code on simulated chips, anywhere")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--config", metavar="FILE", help="configuration (TOML)")


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
