"""The command line of `balance-station rehearse`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from station.arguments import seconds, whole

if TYPE_CHECKING:
    from station.rehearse.command import Options


def add_rehearsal(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the verb."""
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="recording (CSV, plain or .gz)")
    parser.add_argument(
        "--person", metavar="SPEC", help="simulated patient: a TOML file, or key=value,… (docs/rehearse.md)"
    )
    parser.add_argument(
        "--prescription", type=Path, metavar="RX", help="what is prescribed (JSON or TOML; not verified here)"
    )
    parser.add_argument("--routine", metavar="NAME", help="one exercise (default supported-standing)")
    parser.add_argument("--rung", type=whole, metavar="N", help="its rung, from 1 (the default)")
    parser.add_argument("--side", choices=("left", "right"), help="the leg, for routines of one leg")
    parser.add_argument(
        "--hold", type=seconds, metavar="SECONDS", help="its hold (default: as long as the recording allows)"
    )
    parser.add_argument("--plate", type=Path, metavar="FILE", help="plate of raw counts (JSON or TOML)")
    parser.add_argument("--days", type=whole, metavar="N", help="let the person train for so many days")
    parser.add_argument("--explain", action="store_true", help="say of every second why it counted or not")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def options_of(args: argparse.Namespace) -> "Options":
    """Return what was asked for."""
    from station.rehearse.command import Options  # noqa: PLC0415 -- other verbs do without
    from station.rehearse.request import ROUTINE, Asked  # noqa: PLC0415

    named = any(value is not None for value in (args.routine, args.rung, args.side, args.hold))
    return Options(
        file=args.file,
        person=args.person,
        prescription=args.prescription,
        asked=Asked(args.routine or ROUTINE, args.rung or 1, args.side, args.hold) if named else None,
        plate=args.plate,
        days=args.days,
        json=args.json,
        explain=args.explain,
    )
