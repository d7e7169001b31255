"""What a station gives as its reason for a step (`station.training.saying`), in the reader's language."""

import re
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ui.care.words.clinical import Words

STOPS: Final[dict[str, Words]] = {
    "pain rose by 2 or more": _("pain rose by 2 or more"),
    "pain above the limit at the check-in": _("pain above the limit at the check-in"),
    "a red flag at the check-in": _("a red flag at the check-in"),
    "a possible fall": _("a possible fall"),
    "stepped off in a hold": _("stepped off in a hold"),
    "a stumble": _("a stumble"),
    "more swollen or stiff after training": _("more swollen or stiff after training"),
    "more pain, swelling or stiffness since the last training": _(
        "more pain, swelling or stiffness since the last training"
    ),
}
_WHY: Final = re.compile(
    r"^.*, rung (?P<rung>\d+): (?:held (?P<held>\d+) of (?P<attempts>\d+) in (?P<sessions>\d+) sessions"
    r"(?:, pain not up, effort at most (?P<effort>\d+))?|(?P<stops>[^;]+)); "
    r"(?:(?P<alone>stepped to rung \d+, as you allowed)|(?P<proposed>rung \d+ is proposed)|"
    r"(?P<eased>eased to rung \d+)|(?P<stays>it is the easiest rung, so it stays))\.$"
)


def why_words(why: str) -> str:
    """Return the reason in words; one of another form as the station wrote it."""
    found = _WHY.match(why)
    if found is None:
        return why
    became = (
        ("alone", gettext("It went one rung on, as you allowed.")),
        ("proposed", gettext("The next rung is proposed.")),
        ("eased", gettext("It was eased by one rung.")),
        ("stays", gettext("It is the easiest rung, so it stays.")),
    )
    return f"{_did(found)} {next(words for name, words in became if found[name])}"


def _did(found: re.Match[str]) -> str:
    if found["stops"]:
        stops = _stops_in(found["stops"])
        return gettext("On rung %(rung)s: %(stops)s.") % {"rung": found["rung"], "stops": ", ".join(stops)}
    if found["effort"]:
        words = gettext(
            "On rung %(rung)s held %(held)s of %(attempts)s in %(sessions)s sessions, pain not up, effort "
            "at most %(effort)s."
        )
    else:
        words = gettext("On rung %(rung)s held %(held)s of %(attempts)s in %(sessions)s sessions.")
    return words % found.groupdict()


def _stops_in(text: str) -> list[str]:
    """Return the stops of a list, whose own words may hold a comma."""
    known = [str(words) for stop, words in STOPS.items() if stop in text]
    return known or [text]
