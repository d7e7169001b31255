"""What a station, or the link to it, gives as its reason in English, in the reader's language.

A station sends a sentence and no code: each form it has stands in `station_sentences`, with its values. One
of another form, of a newer station perhaps, stays as it came.
"""

import re
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ui.care.words.clinical import SIDE, Words, routine_words
from ui.care.words.station_sentences import ADVICE, REFUSALS, REJECTIONS

# Of a prescription, as the station names them.
FIELDS: Final[dict[str, Words]] = {
    "rung": _("rung"),
    "alone_up_to": _("by itself up to rung"),
    "attempts": _("attempts"),
    "pain_limit": _("Pain limit"),
    "sessions_a_day": _("Sessions a day"),
    "minutes_a_day": _("Minutes a day"),
    "least_gap_h": _("Hours between sessions"),
    "rest_days_a_week": _("Rest days a week"),
}
_LOOK: Final = re.compile(r"^[A-Za-z0-9._-]+: live (?:refused|no answer|not sent): ")
_LINE: Final = re.compile(r"^exercise (?P<line>\d+): ")
_KNOWN: Final = tuple(
    (re.compile(f"^{pattern}$"), words) for pattern, words in (*REJECTIONS, *REFUSALS, *ADVICE)
)
# Of a reading (`station.sway.reading`), and where a cell is for somebody who stands on the plate.
FAULT: Final[dict[str, Words]] = {
    "late_clock": _("clocked too slowly"),
    "desync": _("out of step"),
    "saturated": _("at its end"),
    "late_read": _("read too late"),
    "overrun": _("readings missed"),
    "silent": _("silent"),
    "settling": _("settling"),
    "lost": _("readings lost"),
    "restarted": _("started again"),
}
CELL: Final[dict[str, Words]] = {
    "FL": _("front left"),
    "FR": _("front right"),
    "RL": _("rear left"),
    "RR": _("rear right"),
}


def station_words(said: str) -> str:
    """Return a station's reason in words; one of another form as it came."""
    said = _LOOK.sub("", said)
    line = _LINE.match(said)
    what = said[line.end() :] if line else said
    for pattern, words in _KNOWN:
        found = pattern.match(what)
        if found:
            told = str(words) % {name: _value(name, value) for name, value in found.groupdict().items()}
            return (
                gettext("exercise %(line)s: %(what)s") % {"line": line["line"], "what": told}
                if line
                else told
            )
    return said


def fault_words(fault: str) -> str:
    """Return a fault of a cell; an unknown one under its own name."""
    return str(FAULT.get(fault, fault.replace("_", " ")))


def cell_words(cell: str) -> str:
    """Return which cell it is, with the name that stands on its wire: "front left (FL)"."""
    return f"{CELL[cell]} ({cell})" if cell in CELL else cell


def _value(name: str, value: str | None) -> str:
    if value is None:
        return ""
    if name == "routine":
        return routine_words(value)
    if name == "routines":
        return ", ".join(routine_words(each) for each in value.split(", "))
    if name == "side":
        return str(SIDE.get(value, value))
    return str(FIELDS.get(value, value)) if name == "field" else value
