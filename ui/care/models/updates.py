"""Releases this care side offers to its stations, who let which station take one, and what became of it."""

# ruff: noqa: D106 (Meta is Django's own, its docs say what stands there)

from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from station.link.asked import ENDED
from ui.care.models.people import Station


class OfferedRelease(models.Model):
    """A release as whoever makes packages has signed it; stations check that signature, not this site."""

    number = models.PositiveBigIntegerField(unique=True)  # rises with everything that is signed
    version = models.CharField(max_length=40)
    debian = models.CharField(max_length=32)
    arch = models.CharField(max_length=32)
    key = models.CharField(max_length=64)  # id of the key it is signed with
    document = models.BinaryField()
    who = models.ForeignKey(User, models.PROTECT, null=True, blank=True)  # None: a command on the server
    created = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-number",)
        verbose_name = _("release")

    def __str__(self) -> str:
        return f"{self.version} {self.debian} {self.arch}"


class UpdateAsk(models.Model):
    """One request to one station: it may take this release now, or, without one, none any more."""

    class State(models.TextChoices):
        """How far it has come; all but the first in the station's own words (`station.link.asked`)."""

        QUEUED = "queued", _("On its way")
        RECEIVED = "received", _("Received")
        WAITING = "waiting", _("Waits")
        FETCHING = "fetching", _("Being fetched")
        FETCHED = "fetched", _("Fetched")
        INSTALLING = "installing", _("Being installed")
        RUNNING = "running", _("Runs and is healthy")
        TAKEN_BACK = "taken-back", _("Taken back")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    station = models.ForeignKey(Station, models.PROTECT, related_name="update_asks")
    number = models.PositiveBigIntegerField()  # of the request: it rises, so that no old one is taken
    offered = models.ForeignKey(OfferedRelease, models.PROTECT, null=True, blank=True, related_name="asks")
    who = models.ForeignKey(User, models.PROTECT, null=True, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=20, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=400, blank=True)  # in the station's words
    installed = models.CharField(max_length=40, blank=True)
    answered = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("station", "-number")
        verbose_name = _("request to update")
        constraints = (models.UniqueConstraint(fields=("station", "number"), name="one_update_a_number"),)

    def __str__(self) -> str:
        return f"{self.station_id} {self.number} {self.state}"

    @property
    def ended(self) -> bool:
        """Whether nothing more is to come."""
        return self.state in ENDED


class UpdateStep(models.Model):
    """What a station said of a request, and when it was heard."""

    ask = models.ForeignKey(UpdateAsk, models.CASCADE, related_name="steps")
    state = models.CharField(max_length=20, choices=UpdateAsk.State)
    reason = models.CharField(max_length=400, blank=True)
    heard = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("step of an update")

    def __str__(self) -> str:
        return f"{self.ask_id} {self.state}"
