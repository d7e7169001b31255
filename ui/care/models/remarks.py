"""What the care team adds: what was seen to, notes, and the background of a patient."""

# ruff: noqa: D106 (Meta is Django's own, its docs say what stands there)

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ui.care.models.people import Patient, Station


class SeenTo(models.Model):
    """One line of the worklist that somebody has seen to.

    `cause` names what the line was about (an event, a week, a version): something new has another cause, and
    is a line again. Taking it back keeps the row.
    """

    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="seen_to")
    station = models.ForeignKey(Station, models.PROTECT, null=True, related_name="seen_to")
    kind = models.CharField(max_length=40)
    cause = models.CharField(max_length=100)
    word = models.CharField(max_length=200, blank=True)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    when = models.DateTimeField(default=timezone.now, db_index=True)
    undone_who = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    undone_when = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-when",)
        verbose_name = _("line seen to")
        indexes = (models.Index(fields=("cause",)),)

    def __str__(self) -> str:
        return f"{self.kind} {self.cause}"


class Note(models.Model):
    """A note on a patient. Notes are only ever added; one that `corrects` another is shown in its place."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="notes")
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    when = models.DateTimeField(default=timezone.now)
    text = models.TextField(_("note"), max_length=2000)
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected_by")

    class Meta:
        ordering = ("-when",)
        verbose_name = _("note")
        indexes = (models.Index(fields=("patient", "-when")),)

    def __str__(self) -> str:
        return f"note {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the note. Raises TypeError for one that exists."""
        if not self._state.adding:
            raise TypeError("a note is never changed; add one that corrects it")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Raise TypeError: a note is never removed."""
        raise TypeError("a note is never removed; add one that corrects it")


class Background(models.Model):
    """What the care team knows of a patient beside the training: to inform, never to judge.

    It stays at the care side. What is empty is taken from the programme where that says it.
    """

    patient = models.OneToOneField(Patient, models.PROTECT, primary_key=True, related_name="background")
    surgery = models.CharField(_("kind of surgery"), max_length=20, blank=True)
    surgery_date = models.DateField(_("date of surgery"), null=True, blank=True)
    device = models.CharField(_("walking aid"), max_length=20, blank=True)
    height_cm = models.PositiveSmallIntegerField(_("height, cm"), null=True, blank=True)
    weight_kg = models.DecimalField(_("weight, kg"), max_digits=4, decimal_places=1, null=True, blank=True)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    when = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("background")

    def __str__(self) -> str:
        return f"background of {self.patient_id}"
