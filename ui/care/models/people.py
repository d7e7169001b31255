"""Patients and the stations that stand in their homes."""

# ruff: noqa: D106 (Meta is Django's own, its docs say what stands there)

import secrets

import msgspec
from django.db import models
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from station.link.messages import Birth


def new_pseudonym() -> str:
    """Return a random name for the wire; it says nothing about the person."""
    return f"p-{secrets.token_hex(5)}"


class Patient(models.Model):
    """A person in training. Everything outside this table knows the pseudonym only."""

    pseudonym = models.CharField(max_length=64, unique=True, default=new_pseudonym, editable=False)
    name = models.CharField(_("name"), max_length=120)
    created = models.DateTimeField(default=timezone.now, editable=False)
    ended = models.DateTimeField(null=True, blank=True)  # training is over; the results stay

    class Meta:
        ordering = ("name",)
        verbose_name = _("patient")
        permissions = (
            ("enrol_patient", "Can enrol a patient and say who sees their own patients"),
            ("export_patient", "Can take a copy of all data of their own patients"),
            ("manage_roster", "Can manage every patient's record and the stations"),
            ("manage_people", "Can manage the people who may log in"),
        )

    def __str__(self) -> str:
        # Ends up in logs, so not the name.
        return self.pseudonym

    def station(self) -> "Station | None":
        """Return the station this person trains on; one that was revoked only where there is no other."""
        stations = sorted(self.stations.all(), key=lambda station: (station.revoked is not None, station.sid))
        return stations[0] if stations else None


def _told(path: str) -> models.GeneratedField:
    """Return a column of what a station said in its birth, as text: lists of a thousand stations read it."""
    return models.GeneratedField(
        expression=KT(f"birth__{path}"), output_field=models.TextField(null=True), db_persist=True
    )


class Station(models.Model):
    """A station that was enrolled, or was heard before it was."""

    sid = models.CharField(max_length=63, unique=True)
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, blank=True, related_name="stations")
    online = models.BooleanField(default=False)
    boot = models.CharField(max_length=64, blank=True)  # of the newest sign of life
    last_seen = models.DateTimeField(null=True, blank=True)
    birth = models.JSONField(null=True, blank=True)  # body of the newest birth message
    told_cal = _told("cal")
    told_until = _told("certificate_until")
    told_sim = _told("sim")
    told_kinds = _told("machine__storage_kinds")
    told_storage = _told("machine__storage")
    clock = models.CharField(max_length=10, blank=True, editable=False)  # at that birth: synced or unsynced
    keys = models.JSONField(default=list, blank=True)  # ids of the signing keys it holds, the newest first
    keys_version = models.PositiveBigIntegerField(default=0)  # of its keyring
    revoked = models.DateTimeField(null=True, blank=True)  # its certificates were taken back
    retired = models.DateTimeField(null=True, blank=True)  # out of use; it is given to nobody
    # The highest version among programmes that were deleted: a station takes upward versions only.
    versions_used = models.PositiveBigIntegerField(default=0)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("sid",)
        verbose_name = _("station")

    def __str__(self) -> str:
        return self.sid

    def told_birth(self) -> Birth | None:
        """Return what it said of itself when it came up last; None before that, and for what is no birth."""
        try:
            return msgspec.convert(self.birth, Birth) if self.birth else None
        except msgspec.ValidationError:
            return None
