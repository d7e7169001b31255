"""What is to be rehearsed: one exercise, or a prescription."""

import json
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec

from station.errors import ConfigError, PrescriptionError
from station.training.caps import Allowance
from station.training.course import Course
from station.training.fitting import Bounds, check_fits
from station.training.prescription import Exercise, Limits, Prescription
from station.training.programme import Programme, programme_of
from station.training.routine import Side, shipped_routines

ROUTINE: Final = "supported-standing"
# What stands in a prescription made of one exercise.
STATION: Final = "rehearsal"


@dataclass(frozen=True, slots=True)
class Asked:
    """One exercise named on the command line; `hold_s` None: as long as the recording allows."""

    routine: str = ROUTINE
    rung: int = 1
    side: Side | None = None
    hold_s: float | None = None


def prescription_of(asked: Asked) -> Prescription:
    """Return a prescription of one attempt at this exercise. Raises ConfigError when there is none such."""
    routines = shipped_routines()
    routine = routines.get(asked.routine)
    if routine is None:
        raise ConfigError(
            f"--routine {asked.routine}: there is none; there are {', '.join(sorted(routines))}"
        )
    if not 1 <= asked.rung <= len(routine.rungs):
        raise ConfigError(f"--rung {asked.rung}: {asked.routine} has rungs 1 to {len(routine.rungs)}")
    if routine.sided and asked.side is None:
        raise ConfigError(f"--routine {asked.routine} is done for one leg: add --side left or --side right")
    if asked.side is not None and not routine.sided:
        raise ConfigError(f"--side {asked.side}: {asked.routine} has no sides; leave it out")
    exercise = Exercise(
        routine=asked.routine, rung=asked.rung, side=asked.side, attempts=1, hold_s=asked.hold_s
    )
    return Prescription(
        version=1,
        station=STATION,
        subj=STATION,
        issued="2026-01-05T08:00:00Z",
        expires="2027-01-04T08:00:00Z",
        exercises=(exercise,),
    )


def read_prescription(file: Path) -> Prescription:
    """Return the prescription of a file: JSON or TOML, plain, or the signed document (not verified here).

    Raises ConfigError naming file and key, or PrescriptionError when a device as it comes would refuse it.
    """
    try:
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    except OSError as error:
        raise ConfigError(f"{file}: it cannot be read ({error.strerror}); check the name") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: it is not UTF-8 text; a prescription is JSON or TOML") from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{file}: not understood: {error}") from None
    if isinstance(data, dict) and "rx" in data:
        data = data["rx"]
    try:
        rx = msgspec.convert(data, Prescription)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}: {error}") from None
    try:
        check_fits(rx, bounds_of(rx))
    except PrescriptionError as error:
        raise PrescriptionError(f"{file}: {error}") from None
    return rx


def bounds_of(rx: Prescription) -> Bounds:
    """Return what a device as it comes holds this prescription against."""
    return Bounds(rx.station, rx.subj, Limits(), shipped_routines())


def programme_for(rx: Prescription, *, hold_s: float | None = None) -> Programme:
    """Return its programme; `hold_s` replaces every hold, however long."""
    programme = programme_of(rx, shipped_routines())
    if hold_s is None:
        return programme
    return replace(programme, planned=tuple(replace(p, hold_s=round(hold_s, 3)) for p in programme.planned))


def course_of(
    programme: Programme, plate_mm: tuple[float, float], allowance: Allowance | None = None
) -> Course:
    """Return a course that may begin: its board has a zero. `allowance` is what was trained before."""
    course = Course(programme, plate_mm=plate_mm, sim=True)
    course.ready = True
    course.allowance = allowance or Allowance()
    return course
