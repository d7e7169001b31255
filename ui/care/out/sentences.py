"""The sentence below each drawing of a report: plain, and no more than the numbers bear."""

from collections.abc import Sequence

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from ui.care.models import Trial
from ui.care.out import progress
from ui.care.out.progress import ends
from ui.care.out.record import Record
from ui.care.words.clinical import conditions_words


def number(value: float, places: int) -> str:
    """Return a number as the active language writes it."""
    return number_format(round(value, places), decimal_pos=places, use_l10n=True)


def hold_says(of_main: Sequence[Trial]) -> str:
    """Return how the newest like holds went."""
    like = [trial for trial in of_main if trial.conditions == of_main[-1].conditions] if of_main else []
    if not like:
        return gettext("Nothing was held in this time.")
    reached = sum(trial.outcome == "done" for trial in like)
    words = gettext("Now: %(conditions)s, %(target)s s. Held to the end in %(reached)d of %(count)d tries.")
    return words % {
        "conditions": conditions_words(like[-1].__dict__),
        "target": number(like[-1].target_hold_s, 0),
        "reached": reached,
        "count": len(like),
    }


def sway_says(of_main: Sequence[Trial]) -> str:
    """Return whether the sway changed, judged by the minimal detectable change."""
    told = progress.sway_ends(of_main)
    if told is None:
        return gettext("Too few like holds to say whether it changed.")
    says = {
        "less": gettext("Calmer than at first: %(first)s, now %(last)s mm/s."),
        "more": gettext("More than at first: %(first)s, now %(last)s mm/s."),
        "same": gettext("About as at first (%(first)s, now %(last)s mm/s): no more than measuring varies."),
        "unknown": gettext("At first %(first)s, now %(last)s mm/s; too short a hold to judge it."),
    }
    return says[told.direction] % {"first": number(told.first, 1), "last": number(told.last, 1)}


def hands_says(of_main: Sequence[Trial]) -> str:
    """Return what the hands carried at first and lately."""
    told = ends([percent for trial in of_main if (percent := progress.hands_percent(trial)) is not None])
    if told is None:
        return gettext("The weight on the hands was not measured.")
    words = gettext("The hands carried %(first)s %% of the body weight at first, %(last)s %% lately.")
    return words % {"first": number(told.first, 0), "last": number(told.last, 0)}


def pain_says(record: Record) -> str:
    """Return how often the pain was higher after a session than before."""
    pairs = [
        (before, after)
        for session in record.sessions
        if (before := progress.pain(session, "pain")) is not None
        and (after := progress.pain(session, "pain_after")) is not None
    ]
    if not pairs:
        return gettext("Pain was not told both before and after a session.")
    worse = sum(after > before for before, after in pairs)
    words = ngettext(
        "Higher after training than before in %(worse)d of %(count)d session.",
        "Higher after training than before in %(worse)d of %(count)d sessions.",
        len(pairs),
    )
    return words % {"worse": worse, "count": len(pairs)}
