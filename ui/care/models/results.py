"""What a patient did: sessions, their trials, and events the care team should know of."""

# ruff: noqa: D106 (Meta is Django's own, its docs say what stands there)

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final

from django.db import models
from django.db.models import Case, FloatField, IntegerField, TextField, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, NullIf
from django.db.models.lookups import In
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ui.care.models.clock import Clock
from ui.care.models.people import Patient, Station

# The answer before training, 0 to 10; another one is none, whatever a station sends.
_PAIN_TOLD = Cast(KT("body__answers__pain"), TextField())
_PAIN = Case(
    When(In(_PAIN_TOLD, [str(n) for n in range(11)]), then=Cast(_PAIN_TOLD, IntegerField())),
    default=None,
    output_field=IntegerField(null=True),
)

# SQLite tells a null of JSON as a word, which as a number would be 0 % of the body's weight.
_SUPPORT = Cast(NullIf(Cast(KT("body__support__mean_percent"), TextField()), Value("null")), FloatField())
# Of a trial, for its patient's course.
COURSE: Final = (
    *("id", "number", "routine", "rung", "side", "support_kind", "vision", "surface", "started", "clock"),
    *("outcome", "hold_s", "target_hold_s", "velocity_mm_s", "alg", "sim", "support_percent"),
)
# What must be the same before two trials may be compared, also of a trial of which only this was read.
conditions_of: Callable[[Any], tuple[Any, ...]] = attrgetter(
    *("routine", "rung", "side", "support_kind", "vision", "surface"), *("target_hold_s", "alg", "sim")
)


class Session(models.Model):
    """One training session. It exists from its first trial on; `body` comes with its SessionResult."""

    id = models.UUIDField(primary_key=True)
    station = models.ForeignKey(Station, models.PROTECT, related_name="sessions")
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="sessions")
    started = models.DateTimeField()
    clock = models.CharField(max_length=10, choices=Clock.choices, default=Clock.SET)
    ended = models.DateTimeField(null=True)
    complete = models.BooleanField(null=True)
    ended_by = models.CharField(max_length=40, blank=True)
    trial_count = models.PositiveIntegerField(null=True)  # as the station counted them
    sim = models.BooleanField(default=False)
    cal = models.CharField(max_length=200)
    alg = models.CharField(max_length=200)
    body = models.JSONField(null=True)
    # A column, since the means of a thousand people are asked for.
    pain = models.GeneratedField(expression=_PAIN, output_field=IntegerField(null=True), db_persist=True)
    received = models.DateTimeField(default=timezone.now)
    changed = models.DateTimeField(auto_now=True)  # its result comes after its first trial

    class Meta:
        ordering = ("-started",)
        verbose_name = _("session")
        indexes = (
            # Of a thousand people the newest session and the last training, without reading the sessions.
            models.Index(
                fields=("patient", "-started"),
                include=("sim", "station", "trial_count"),
                name="care_newest_session",
            ),
            # What the last two weeks of all of them were like, the same way.
            models.Index(
                fields=("started",), include=("patient", "trial_count", "pain", "sim"), name="care_lately"
            ),
            models.Index(fields=("changed", "id")),
            # Whether a board's calibration was in use a year ago already.
            models.Index(fields=("station", "cal", "started"), name="care_calibrated"),
        )

    def __str__(self) -> str:
        return str(self.id)


class Trial(models.Model):
    """One attempt. The columns are for lists and trends; `body` is the whole TrialResult as it came."""

    id = models.UUIDField(primary_key=True)
    # Found by the index of the course, which begins with it.
    session = models.ForeignKey(Session, models.PROTECT, related_name="trials", db_index=False)
    number = models.PositiveIntegerField()
    routine = models.CharField(max_length=60)
    rung = models.PositiveIntegerField()
    side = models.CharField(max_length=10, blank=True)
    support_kind = models.CharField(max_length=20)
    vision = models.CharField(max_length=10)
    surface = models.CharField(max_length=20)
    attempt = models.PositiveIntegerField()
    started = models.DateTimeField()
    clock = models.CharField(max_length=10, choices=Clock.choices, default=Clock.SET)
    outcome = models.CharField(max_length=20)
    hold_s = models.FloatField()
    target_hold_s = models.FloatField()
    velocity_mm_s = models.FloatField(null=True)
    pea95_mm2 = models.FloatField(null=True)
    sim = models.BooleanField()
    cal = models.CharField(max_length=200)
    alg = models.CharField(max_length=200)
    body = models.JSONField()
    # Mean weight on the hands, in percent of the body's: drawn over a year.
    support_percent = models.GeneratedField(
        expression=_SUPPORT, output_field=FloatField(null=True), db_persist=True
    )
    received = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-started", "-number")
        verbose_name = _("trial")
        indexes = (
            # All that a course over a year is drawn from: bodies, ten times as much, are not read for it.
            models.Index(fields=("session", *COURSE), name="care_course"),
            models.Index(fields=("routine", "rung", "side")),
            models.Index(fields=("received", "id")),
        )

    def __str__(self) -> str:
        return str(self.id)

    @property
    def conditions(self) -> tuple[Any, ...]:
        """What must be the same before two trials may be compared; support and target belong to the rung."""
        return conditions_of(self)

    @property
    def flagged(self) -> bool:
        """Whether the station doubts the numbers (readings missing), or the board had a fault."""
        return bool(self.body["quality"].get("flagged") or self.body["faults"])


class Event(models.Model):
    """Something the care team should know; `kind` and `detail` as the station sent them."""

    message = models.OneToOneField("care.Message", models.PROTECT, primary_key=True)
    station = models.ForeignKey(Station, models.PROTECT, related_name="events")
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="events")
    kind = models.CharField(max_length=60)
    session = models.UUIDField(null=True)
    happened = models.DateTimeField()
    clock = models.CharField(max_length=10, choices=Clock.choices, default=Clock.SET)
    detail = models.JSONField()
    sim = models.BooleanField()

    class Meta:
        ordering = ("-happened",)
        verbose_name = _("event")
        indexes = (
            models.Index(fields=("patient", "-happened")),
            models.Index(fields=("happened",)),
            # The last fall of everybody, among thousands of other events.
            models.Index(
                fields=("patient", "-happened"),
                condition=models.Q(kind="possible_fall"),
                name="care_falls",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"


class Journal(models.Model):
    """What a patient wrote down after a session; `body` is the JournalResult as it came."""

    message = models.OneToOneField("care.Message", models.PROTECT, primary_key=True)
    station = models.ForeignKey(Station, models.PROTECT, related_name="journals")
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="journals")
    session = models.UUIDField()
    written = models.DateTimeField()
    clock = models.CharField(max_length=10, choices=Clock.choices, default=Clock.SET)
    body = models.JSONField()
    sim = models.BooleanField()

    class Meta:
        ordering = ("-written",)
        verbose_name = _("journal entry")
        indexes = (models.Index(fields=("patient", "-written")),)

    def __str__(self) -> str:
        return str(self.message_id)
