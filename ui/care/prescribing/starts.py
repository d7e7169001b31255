"""What the programme form may begin with, and what of it this station would not take."""

from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from station.errors import PrescriptionError
from station.training.prescription import Prescription as Programme
from ui.care.models import ProgrammeTemplate
from ui.care.prescribing.place import Place
from ui.care.prescribing.programme import check, first_programme, lasting, renewed
from ui.care.words.clinical import routine_words

# Of a programme, what is the clinic's and not the person's.
OF_A_TEMPLATE: Final = (
    *("exercises", "pain_limit", "somebody_near"),
    *("sessions_a_day", "minutes_a_day", "least_gap_h", "rest_days_a_week"),
)


@dataclass(frozen=True, slots=True)
class Start:
    """A programme to begin with, what it is, and what the station would say to it."""

    programme: Programme | None
    words: str = ""
    problems: list[str] = field(default_factory=list)
    refused: bool = False


def template_of(programme: Programme) -> dict[str, Any]:
    """Return what a template keeps of a programme: nothing of the person."""
    plain: dict[str, Any] = msgspec.to_builtins(programme)
    return {name: plain[name] for name in OF_A_TEMPLATE}


def of_template(template: ProgrammeTemplate, place: Place, trained: Programme | None) -> Programme:
    """Return a draft for this person: the template's exercises and week, all else as it is."""
    number = trained.number if trained else None
    base = trained or first_programme(place.station, place.patient.pseudonym, number)
    plain = {**msgspec.to_builtins(base), **template.programme}
    plain.pop("on_hold", None)
    return msgspec.convert(plain, Programme)


def problems(programme: Programme, place: Place) -> list[str]:
    """Return every reason for which this station would reject it, the exercise named by its title."""
    number = programme.number or ("0000" if place.shared else None)
    whole = renewed(
        programme, place.station, expires=lasting(programme), number=number, on_hold=msgspec.UNSET
    )
    found = []
    for exercise in programme.exercises:
        title = routine_words(exercise.routine, exercise.side)
        reason = _reason(msgspec.structs.replace(whole, exercises=(exercise,)), place)
        if reason.startswith("exercise 1: "):
            found.append(f"{title}: {reason.removeprefix('exercise 1: ')}")
    reason = _reason(whole, place)
    if reason and not reason.startswith("exercise "):
        found.append(reason)
    return found


def _reason(programme: Programme, place: Place) -> str:
    try:
        check(programme, place.station)
    except PrescriptionError as error:
        return str(error)
    return ""
