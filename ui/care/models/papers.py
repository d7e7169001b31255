"""What the broker is to keep for a station beside its programme, and requests for certificates."""

# ruff: noqa: D106 (Meta is Django's own, its docs say what stands there)

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ui.care.models.people import Station


class Retained(models.Model):
    """One topic under `down/` of a station and what it is to hold; an empty payload clears it."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="retained")
    kind = models.CharField(max_length=80)  # keys, certificate, rx/…
    payload = models.BinaryField(blank=True)
    sent = models.BooleanField(default=False, db_index=True)
    answer = models.CharField(max_length=400, blank=True)  # why the station rejected it, in its words

    class Meta:
        ordering = ("station", "kind")
        verbose_name = _("retained message")
        constraints = (models.UniqueConstraint(fields=("station", "kind"), name="one_payload_a_topic"),)

    def __str__(self) -> str:
        return f"{self.station_id} {self.kind}"


class Renewal(models.Model):
    """A station asks for its next certificate. The recorder keeps what was asked; `upkeep` answers."""

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting", _("Waiting")
        GIVEN = "given", _("Given, not used yet")
        USED = "used", _("In use")
        REFUSED = "refused", _("Refused")

    station = models.ForeignKey(Station, models.PROTECT, related_name="renewals")
    key = models.CharField(max_length=64)  # SHA-256 of the new public key: the same key is the same request
    csr = models.TextField()
    serial = models.CharField(max_length=40)  # of the certificate in use, hexadecimal
    sig = models.BinaryField()
    asked = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING, db_index=True)
    confirmed = models.BooleanField(default=False)
    given = models.CharField(max_length=40, blank=True)  # serial number of the answer
    reason = models.CharField(max_length=400, blank=True)  # of a refusal

    class Meta:
        ordering = ("-asked",)
        verbose_name = _("renewal")
        constraints = (models.UniqueConstraint(fields=("station", "key"), name="one_renewal_a_key"),)

    def __str__(self) -> str:
        return f"{self.station_id} {self.serial} {self.state}"
