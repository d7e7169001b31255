"""Filters that put results into words."""

from collections.abc import Iterable
from typing import Any, Final

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from ui.care.models import Event, Session, Trial
from ui.care.results.adherence import Day
from ui.care.words import clinical as words
from ui.care.words.events import event_sentence, event_words
from ui.care.words.reasons import REASONS
from ui.care.words.station import cell_words, fault_words
from ui.care.words.times import when_words

register = template.Library()

CELL: Final = (
    '<td class="{}" title="{}"><span class="cell" aria-hidden="true">{}</span>'
    '<span class="hidden">{}</span></td>'
)

register.filter("seconds", words.seconds_words)
register.filter("fault", fault_words)
register.filter("cell", cell_words)
register.filter("when", when_words)


@register.filter
def exercise(trial: Trial) -> str:
    """Return the title of a trial's exercise with its side."""
    return words.routine_words(trial.routine, trial.side)


@register.filter
def conditions(trial: Trial) -> str:
    """Return support, vision and surface of a trial."""
    return words.conditions_words(trial.__dict__)


@register.filter
def journal(body: dict[str, Any]) -> str:
    """Return a journal entry in one line."""
    return words.journal_words(body)


@register.filter
def outcome(value: str) -> str:
    """Return the outcome of a trial."""
    return str(words.OUTCOME.get(value, value))


@register.filter
def ended_by(session: Session) -> str:
    """Return how a session ended; where somebody looked on, a stop may have been theirs."""
    if session.ended_by == "stopped" and (session.body or {}).get("supervised"):
        return str(words.OUTCOME["stopped"])
    return str(words.ENDED_BY.get(session.ended_by, session.ended_by))


@register.filter
def event(event: Event) -> str:
    """Return an event in words."""
    return event_words(event.kind, event.detail)


@register.filter
def event_kind(kind: str) -> str:
    """Return a kind of event in words."""
    return event_words(kind, {})


@register.filter
def sentence(event: Event) -> str:
    """Return what the station said of an event, "" where that is no more than its kind."""
    told = event_sentence(event)
    return "" if told.removesuffix(".") == str(words.EVENT.get(event.kind, "")) else told


@register.filter
def reason(kind: str) -> str:
    """Return a kind of line of the worklist."""
    return str(REASONS[kind].label) if kind in REASONS else kind


@register.filter
def signed(value: float) -> str:
    """Return a whole number with its sign."""
    return f"{value:+.0f}".replace("-", "−")


@register.filter
def is_alarm(kind: str) -> bool:
    """Return whether this kind of event needs somebody soon."""
    return kind in words.ALARMS


@register.filter
def number(value: Any) -> str:
    """Return a number with as many digits as it is worth: 342, 34.2, 3.42; a dash for none."""
    if value is True:
        return gettext("yes")
    if value is False:
        return gettext("no")
    if not isinstance(value, int | float):
        return "–"
    if value == 0 or (isinstance(value, int) and abs(value) < 100):
        places = 0
    else:
        places = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    shown = number_format(round(value, places) + 0.0, decimal_pos=places, use_l10n=True)  # never -0
    return f"\N{MINUS SIGN}{shown[1:]}" if shown.startswith("-") else shown


@register.filter
def calendar_cells(days: Iterable[Day]) -> SafeString:
    """Return the cells of some days of the calendar, which has more than a hundred."""
    return format_html_join("", CELL, ((day.classes, day.title, day.sign, day.words) for day in days))


@register.filter
def quality(name: str) -> str:
    """Return the name of a figure of quality; an unknown one as it is."""
    return str(words.QUALITY.get(name, name))


@register.filter
def answer(session: Session, key: str) -> Any:
    """Return the patient's answer to a question of the session, None when it was not asked."""
    return (session.body or {}).get("answers", {}).get(key)
