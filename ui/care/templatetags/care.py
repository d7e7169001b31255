"""Filters that put results into words."""

from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext

from ui.care import words
from ui.care.models import Event, Session, Trial

register = template.Library()

register.filter("seconds", words.seconds_words)


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
    """Return how a session ended."""
    return str(words.ENDED_BY.get(session.ended_by, session.ended_by))


@register.filter
def event(event: Event) -> str:
    """Return an event in words."""
    return words.event_words(event.kind, event.detail)


@register.filter
def is_alarm(kind: str) -> bool:
    """Return whether this kind of event needs somebody soon."""
    return kind in words.ALARMS


@register.filter
def number(value: Any) -> str:
    """Return a number with as many digits as it is worth: 342, 34.2, 3.42; a dash for none."""
    if value is True:
        return gettext("yes")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "–"
    places = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return number_format(round(value, places), decimal_pos=places, use_l10n=True)


@register.filter
def quality(name: str) -> str:
    """Return the name of a figure of quality; an unknown one as it is."""
    return str(words.QUALITY.get(name, name))


@register.filter
def answer(session: Session, key: str) -> Any:
    """Return the patient's answer to a question of the session, None when it was not asked."""
    return (session.body or {}).get("answers", {}).get(key)
