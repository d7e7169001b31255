"""Times as one says them."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext


def when_words(time: datetime) -> str:
    """Return a time as one says it: today and yesterday with the hour, else the day."""
    local = timezone.localtime(time)
    days = (timezone.localdate() - local.date()).days
    if days == 0:
        return gettext("today, %(clock)s") % {"clock": date_format(local, "H:i")}
    if days == 1:
        return gettext("yesterday, %(clock)s") % {"clock": date_format(local, "H:i")}
    return date_format(local, "MONTH_DAY_FORMAT" if days < 300 else "DATE_FORMAT")
