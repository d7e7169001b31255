"""Prescriptions on their way to a station."""

# ruff: noqa: D106 (Meta is Django's own, its docs say what stands there)

from django.conf import settings
from django.db import models
from django.db.models import BooleanField, Case, TextField, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ui.care.models.people import Station
from ui.care.models.planned import PlannedDays

_ON_HOLD = Case(
    When(Exact(Cast(KT("document__on_hold"), TextField()), "true"), then=Value(value=True)),
    default=Value(value=False),
    output_field=BooleanField(),
)


class State(models.TextChoices):
    """How far a prescription has come."""

    QUEUED = "queued", _("Waiting to be sent")
    SENT = "sent", _("Sent, not yet answered")
    RECEIVED = "received", _("Received, applied before the next exercise")
    APPLIED = "applied", _("In force")
    REJECTED = "rejected", _("Rejected by the station")
    REPLACED = "replaced", _("Replaced by a newer one")


class Prescription(models.Model):
    """One version of a programme, complete and signed. It is never changed; a newer version replaces it."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="prescriptions")
    version = models.PositiveBigIntegerField()
    document = models.JSONField()
    days = PlannedDays(editable=False)  # of seven that it wants training on
    # Whose it is, as the document says: a column, since the newest of a thousand people is asked for.
    subj = models.GeneratedField(
        expression=KT("document__subj"), output_field=models.TextField(null=True), db_persist=True
    )
    # What lists of a thousand people read of it.
    expires = models.GeneratedField(
        expression=KT("document__expires"), output_field=models.TextField(null=True), db_persist=True
    )
    on_hold = models.GeneratedField(expression=_ON_HOLD, output_field=models.BooleanField(), db_persist=True)
    signed = models.BinaryField()  # as it is published
    signed_again = models.BooleanField(default=False)  # with a newer key, and not published since
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED, db_index=True)
    reason = models.CharField(max_length=500, blank=True)  # of a rejection, in the station's words
    why = models.CharField(max_length=300, blank=True)  # it was sent, in the words of whoever sent it
    # Empty where an operator queued it from a file.
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)
    created = models.DateTimeField(default=timezone.now)
    answered = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-version",)
        verbose_name = _("prescription")
        constraints = (
            models.UniqueConstraint(fields=("station", "version"), name="one_prescription_a_version"),
        )
        indexes = (models.Index(fields=("station", "subj", "-version"), name="care_rx_newest"),)

    def __str__(self) -> str:
        return f"{self.station_id} v{self.version}"

    @property
    def settled(self) -> bool:
        """Whether no further answer of the station is awaited."""
        return self.state in {State.APPLIED, State.REJECTED, State.REPLACED}
