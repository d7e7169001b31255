"""Who may see which patient, and what the site keeps of an account beside its name and password."""

# ruff: noqa: D106 (Meta is Django's own, its docs say what stands there)

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ui.care.models.people import Patient


class Team(models.Model):
    """People of a clinic who hold patients together."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="teams", blank=True)
    # A small practice, where everybody sees everybody: later patients too.
    every_patient = models.BooleanField(_("holds every patient"), default=False)

    class Meta:
        ordering = ("name",)
        verbose_name = _("team")

    def __str__(self) -> str:
        return self.name


class Assignment(models.Model):
    """A person, or a team, may see a patient."""

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="assignments")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="assignments"
    )
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="assignments")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("since",)
        verbose_name = _("assignment")
        constraints = (
            models.CheckConstraint(
                name="assigned_to_a_person_or_a_team",
                condition=Q(user__isnull=False, team__isnull=True) | Q(user__isnull=True, team__isnull=False),
            ),
            models.UniqueConstraint(fields=("patient", "user"), name="one_assignment_a_person"),
            models.UniqueConstraint(fields=("patient", "team"), name="one_assignment_a_team"),
        )

    def __str__(self) -> str:
        return f"{self.patient_id} {self.user_id or self.team_id}"


class Account(models.Model):
    """What the site keeps of somebody who may log in, beside what Django does."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="account")
    must_change_password = models.BooleanField(default=False)  # somebody else knows it
    language = models.CharField(max_length=10, blank=True, default="")  # as chosen; "" as the browser asks

    class Meta:
        verbose_name = _("account")

    def __str__(self) -> str:
        return self.user.get_username()


class Forgotten(models.Model):
    """A pseudonym whose person was forgotten: what a station still sends under it is not kept."""

    pseudonym = models.CharField(max_length=64, primary_key=True)
    when = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("forgotten pseudonym")

    def __str__(self) -> str:
        return self.pseudonym


class RecorderPulse(models.Model):
    """When a recorder was last at work, and whether it had its broker."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()
    connected = models.BooleanField()

    class Meta:
        verbose_name = _("recorder's sign of life")

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"
