"""What the care team answered to a station's decisions, and programmes kept to begin others from."""

# ruff: noqa: D106 (Meta is Django's own, its docs say what stands there)

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ui.care.models.programme import Prescription
from ui.care.models.results import Event


class DecisionAnswer(models.Model):
    """The answer to one event `proposal` or `eased`. One each: the first stands."""

    class Kind(models.TextChoices):
        """What was answered."""

        ACCEPTED = "accepted", _("Accepted")
        NOT_YET = "not_yet", _("Not yet")
        KEPT = "kept", _("Kept")
        PUT_BACK = "put_back", _("Put back")

    event = models.OneToOneField(Event, models.CASCADE, primary_key=True, related_name="answer")
    kind = models.CharField(max_length=10, choices=Kind)
    word = models.CharField(max_length=300, blank=True)  # of whoever answered, for colleagues
    prescription = models.ForeignKey(Prescription, models.SET_NULL, null=True, related_name="+")
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    when = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("answer to a station's decision")

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"


class ProgrammeTemplate(models.Model):
    """A programme of the clinic, of nobody: exercises and what holds for a week, as in a prescription."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    programme = models.JSONField()  # fields of a prescription, without station, person, dates and note
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("name",)
        verbose_name = _("programme template")

    def __str__(self) -> str:
        return self.name
