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


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add the option that names another configuration."""
    parser.add_argument("--config", metavar="FILE", help="configuration (TOML)")


def add_source(parser: argparse.ArgumentParser) -> None:
    """Add the option that names another board."""
    about = "simulate, gpio, wii or replay:FILE, instead of the configured one"
    parser.add_argument("--source", metavar="SOURCE", help=about)


def add_fault(parser: argparse.ArgumentParser) -> None:
    """Add the option that breaks a simulated board."""
    about = "break the simulated board: unplugged:FR@12s-15s, swapped:FL,RR, late@5s … (repeatable)"
    parser.add_argument("--fault", action="append", default=[], metavar="FAULT", help=about)


def add_check(parser: argparse.ArgumentParser) -> None:
    """Add the options of `check`."""
    add_config(parser)
    parser.add_argument("--seconds", type=seconds, default=10.0, help="how long to listen (default 10)")
    parser.add_argument("--corners", action="store_true", help="ask for each corner to be pressed")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    add_source(parser)
    add_fault(parser)


def add_demo(parser: argparse.ArgumentParser) -> None:
    """Add the options of `demo`."""
    parser.add_argument("--recording", type=Path, metavar="FILE", help="put a recorded person on the board")
    parser.add_argument("--headless", action="store_true", help="no kiosk")
    parser.add_argument("--once", action="store_true", help="play one session unattended, then end")
    parser.add_argument("--json", action="store_true", help="print what the care database holds of it")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="keep data here (default: a folder that goes)"
    )
    parser.add_argument("--port", type=port, default=8000, help="port of the care site (default 8000)")
    parser.add_argument("--seed", type=seed, default=1, help="seed of the simulation")
    add_fault(parser)


def add_patient(parser: argparse.ArgumentParser) -> None:
    """Add the options of `patient`."""
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--alone", action="store_true", help="press and answer as well, for one session")
    parser.add_argument("--again", action="store_true", help="and then for another one, on and on")
    parser.add_argument("--tell", type=Path, metavar="FILE", help="write the id of the session here")
    parser.add_argument("--recorded", action="store_true", help="a recording stands on the board")


def add_export(parser: argparse.ArgumentParser) -> None:
    """Add the options of `export`."""
    about = "only this session (its id, or how it begins)"
    parser.add_argument("--session", default="", metavar="ID", help=about)
    parser.add_argument("--out", type=Path, default=Path("export"), metavar="DIR", help="default: export")
    add_config(parser)


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
    # Who hands a file over on standard input has it called by its name where it cannot be taken.
    parser.add_argument("--typed-from", default="what was typed", help=argparse.SUPPRESS)
    add_config(parser)


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
    add_config(parser)
    parser.add_argument("--no-check", action="store_true", help="leave the board alone")


def add_update(parser: argparse.ArgumentParser) -> None:
    """Add the options of `update`."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "release", nargs="?", metavar="FILE|URL", help="a signed release (.release), https or file"
    )
    what.add_argument("--watch", action="store_true", help="go on with the update under way (a timer does)")
    what.add_argument("--call-off", action="store_true", help="forget the update that waits")
    what.add_argument("--show", action="store_true", help="say how the last update stands, and what is kept")
    parser.add_argument("--check", action="store_true", help="only say whether it would be taken")
    add_config(parser)


def add_wipe(parser: argparse.ArgumentParser) -> None:
    """Add the options of `wipe`."""
    add_config(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    about = "also what the care team has not confirmed to have: it is lost"
    parser.add_argument("--even-unsent", action="store_true", help=about)
    about = "also the board's calibration and the enrolment: the station is as new"
    parser.add_argument("--everything", action="store_true", help=about)


def add_bench_pi(parser: argparse.ArgumentParser) -> None:
    """Add the options of `bench-pi`."""
    names = ("pulse", "rate", "boot", "power", "frames", "latency", "sound", "all")
    parser.add_argument("bench", choices=names, help="all: each but latency, which needs a station that runs")
    parser.add_argument("--simulate", action="store_true", help="run the code on simulated chips, anywhere")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    add_config(parser)


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
