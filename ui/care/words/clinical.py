"""The words of routines, rungs, results and measures, as a clinician reads them."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from station.sway.catalogue import CATALOGUE
from station.training.prescription import Exercise, hold_of
from station.training.routine import Rung
from ui.care.words.routines import routines

Words = str | Promise

SUPPORT: Final[dict[str, Words]] = {
    "two-hands": _("two hands"),
    "one-hand": _("one hand"),
    "fingertips": _("fingertips"),
    "hovering": _("hands hovering"),
    "none": _("no hands"),
}
VISION: Final[dict[str, Words]] = {"open": _("eyes open"), "closed": _("eyes closed")}
SURFACE: Final[dict[str, Words]] = {
    "firm": _("firm"),
    "foam": _("foam"),
    "rocker-side": _("rocker, side to side"),
    "rocker-forward": _("rocker, forward and back"),
    "wobble": _("wobble board"),
}
SIDE: Final[dict[str, Words]] = {"left": _("left leg"), "right": _("right leg")}
DEVICE: Final[dict[str, Words]] = {
    "walker": _("Walker"),
    "cane": _("Cane"),
    "crutches": _("Crutches"),
    "none": _("None"),
}
SURGERY: Final[dict[str, Words]] = {
    "fusion": _("Fusion"),
    "microdiscectomy": _("Microdiscectomy"),
    "laminectomy": _("Laminectomy"),
    "other": _("Other"),
}
# Of a prescription's other fields, those whose change is told.
WHOLE: Final[dict[str, Words]] = {
    "surgery": _("Surgery"),
    "surgery_date": _("Date of surgery"),
    "weaker_leg": _("Weaker leg"),
    "somebody_near": _("Somebody nearby"),
    "sessions_a_day": _("Sessions a day"),
    "minutes_a_day": _("Minutes a day"),
    "least_gap_h": _("Hours between sessions"),
    "rest_days_a_week": _("Rest days a week"),
}
OUTCOME: Final[dict[str, Words]] = {
    "done": _("Reached"),
    "lost": _("Ended early"),
    "stopped": _("Stopped"),
    "fault": _("Sensor fault"),
    "interrupted": _("Interrupted"),
}
ENDED_BY: Final[dict[str, Words]] = {
    "finished": _("Finished"),
    "stopped": _("Stopped by the patient"),
    "red_flag": _("Red flag at check-in"),
    "pain": _("Stopped for pain"),
    "interrupted": _("Interrupted"),
    "away": _("Patient left"),
}
EVENT: Final[dict[str, Words]] = {
    "red_flag": _("Red flag at check-in"),
    "pain_stop": _("Stopped for pain"),
    "possible_fall": _("Possible fall"),
    "step_off": _("Stepped off"),
    "pain_up": _("Pain rose by 2 or more"),
    "all_right_answered": _("Answered: all right"),
    "touch_down": _("The other foot came down"),
    "out_of_line": _("Stepped out of line"),
    "stumble": _("Stumbled and caught it"),
    "hold_fault": _("Sensor fault in a hold"),
    "sensor_fault": _("The board needs service"),
    "recalibrate": _("The board wants a new calibration"),
    "hold_stopped": _("Hold stopped"),
    "overdone": _("More pain, swelling or stiffness after training"),
    "weight_doubtful": _("Much lighter than last time: hands on the support, or a wrong weight"),
    "minutes_reached": _("The minutes of the day were reached"),
    "mark": _("Marked by whoever looked on"),
    "traces_dropped": _("Disk full: raw traces were dropped, results are kept"),
    "command": _("Command from the care team"),
    "not_trained": _("Has not trained for a week"),
    "proposal": _("Ready for the next rung"),
    "eased": _("Made one rung easier"),
    "stepped": _("Stepped to the next rung"),
}
ALARMS: Final = ("red_flag", "possible_fall", "pain_stop", "pain_up")

# In the order of a report. A measure not named here is shown under its own name.
MEASURES: Final[dict[str, tuple[Words, str]]] = {
    "velocity_mm_s": (_("Mean velocity"), "mm/s"),
    "velocity_ml_mm_s": (_("Mean velocity, side to side (ML)"), "mm/s"),
    "velocity_ap_mm_s": (_("Mean velocity, forward and back (AP)"), "mm/s"),
    "pea95_mm2": (_("95 % prediction ellipse area (PEA95)"), "mm²"),
    "rms_ml_mm": (_("RMS, side to side (ML)"), "mm"),
    "rms_ap_mm": (_("RMS, forward and back (AP)"), "mm"),
    "range_ml_mm": (_("Range, side to side (ML)"), "mm"),
    "range_ap_mm": (_("Range, forward and back (AP)"), "mm"),
    "path_mm": (_("Path length"), "mm"),
    "mean_distance_mm": (_("Mean distance from the centre"), "mm"),
    "sway_area_mm2_s": (_("Sway area per second"), "mm²/s"),
    "mean_frequency_hz": (_("Mean frequency"), "Hz"),
    "mean_ml_mm": (_("Mean position, side to side (ML)"), "mm"),
    "mean_ap_mm": (_("Mean position, forward and back (AP)"), "mm"),
}

# What a patient may choose in the journal (`station.training.questions`), by what the station sends.
CHOSEN: Final[dict[str, Words]] = {
    "only indoors": _("only indoors"),
    "up to 100 metres": _("up to 100 metres"),
    "up to 500 metres": _("up to 500 metres"),
    "up to 1 kilometre": _("up to 1 kilometre"),
    "further": _("more than 1 kilometre"),
    "nothing": _("nothing"),
    "tired legs": _("tired legs"),
    "my back": _("the back"),
    "keeping my balance": _("keeping the balance"),
    "my breath": _("the breath"),
    "stairs or slopes": _("stairs or slopes"),
    "none": _("none"),
    "leg raises": _("leg raises"),
    "heel slides": _("heel slides"),
    "gentle core work": _("gentle core work"),
    "several of them": _("several of them"),
    "very well": _("very well"),
    "well": _("well"),
    "so-so": _("so-so"),
    "low": _("low"),
    "very low": _("very low"),
    "train on three days": _("train on three days"),
    "train on five days": _("train on five days"),
    "walk a little every day": _("walk a little every day"),
    "walk a little further": _("walk a little further"),
    "climb some stairs": _("climb some stairs"),
    "go outside once": _("go outside once"),
}
JOURNAL: Final[dict[str, Words]] = {
    "walk_hard": _("hard about it"),
    "exercises": _("exercises away from the board"),
    "mood": _("felt"),
    "goal": _("wants this week to"),
}

QUALITY: Final[dict[str, Words]] = {
    "missing_percent": _("Readings missing, %"),
    "longest_gap_s": _("Longest gap, s"),
    "noise_n": _("Noise of the empty board, N"),
    "noise_velocity_mm_s": _("Velocity that noise alone would show, mm/s"),
    "noise_percent": _("Share of noise in the velocity, %"),
    "noise_dominates": _("Noise dominates"),
    "spikes": _("Readings voided as spikes"),
    "weight_doubtful": _("Body weight in doubt"),
}


COMMANDS: Final[dict[str, Words]] = {
    "start": _("start"),
    "pause": _("pause"),
    "stop": _("stop"),
    "mark": _("mark"),
    "identify": _("show which board this is"),
    "live": _("live view"),
    "raw": _("send the trace again"),
}


def journal_words(body: Mapping[str, Any]) -> str:
    """Return a journal entry in one line: "Walked 20 min, up to 500 metres · felt: well"."""
    counts, choices = body.get("counts", {}), body.get("choices", {})
    words = [_walked(counts, choices)] if "walk_minutes" in counts else []
    words += [f"{label}: {chosen_words(choices[key])}" for key, label in JOURNAL.items() if key in choices]
    words += [f"{routine_words(routine)}: {number}" for routine, number in body.get("guided", {}).items()]
    line = " · ".join(words)
    return line[:1].upper() + line[1:]


def _walked(counts: Mapping[str, Any], choices: Mapping[str, Any]) -> str:
    walked = gettext("walked %(minutes)d min") % {"minutes": counts["walk_minutes"]}
    return f"{walked}, {chosen_words(choices['walk_distance'])}" if "walk_distance" in choices else walked


def chosen_words(choice: str) -> str:
    """Return what a patient chose; a choice that is not known here as it came."""
    return str(CHOSEN.get(choice, choice))


def routine_words(routine: str, side: str | None = None) -> str:
    """Return the title of a routine, with its side: "Standing on one leg, left leg"."""
    known = routines().get(routine)
    title = gettext(known.title) if known else routine
    return f"{title}, {SIDE.get(side, side)}" if side else title


def conditions_words(conditions: Mapping[str, Any]) -> str:
    """Return support, vision and surface of a trial or a rung: "one hand · eyes open · firm"."""
    words = (
        SUPPORT.get(conditions["support_kind"], conditions["support_kind"]),
        VISION.get(conditions["vision"], conditions["vision"]),
        SURFACE.get(conditions["surface"], conditions["surface"]),
    )
    return " · ".join(str(word) for word in words)


def rung_words(number: int, rung: Rung) -> str:
    """Return a rung in words; eyes open on firm ground go without saying: "2: one hand · 20 s"."""
    words = [SUPPORT.get(rung.support, rung.support)]
    words += [VISION[rung.vision]] if rung.vision != "open" else []
    words += [SURFACE[rung.surface]] if rung.surface != "firm" else []
    return f"{number}: {' · '.join(str(word) for word in words)} · {dose_words(rung, rung.hold_s)}"


def exercise_words(exercise: Exercise) -> str:
    """Return an exercise without its title: "rung 2 (one hand · eyes open · firm), 2 × 20 s, 20 s rest"."""
    routine = routines().get(exercise.routine)
    if routine is None or exercise.rung > len(routine.rungs):
        return gettext("rung %(rung)d, unknown here") % {"rung": exercise.rung}
    rung = routine.rung(exercise.rung)
    conditions = {"support_kind": rung.support, "vision": rung.vision, "surface": rung.surface}
    where = gettext("beside the board") if routine.stance == "off" else conditions_words(conditions)
    words = gettext("rung %(rung)d (%(conditions)s), %(attempts)d × %(hold)s, %(rest)s rest") % {
        "rung": exercise.rung,
        "conditions": where,
        "attempts": exercise.attempts,
        "hold": dose_words(rung, hold_of(exercise, routine)),
        "rest": seconds_words(exercise.rest_s),
    }
    if exercise.days_a_week < 7:
        words += gettext(", %(days)d days a week") % {"days": exercise.days_a_week}
    if exercise.alone_up_to is not None:
        words += gettext(", by itself up to rung %(rung)d") % {"rung": exercise.alone_up_to}
    return words


def dose_words(rung: Rung, hold_s: float) -> str:
    """Return what one attempt asks for: "20 s", "15 times", "5 steps", "10 min", "8 targets"."""
    if hold_s:
        return seconds_words(hold_s)
    counted = (
        (rung.repetitions, gettext("%(number)g times")),
        (rung.steps, gettext("%(number)g steps")),
        (rung.minutes, gettext("%(number)g min")),
        (rung.targets, gettext("%(number)g targets")),
    )
    return next((words % {"number": number} for number, words in counted if number), gettext("once"))


def device_words(device: str) -> str:
    """Return a walking aid."""
    return str(DEVICE.get(device, device))


def measure_words(name: str) -> tuple[str, str]:
    """Return label and unit of a measure."""
    if name in MEASURES:
        label, unit = MEASURES[name]
        return str(label), unit
    known = CATALOGUE.get(name)
    return (known.label, known.unit) if known else (name, "")


def seconds_words(seconds: float) -> str:
    """Return a time, with a decimal only where it has one: "20 s", "12.4 s"."""
    tenths = round(seconds, 1)
    number = number_format(tenths, decimal_pos=0 if tenths == round(tenths) else 1)
    return pgettext("seconds", "%(number)s s") % {"number": number}
