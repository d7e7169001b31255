"""What a new programme changes, as a patient would say it: only what differs, no numbers of rungs."""

from django.utils.translation import gettext

from station.training.prescription import Exercise, Prescription, hold_of
from station.training.routine import shipped_routines
from ui.care.prescribing.changes import changes
from ui.care.words.clinical import SUPPORT, SURFACE, VISION, routine_words, seconds_words


def plain_changes(old: Prescription, new: Prescription) -> list[str]:
    """Return a few words for each exercise that changed, came or went; else what else changed."""
    before, after = _by_exercise(old), _by_exercise(new)
    lines = []
    for key, exercise in after.items():
        name = routine_words(*key)
        if key not in before:
            lines.append(gettext("%(exercise)s: new") % {"exercise": name})
        elif differs := _difference(before[key], exercise):
            lines.append(f"{name}: {differs}")
    lines += [
        gettext("%(exercise)s: no longer done") % {"exercise": routine_words(*key)}
        for key in before
        if key not in after
    ]
    return lines or [str(change) for change in changes(old, new)]


def _by_exercise(rx: Prescription) -> dict[tuple[str, str | None], Exercise]:
    return {(exercise.routine, exercise.side): exercise for exercise in rx.exercises}


def _difference(old: Exercise, new: Exercise) -> str:
    before, after = _facts(old), _facts(new)
    return ", ".join(f"{before[key]} → {after[key]}" for key in after if before.get(key) != after[key])


def _facts(exercise: Exercise) -> dict[str, str]:
    """Return what somebody notices of an exercise, in words; a routine not known here has its rung only."""
    routine = shipped_routines().get(exercise.routine)
    if routine is None or exercise.rung > len(routine.rungs):
        return {"rung": gettext("rung %(rung)d") % {"rung": exercise.rung}}
    rung = routine.rung(exercise.rung)
    return {
        "support": str(SUPPORT.get(rung.support, rung.support)),
        "vision": str(VISION.get(rung.vision, rung.vision)),
        "surface": str(SURFACE.get(rung.surface, rung.surface)),
        "hold": seconds_words(hold_of(exercise, routine)),
        "attempts": gettext("%(attempts)d times") % {"attempts": exercise.attempts},
        "days": gettext("%(days)d days a week") % {"days": exercise.days_a_week},
    }
