"""What the lines of the worklist say: each made when it is shown, since a page shows forty of a thousand."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from ui.care.models import Event
from ui.care.words.events import event_sentence
from ui.care.words.station import station_words


def event_words(event: Event, more: int, *, held: bool) -> str:
    """Say what happened, how often more, and whether training is held by it."""
    words = [event_sentence(event)]
    if held:
        words.append(gettext("Training is held until a programme dated after it is in force."))
    if more:
        again = ngettext("Once more in these two weeks.", "%(count)d more in these two weeks.", more)
        words.append(again % {"count": more})
    return " ".join(words)


def held_words(since: datetime) -> str:
    """Say since when nobody answered a fall."""
    words = gettext("Nobody answered on %(day)s. Training begins again with a programme dated after it.")
    return words % {"day": _day(since)}


def pain_words(before: float, now: float) -> str:
    """Say how pain rose from one week to the next."""
    words = gettext("Pain before training rose from %(before).0f to %(now).0f, on average of a week.")
    return words % {"before": before, "now": now}


def away_words(last_trained: datetime | None, days: int) -> str:
    """Say how long there was no training, or none at all."""
    if last_trained is None:
        return gettext("Has not trained since the programme came %(days)d days ago.") % {"days": days}
    return gettext("Last trained on %(day)s, %(days)d days ago.") % {"day": _day(last_trained), "days": days}


def overdue_words(trained: int, planned: int) -> str:
    """Say on how many of the planned days there was training."""
    words = gettext("Trained on %(trained)d of %(planned)d planned days in the last seven.")
    return words % {"trained": trained, "planned": planned}


def no_programme_words() -> str:
    """Say what a station does without a programme."""
    return gettext("No programme was sent; the station trains supported standing on its first rung.")


def rejected_words(version: int, reason: str) -> str:
    """Say why a station did not take a programme."""
    words = gettext("The station did not take version %(version)d: %(reason)s.")
    return words % {"version": version, "reason": station_words(reason)}


def unanswered_words(version: int, days: int) -> str:
    """Say how long a programme waits for the station."""
    words = gettext("Version %(version)d was sent %(days)d days ago and is not in force yet.")
    return words % {"version": version, "days": days}


def expiring_words(expires: datetime, now: datetime) -> str:
    """Say when a programme ends, or ended."""
    if expires < now:
        words = gettext(
            "The programme ended on %(day)s; the station trains supported standing on the last safe rung."
        )
    else:
        words = gettext("The programme ends on %(day)s.")
    return words % {"day": _day(expires)}


def nominal_words() -> str:
    """Say what is wrong with a board that was never calibrated."""
    return gettext("The board was never calibrated: its sway is not comparable with another board's.")


def certificate_words(until: datetime) -> str:
    """Say when a station's certificate ends."""
    words = gettext("The station's certificate ends on %(day)s: renew it, or nothing more arrives.")
    return words % {"day": _day(until)}


def never_heard_words() -> str:
    """Say that a station has never been there."""
    return gettext("The station has never been heard of since it was enrolled.")


def silent_words(days: int) -> str:
    """Say how long a station has been silent."""
    words = ngettext(
        "Silent for a day: what was done since is not known here.",
        "Silent for %(days)d days: what was done since is not known here.",
        days,
    )
    return words % {"days": days}


def stale_words(cal: str | None) -> str:
    """Say that a calibration is old."""
    return gettext("The board's calibration %(cal)s is more than a year old.") % {"cal": cal}


def _day(when: datetime) -> str:
    return date_format(timezone.localtime(when), "MONTH_DAY_FORMAT")
