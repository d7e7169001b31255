"""How far a time may be believed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Clock(models.TextChoices):
    """Of the station's clock when something was measured."""

    SET = "synced", _("time as the station's clock said")
    CORRECTED = "corrected", _("time corrected: the station's clock was not set yet")
    UNKNOWN = "unknown", _("time unknown: the station's clock was never set; shown in its order")
