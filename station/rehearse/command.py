"""The verb `rehearse`: a recording or a simulated patient through routine and session, in virtual time."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from station.analysis.plate_file import read_plate
from station.errors import ConfigError
from station.rehearse import words
from station.rehearse.document import document
from station.rehearse.patient import Patient
from station.rehearse.play import Played, play_person, play_recording, read_board
from station.rehearse.request import Asked, prescription_of, programme_for, read_prescription
from station.rehearse.spec import Spec, read_spec
from station.training.prescription import Prescription

NOTE: Final = "Simulated: nothing of it is kept, and nobody is told."


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for: a recording, or a person (`SPEC`), or a person's answers to a recording."""

    file: Path | None = None
    person: str | None = None
    prescription: Path | None = None
    asked: Asked | None = None
    plate: Path | None = None
    days: int | None = None
    json: bool = False
    explain: bool = False


def run(options: Options, out: TextIO) -> int:
    """Rehearse and print; return 0. Raises StationError with one sentence."""
    if options.prescription is not None and options.asked is not None:
        raise ConfigError(
            "--prescription says which exercises; leave out --routine, --rung, --side and --hold"
        )
    spec = read_spec(options.person) if options.person is not None else Spec()
    rx = _prescription(options)
    if options.days is not None:
        return _days(options, spec, rx, out)
    played, source = _one_session(options, spec, rx)
    if options.json:
        json.dump(document(source, played), out, indent=1)
        out.write("\n")
    else:
        _print(source, played, out)
    return 0


def _prescription(options: Options) -> Prescription:
    if options.prescription is not None:
        return read_prescription(options.prescription)
    return prescription_of(options.asked or Asked())


def _one_session(options: Options, spec: Spec, rx: Prescription) -> tuple[Played, str]:
    if options.file is not None:
        board = read_board(options.file, read_plate(options.plate) if options.plate is not None else None)
        hold_s = options.asked.hold_s if options.asked is not None else None
        longest = options.prescription is None and hold_s is None
        return play_recording(board, rx, spec, longest=longest, explain=options.explain), options.file.name
    if options.person is None:
        raise ConfigError("name a recording, or a simulated patient with --person")
    played = play_person(Patient(spec), programme_for(rx), explain=options.explain)
    return played, "a simulated patient"


def _days(options: Options, spec: Spec, rx: Prescription, out: TextIO) -> int:
    from station.rehearse.days import rehearse_days  # noqa: PLC0415 -- one session does without
    from station.rehearse.story import document_of_days, write_story  # noqa: PLC0415

    if options.file is not None or options.person is None or options.days is None:
        raise ConfigError("--days is for a simulated patient: leave out the file and add --person SPEC")
    if options.explain:
        raise ConfigError("--explain is for one session; leave out --days")
    days = rehearse_days(spec, rx, options.days)
    if options.json:
        json.dump(document_of_days(days), out, indent=1)
        out.write("\n")
    else:
        write_story(days, rx, out)
    return 0


def _print(source: str, played: Played, out: TextIO) -> None:
    out.write(f"Rehearsal of {source}. {NOTE}\n")
    if played.seconds:
        for second in played.seconds:
            out.write(f"{played.t_s(second.t_ns):8.0f} s  {second.sentence()}\n")
        out.write("\n")
    for event in played.events:
        out.write(f"{played.t_s(event.t_ns):9.2f} s  {words.happened(event.kind, event.detail)}\n")
    if not played.events and not played.trials:
        out.write("Nothing happened: nobody stood on the board for half a second.\n")
    for trial in played.trials:
        out.write(f"\n{words.exercise(trial.result)}: {words.outcome(trial.result)}\n")
        if told := words.measures(trial.result):
            out.write(f"{told}\n")
    out.write("\nProposals: none; they come of several sessions (--person with --days).\n")
