"""What a new programme changes, in words."""

from collections.abc import Iterable

from django.utils.translation import gettext

from station.training.prescription import Exercise, Prescription
from ui.care.words import SIDE, SURGERY, WHOLE, device_words, exercise_words, routine_words


def changes(old: Prescription | None, new: Prescription) -> list[str]:
    """Return one sentence a change; empty when nothing changes but the note and the dates."""
    before = _by_name(old.exercises if old else ())
    after = _by_name(new.exercises)
    lines = [line for name in after if (line := _change(name, before.get(name), after[name]))]
    lines += [
        gettext("%(exercise)s: no longer done") % {"exercise": name} for name in before if name not in after
    ]
    if old and old.device != new.device:
        lines.append(
            gettext("Walking aid: %(old)s → %(new)s")
            % {"old": device_words(old.device), "new": device_words(new.device)}
        )
    if old and old.pain_limit != new.pain_limit:
        numbers = {"old": old.pain_limit, "new": new.pain_limit}
        lines.append(gettext("Pain limit: %(old)d → %(new)d") % numbers)
    return lines + (_changes_of_the_whole(old, new) if old else [])


def _changes_of_the_whole(old: Prescription, new: Prescription) -> list[str]:
    return [
        gettext("%(what)s: %(old)s → %(new)s")
        % {"what": label, "old": _value(getattr(old, name)), "new": _value(getattr(new, name))}
        for name, label in WHOLE.items()
        if getattr(old, name) != getattr(new, name)
    ]


def _value(value: object) -> str:
    if value is None:
        return gettext("not said")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, float):
        return f"{value:g}"
    return str(SURGERY.get(str(value), SIDE.get(str(value), str(value))))


def _by_name(exercises: Iterable[Exercise]) -> dict[str, str]:
    """Return each exercise in words; a routine done twice is told apart by its order."""
    named: dict[str, str] = {}
    for exercise in exercises:
        title = name = routine_words(exercise.routine, exercise.side)
        number = 1
        while name in named:
            number += 1
            name = f"{title} ({number})"
        named[name] = exercise_words(exercise)
    return named


def _change(name: str, before: str | None, after: str) -> str | None:
    if before is None:
        return gettext("%(exercise)s: new, %(after)s") % {"exercise": name, "after": after}
    if before == after:
        return None
    return gettext("%(exercise)s: %(before)s → %(after)s") % {
        "exercise": name,
        "before": before,
        "after": after,
    }
