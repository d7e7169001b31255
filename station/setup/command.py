"""`balance-station setup`: what its options do."""

import argparse
import sys
from typing import TextIO

import msgspec

from station.errors import ConfigError
from station.setup.answers import Answers, read_answers
from station.setup.place import Place, run_program
from station.setup.run import STEPS, Setup, in_json, place_of, refuse_without_root, show


def run(args: argparse.Namespace) -> int:
    """Set up, take back or show. Returns 1 when something to do could not be done. Raises StationError."""
    place = place_of(args.root, lambda root: Place(root, run_program))
    answers = read_answers(args.answers)
    # Whoever reads JSON gets that and nothing else on standard output.
    say_to: TextIO = sys.stderr if args.json else sys.stdout

    def say(line: str) -> None:
        say_to.write(f"{line}\n")

    if not args.show and not args.dry_run:
        refuse_without_root(place)
    asks = args.answers is None and not (args.show or args.dry_run or args.undo) and sys.stdin.isatty()
    if asks:
        place.recall()
        answers = ask(place, sys.stdin, say_to)
    setup = Setup(place, answers, say=say, dry=args.dry_run)
    fine = True
    if args.undo:
        fine = setup.undo([step.name for step in STEPS] if "all" in args.undo else args.undo)
    elif not args.show:
        fine = setup.do()
    if args.json:
        in_json(setup, sys.stdout)
    else:
        show(setup, place, sys.stdout)
    return 0 if fine else 1


def ask(place: Place, typed: TextIO, say_to: TextIO) -> Answers:
    """Ask for what is not known yet; an empty line takes what stands in brackets. Raises ConfigError."""

    def answer(question: str, default: str) -> str:
        say_to.write(f"{question} [{default}]: ")
        say_to.flush()
        return typed.readline().strip() or default

    told: dict[str, str] = {}
    known = place.record.answers or Answers()
    if place.unnamed:
        told["station"] = answer("Name of this station (letters, digits, - _ .)", "station-1")
        told["source"] = answer("Board: gpio, wii or simulate", "gpio")
    told["country"] = answer("Country of the Wi-Fi, two letters; empty for a cable", known.country).upper()
    told["bundle"] = answer("Bundle of the care team (file); empty to enrol later", "")
    try:
        return msgspec.convert({**msgspec.to_builtins(known), **told}, Answers)
    except msgspec.ValidationError as error:
        raise ConfigError(f"that cannot be used: {error}; run setup again") from None
