"""What the pages of a programme say of a refusal."""

from django import template
from django.utils.translation import gettext

from ui.care.models import Prescription
from ui.care.models.programme import State
from ui.care.words.rejections import remedy
from ui.care.words.station import station_words

register = template.Library()

register.filter("remedy", remedy)
register.filter("station_words", station_words)


@register.filter
def state_beside(rx: Prescription, in_force: Prescription | None) -> str:
    """Return what became of a version; one that another has followed is no longer in force."""
    followed = rx.state == State.APPLIED and in_force is not None and rx.pk != in_force.pk
    return gettext("Was in force") if followed else rx.get_state_display()
