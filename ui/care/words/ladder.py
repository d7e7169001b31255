"""The ladder of a routine in words, and how far a station lets one go on it."""

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from station.training.prescription import Limits
from station.training.routine import Routine, Rung
from ui.care.words.clinical import SUPPORT, SURFACE, VISION, Words, seconds_words

STANCE: Final[dict[str, Words]] = {
    "together": _("feet together"),
    "semi-tandem": _("half heel to toe"),
    "tandem": _("heel to toe"),
}


def dose_words(rung: Rung) -> str:
    """Return what one attempt asks for: "20 s", "15 times", "8 targets at 60 %, 1 s each"."""
    if rung.targets:
        return gettext("%(count)d targets at %(reach)g %% of the own limits, %(each)s each") % {
            "count": rung.targets,
            "reach": rung.reach_percent or 0,
            "each": seconds_words(rung.in_target_s or 0),
        }
    if rung.repetitions:
        return ngettext("%(count)d time", "%(count)d times", rung.repetitions) % {"count": rung.repetitions}
    if rung.steps:
        return ngettext("%(count)d step", "%(count)d steps", rung.steps) % {"count": rung.steps}
    if rung.minutes:
        return gettext("%(minutes)g min") % {"minutes": rung.minutes}
    return seconds_words(rung.hold_s) if rung.hold_s else gettext("eight directions")


def manner_words(routine: Routine, rung: Rung) -> str:
    """Return a rung without its number; eyes open, firm ground go without saying: "one hand · 20 s"."""
    words: list[Words] = []
    if routine.stance != "off":
        words += [SUPPORT.get(rung.support, rung.support)]
    if rung.stance is not None and rung.stance != routine.stance:
        words += [STANCE.get(rung.stance, rung.stance)]
    words += [VISION[rung.vision]] if rung.vision != "open" else []
    words += [SURFACE[rung.surface]] if rung.surface != "firm" else []
    return " · ".join([*(str(word) for word in words), dose_words(rung)])


def rung_words(routine: Routine, number: int) -> str:
    """Return a rung with its number: "2: one hand · 20 s"; of one beyond the ladder, its number."""
    if not 1 <= number <= len(routine.rungs):
        return str(number)
    return f"{number}: {manner_words(routine, routine.rung(number))}"


def hardest_allowed(routine: Routine, limits: Limits | None) -> int:
    """Return the hardest rung this station allows; the whole ladder while it has not said its limits."""
    if limits is None:
        return len(routine.rungs)
    return min(len(routine.rungs), limits.hardest_rung.get(routine.routine, 1))


def rung_limit_words(routine: Routine, limits: Limits | None) -> str:
    """Return how far this station goes on the ladder, and who may change that."""
    if limits is None:
        return ""
    hardest, last = hardest_allowed(routine, limits), len(routine.rungs)
    if hardest == last:
        return gettext("This station allows the whole ladder, %(last)d rungs.") % {"last": last}
    if hardest == 0:
        return gettext("This station does not allow it; whoever installs it can.")
    return gettext(
        "This station allows rung 1 to %(hardest)d of %(last)d; whoever installs it can allow more."
    ) % {
        "hardest": hardest,
        "last": last,
    }


def limit_words(name: str, limits: Limits | None) -> str:
    """Return this station's own limit of one field of the programme, "" where it has none or has not said."""
    if limits is None:
        return ""
    words = {
        "pain_limit": gettext("This station: at most %g.") % limits.highest_pain_limit,
        "sessions_a_day": gettext("This station: at most %g.") % limits.most_sessions_a_day,
        "minutes_a_day": gettext("This station: at most %g.") % limits.most_minutes_a_day,
        "least_gap_h": gettext("This station: at least %g.") % limits.shortest_gap_h,
        "rest_days_a_week": gettext("This station: at least %g.") % limits.fewest_rest_days,
        "expires_on": gettext("This station: at most %g days from now.") % limits.longest_validity_days,
        "attempts": gettext("This station: at most %g.") % limits.most_attempts,
        "hold_s": gettext("This station: at most %g s.") % limits.longest_hold_s,
    }
    return words.get(name, "")


def joined(words: Iterable[str]) -> str:
    """Return sentences as one, without the empty ones."""
    return " ".join(word for word in words if word)
