"""What came over the wire, as it came."""

# ruff: noqa: D106 (Meta is Django's own, its docs say what stands there)

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ui.care.models.people import Station


class Message(models.Model):
    """One uplink message. Its id is the primary key: however often it is sent, it is kept once."""

    id = models.UUIDField(primary_key=True)
    station = models.ForeignKey(Station, models.PROTECT, related_name="messages")
    seq = models.BigIntegerField()
    type = models.CharField(max_length=60)
    known = models.BooleanField()  # False: kept for a later version that understands the type
    received = models.DateTimeField(default=timezone.now)
    payload = models.BinaryField()
    boot = models.CharField(max_length=64, blank=True)
    mono_ms = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)  # when it was made; None while nobody knows

    class Meta:
        ordering = ("received",)
        verbose_name = _("message")
        indexes = (
            models.Index(fields=("station", "seq")),
            models.Index(
                fields=("station", "boot"), condition=models.Q(at__isnull=True), name="care_undated"
            ),
            models.Index(fields=("station", "boot", "received"), name="care_boot"),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class RawTrace(models.Model):
    """Where the raw counts of a trial are: in the payload of its message. It may come before its trial."""

    message = models.OneToOneField(Message, models.PROTECT, primary_key=True)
    trial = models.UUIDField(db_index=True)

    class Meta:
        verbose_name = _("raw trace")

    def __str__(self) -> str:
        return str(self.trial)


class Refused(models.Model):
    """A message that could not be used, as it came, and why. Kept once by its digest."""

    digest = models.BinaryField(primary_key=True, max_length=32)  # SHA-256 of topic and payload
    topic = models.CharField(max_length=200)
    message_id = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=500)
    payload = models.BinaryField()  # whole up to MAX_MESSAGE_BYTES; what is longer is not acknowledged
    received = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-received",)
        verbose_name = _("refused message")
        indexes = (models.Index(fields=("received",)),)  # the oldest go first

    def __str__(self) -> str:
        return self.reason
