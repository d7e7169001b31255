"""What a new programme changes, in words, and whether it asks more or less."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from station.training.prescription import Exercise, Prescription, hold_of, parse_time
from ui.care.words.clinical import (
    SIDE,
    SURGERY,
    WHOLE,
    Words,
    device_words,
    exercise_words,
    routine_words,
    seconds_words,
)
from ui.care.words.difficulty import Direction, compared, hold_direction
from ui.care.words.ladder import rung_words
from ui.care.words.routines import routines

OF_AN_EXERCISE: Final[dict[str, Words]] = {
    "attempts": _("attempts"),
    "rest_s": _("rest, s"),
    "days_a_week": _("days a week"),
    "alone_up_to": _("by itself up to rung"),
    "support_limit_percent": _("hands may carry, %"),
}


class Change(NamedTuple):
    """One thing that changes."""

    words: str
    direction: Direction = ""

    def __str__(self) -> str:
        return self.words


def changes(old: Prescription | None, new: Prescription) -> list[Change]:
    """Return every change, those of the exercises first; empty when nothing changes but note and issue."""
    before = _by_name(old.exercises if old else ())
    after = _by_name(new.exercises)
    found: list[Change] = []
    for name, exercise in after.items():
        found += _of_exercise(name, before.get(name), exercise)
    gone = gettext("%(exercise)s: no longer done")
    found += [Change(gone % {"exercise": name}, "easier") for name in before if name not in after]
    stay = [name for name in before if name in after]
    if stay != [name for name in after if name in before]:
        found.append(Change(gettext("Order: %(order)s") % {"order": ", ".join(after)}))
    return found + (list(_of_the_whole(old, new)) if old else [])


def only_eases(found: Iterable[Change]) -> bool:
    """Return whether nothing of this asks more of the person."""
    return all(change.direction != "harder" for change in found)


def _of_exercise(name: str, old: Exercise | None, new: Exercise) -> list[Change]:
    if old is None:
        words = gettext("%(exercise)s: new, %(after)s") % {"exercise": name, "after": exercise_words(new)}
        return [Change(words, "harder")]
    found = []
    if old.rung != new.rung:
        found.append(_changed(name, gettext("rung"), _rung(old), _rung(new), compared(old, new, "rung")))
    hold = hold_direction(old, new, routines())
    if hold:
        found.append(_changed(name, gettext("hold"), _hold(old), _hold(new), hold))
    for field, label in OF_AN_EXERCISE.items():
        if getattr(old, field) != getattr(new, field):
            before, after = _number(getattr(old, field)), _number(getattr(new, field))
            found.append(_changed(name, str(label), before, after, compared(old, new, field)))
    return found


def _of_the_whole(old: Prescription, new: Prescription) -> Iterator[Change]:
    if old.held != new.held:
        held = gettext("All training is on hold")
        yield Change(held if new.held else gettext("Training may go on"), "easier" if new.held else "harder")
    if old.device != new.device:
        yield _told(gettext("Walking aid"), device_words(old.device), device_words(new.device))
    if old.pain_limit != new.pain_limit:
        label, direction = gettext("Pain limit"), compared(old, new, "pain_limit")
        yield _told(label, str(old.pain_limit), str(new.pain_limit), direction)
    for name, words in WHOLE.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            direction = "" if isinstance(before, str) else _direction_of(old, new, name)
            told = _date if name == "surgery_date" else _value
            yield _told(str(words), told(before), told(after), direction)
    if old.number != new.number:
        yield _told(gettext("Number at the station"), _value(old.number), _value(new.number))
    if _day(old) != _day(new):
        yield _told(gettext("Valid until"), _day(old), _day(new))


def _direction_of(old: Prescription, new: Prescription, name: str) -> Direction:
    try:
        return compared(old, new, name)
    except (TypeError, ValueError):  # of a date, neither
        return ""


def _day(rx: Prescription) -> str:
    return date_format(parse_time(rx.expires, where="expires"), "DATE_FORMAT")


def _changed(name: str, label: str, before: str, after: str, direction: Direction) -> Change:
    words = pgettext("exercise: field old to new", "%(exercise)s: %(label)s %(before)s → %(after)s")
    return Change(words % {"exercise": name, "label": label, "before": before, "after": after}, direction)


def _told(label: str, before: str, after: str, direction: Direction = "") -> Change:
    words = gettext("%(what)s: %(old)s → %(new)s") % {"what": label, "old": before, "new": after}
    return Change(words, direction)


def _rung(exercise: Exercise) -> str:
    routine = routines().get(exercise.routine)
    if routine is None or exercise.rung > len(routine.rungs):
        return str(exercise.rung)
    number, _, manner = rung_words(routine, exercise.rung).partition(": ")
    return f"{number} ({manner})"


def _hold(exercise: Exercise) -> str:
    return seconds_words(hold_of(exercise, routines()[exercise.routine]))


def _number(value: float | None) -> str:
    return gettext("none") if value is None else f"{value:g}"


def _value(value: object) -> str:
    if value is None:
        return gettext("not said")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, float):
        return f"{value:g}"
    return str(SURGERY.get(str(value), SIDE.get(str(value), str(value))))


def _date(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else _value(day)


def _by_name(exercises: Iterable[Exercise]) -> dict[str, Exercise]:
    """Return each exercise by its title; a routine done twice is told apart by its order."""
    named: dict[str, Exercise] = {}
    for exercise in exercises:
        title = name = routine_words(exercise.routine, exercise.side)
        number = 1
        while name in named:
            number += 1
            name = f"{title} ({number})"
        named[name] = exercise
    return named
