"""The clinic wall: what its places are called, and who looks at which of them."""

# ruff: noqa: D106 (Meta is Django's own, its docs say what stands there)

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ui.care.models.people import Station


class WallPlace(models.Model):
    """What a board is called in its room; no name of a patient."""

    station = models.OneToOneField(Station, models.CASCADE, related_name="place")
    label = models.CharField(_("place"), max_length=40)

    class Meta:
        verbose_name = _("place on the wall")

    def __str__(self) -> str:
        return self.label


class WallChoice(models.Model):
    """How one person has the wall: which boards (ids, in their order), names, sound."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="wall")
    stations = models.JSONField(default=list)
    names = models.BooleanField(default=True)
    sound = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("choice of the wall")

    def __str__(self) -> str:
        return str(self.user_id)
