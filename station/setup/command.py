"""`balance-station setup`: what its options do."""

import argparse
import sys
from collections.abc import Callable
from typing import Final, NamedTuple, TextIO

import msgspec

from station.errors import ConfigError
from station.setup.answers import Answers, read_answers
from station.setup.enrolment_step import check_bundle, is_enrolled
from station.setup.place import Place, run_program
from station.setup.run import STEPS, Setup, in_json, place_of, refuse_without_root, show


class Question(NamedTuple):
    """One question of setup: the key of its answer, and what is said to one that cannot be used."""

    key: str
    words: str
    wanted: str
    may_be_none: bool
    of_new: bool = False  # asked only while the station has no name
    shape: Callable[[str], str] = str
    check: Callable[[str], None] = lambda _: None  # raises ConfigError saying what is wrong with it
    empty: Callable[[Place], str] = lambda _: ""  # what an empty line does, where it is not plain


def _without_bundle(place: Place) -> str:
    return "to keep the enrolment there is" if is_enrolled(place) else "to enrol later"


QUESTIONS: Final = (
    Question(
        "station",
        "Name of this station, for this one alone (such as kitchen-7)",
        "A name is needed: letters A to Z, digits, - _ and . without spaces. No name of a person.",
        may_be_none=False,
        of_new=True,
    ),
    Question(
        "source", "Board: gpio, wii or simulate", "One of: gpio, wii, simulate.",
        may_be_none=False, of_new=True, shape=str.lower,
    ),
    Question(
        "country", "Country of the Wi-Fi, two letters; - for a cable",
        "Two letters, such as DE or TR, or - for a cable.", may_be_none=True, shape=str.upper,
    ),
    Question(
        "bundle", "Bundle of the care team (file)", "The path of a file.",
        may_be_none=True, check=check_bundle, empty=_without_bundle,
    ),
)  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Set up, take back or show. Raises StationError.

    Returns 1 when something to do could not be done, 130 when Ctrl-C ended it.
    """
    try:
        return _run(args)
    except KeyboardInterrupt:
        sys.stderr.write(f"\nbalance-station setup: stopped; {_stopped(args)}\n")
        return 130


def _stopped(args: argparse.Namespace) -> str:
    """Return what became of it."""
    if args.show or args.dry_run:
        return "nothing was changed"
    if args.undo:
        return "what was taken back stays so; the same command takes back the rest"
    return "what was done stays, nothing more was changed; the same command goes on where it stopped"


def _run(args: argparse.Namespace) -> int:
    place = place_of(args.root, lambda root: Place(root, run_program))
    answers = read_answers(args.answers)
    # Whoever reads JSON gets that and nothing else on standard output.
    say_to: TextIO = sys.stderr if args.json else sys.stdout

    def say(line: str) -> None:
        say_to.write(f"{line}\n")

    if not args.show and not args.dry_run:
        refuse_without_root(place)
    if args.answers is None and not (args.show or args.dry_run or args.undo):
        place.recall()
        answers = _answers_of(place, sys.stdin, say_to)
    setup = Setup(place, answers, say=say, dry=args.dry_run)
    fine = True
    if args.undo:
        fine = setup.undo([step.name for step in STEPS] if "all" in args.undo else args.undo)
    elif not args.show:
        fine = setup.do()
    if args.json:
        in_json(setup, sys.stdout)
    else:
        show(setup, place, sys.stdout, undone=bool(args.undo) and not args.dry_run)
    return 0 if fine else 1


def _answers_of(place: Place, typed: TextIO, say_to: TextIO) -> Answers | None:
    """Return what is answered at a terminal; without one None, where the last time's answers still hold.

    Raises ConfigError where nobody can be asked and nobody has answered before.
    """
    if typed.isatty():
        return ask(place, typed, say_to)
    if place.record.answers is None or place.unnamed:
        raise ConfigError(
            "there is no terminal to ask at, nothing was changed; run it at one (ssh -t), or give the "
            "answers in a file: --answers FILE (docs/setup.md shows one)"
        )
    return None


def ask(place: Place, typed: TextIO, say_to: TextIO) -> Answers:
    """Ask for what is not known yet. Raises ConfigError when nobody answers any more."""
    answers = place.record.answers or Answers()
    for question in QUESTIONS:
        if question.of_new and not place.unnamed:
            continue
        answers = _asked(question, answers, typed, say_to, question.empty(place))
    return answers


def _asked(question: Question, answers: Answers, typed: TextIO, say_to: TextIO, empty: str) -> Answers:
    """Ask until the answer can be used; an empty line takes what stands in brackets, "-" takes none.

    `empty` says what an empty line does.
    """
    words = f"{question.words}; empty {empty}" if empty else question.words
    offered = "" if question.of_new and question.key == "station" else getattr(answers, question.key)
    while True:
        say_to.write(f"{words}{f' [{offered}]' if offered else ''}: ")
        say_to.flush()
        line = typed.readline()
        if not line:
            raise ConfigError(
                "nobody answers any more, nothing was changed; run setup again, or with --answers FILE"
            )
        told = line.strip() or offered
        told = "" if told == "-" else question.shape(told)
        wanted = question.wanted
        if told or question.may_be_none:
            try:
                if told:
                    question.check(told)
                return msgspec.convert({**msgspec.to_builtins(answers), question.key: told}, Answers)
            except ConfigError as error:
                wanted = f"{error}. Empty {empty}."
            except msgspec.ValidationError:
                pass
        say_to.write(f"  {wanted}\n")
