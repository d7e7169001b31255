"""When things were: as the station's clock said, corrected, or unknown and placed in their order.

A Raspberry Pi has no clock of its own: until somebody sets it, it says anything. A message made then says so
(`clock`), and has the time since the boot (`mono_ms`). As soon as one message of the same boot comes with a
set clock, the time of all others of that boot is known. Of a boot whose clock was never set nobody ever knows
more than the order: what a station counts (`seq`).
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.utils import timezone

from station.errors import MessageError
from station.link.messages import Envelope, StationEvent, decode_body, decode_envelope
from station.training.result import JournalResult, SessionResult, TrialResult
from ui.care import models
from ui.care.models.clock import Clock

ORDER: Final = timedelta(milliseconds=1)  # between two that only their order is known of


def moment(text: str, where: str) -> datetime:
    """Return an RFC 3339 time with its zone. Raises MessageError naming the field."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise MessageError(f"{where} is {text[:40]!r}; it must be a date and time with a zone")
    return time


@dataclass(frozen=True, slots=True)
class When:
    """How to read the times in a message; `place` stands for all of them where they are unknown."""

    clock: Clock
    shift: timedelta
    place: datetime

    def of(self, text: str, where: str) -> datetime:
        """Return the time that this text in the body means. Raises MessageError naming the field."""
        time = moment(text, where)
        return self.place if self.clock == Clock.UNKNOWN else time + self.shift


def made_at(envelope: Envelope, station: models.Station) -> datetime | None:
    """Return when a message was made, None where that is not known (yet)."""
    with suppress(MessageError, OverflowError):
        if envelope.clock == "synced":
            return moment(envelope.t, "t")
        if envelope.t_corrected is not None:
            return moment(envelope.t_corrected, "t_corrected")
        known = (
            models.Message.objects.filter(station=station, boot=envelope.boot, at__isnull=False)
            .order_by("-received")
            .first()
        )
        if known is not None and known.at is not None:
            return known.at + timedelta(milliseconds=envelope.mono_ms - known.mono_ms)
    return None


def when(envelope: Envelope, message: models.Message, *, begun: str = "synced") -> When:
    """Return how to read the times of this message. Raises MessageError.

    `begun` is the clock of what began in an earlier boot, and is told of in this one only.
    """
    said = moment(envelope.t, "t")
    if begun != "synced" and envelope.clock == "synced":
        return When(Clock.UNKNOWN, timedelta(0), _place(message))
    if envelope.clock == "synced":
        return When(Clock.SET, timedelta(0), said)
    if message.at is not None:
        return When(Clock.CORRECTED, message.at - said, message.at)
    return When(Clock.UNKNOWN, timedelta(0), _place(message))


def _place(message: models.Message) -> datetime:
    """Return a time that keeps the order: just after what is known to have been before."""
    before = (
        models.Message.objects.filter(
            station=message.station, seq__lt=message.seq, seq__gt=0, at__isnull=False
        )
        .order_by("-seq")
        .first()
    )
    if before is None or before.at is None:
        return timezone.now()
    return before.at + min(message.seq - before.seq, 1_000_000) * ORDER


def undated_of(stations: Iterable[models.Station], boots: set[str]) -> set[tuple[int, str]]:
    """Return station and boot of those among these whose messages have times that are not known."""
    rows = models.Message.objects.filter(station__in=list(stations), boot__in=boots, at__isnull=True)
    return set(rows.values_list("station_id", "boot").distinct().order_by())


def correct_boot(station: models.Station, envelope: Envelope) -> None:
    """Correct what came of this boot before its clock was set: this message says what time it is."""
    now = made_at(envelope, station)
    waiting = models.Message.objects.filter(station=station, boot=envelope.boot, at__isnull=True)
    if now is None or not envelope.boot:
        return
    for message in waiting:
        with suppress(MessageError, OverflowError):
            message.at = now + timedelta(milliseconds=message.mono_ms - envelope.mono_ms)
            _correct(message)
            message.save(update_fields=["at"])


def _correct(message: models.Message) -> None:
    envelope = decode_envelope(bytes(message.payload))
    body = decode_body(envelope)
    read = when(envelope, message)
    marked = {"clock": read.clock}
    match body:
        case TrialResult():
            started = read.of(body.started, "started")
            models.Trial.objects.filter(pk=body.trial).update(started=started, **marked)
            ended = models.Session.objects.filter(pk=body.session, ended__isnull=True, clock=Clock.UNKNOWN)
            ended.update(started=started, **marked)
        case SessionResult():
            times = {"started": read.of(body.started, "started"), "ended": read.of(body.ended, "ended")}
            models.Session.objects.filter(pk=body.session).update(**times, **marked)
        case JournalResult():
            written = read.of(body.written, "written")
            models.Journal.objects.filter(message=message).update(written=written, **marked)
        case StationEvent():
            models.Event.objects.filter(message=message).update(happened=message.at, **marked)
        case msgspec.Struct() | None:
            pass
