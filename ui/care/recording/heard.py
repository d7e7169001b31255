"""What came in one batch, and what the database already knows of it: looked up once for all of it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

import msgspec
from django.utils import timezone

from station.errors import MessageError
from station.link.messages import Address, Birth, Envelope, State, StationId
from ui.care.models import Message, Patient, Station
from ui.care.people.forgetting import forgotten_of
from ui.care.recording.dating import correct_boot, undated_of
from ui.care.recording.filing import known_sessions, readable_ids

BOOT_CHARACTERS: Final = 64
ID_CHARACTERS: Final = 64
ALIVE_EVERY: Final = timedelta(seconds=10)  # "last heard" is shown in minutes; a write a result is dear


class Arrival(NamedTuple):
    """A message as it came from the broker."""

    topic: str
    payload: bytes
    retained: bool = False  # said some time ago: no sign of life


class Read(NamedTuple):
    """What an arrival says. Without an envelope it is for those who look now, and never kept."""

    address: Address
    envelope: Envelope | None = None
    body: msgspec.Struct | None = None


class Heard:
    """The stations, people and sessions of one transaction: looked up once, and noted as alive once."""

    def __init__(self, read: Sequence[Read]) -> None:
        self._alive: set[int] = set()
        envelopes = [it.envelope for it in read if it.envelope is not None]
        sids = {it.address.station for it in read if it.envelope is not None}
        subjects = {it.subj for it in envelopes if it.subj is not None}
        self._hold({it.address.station for it in read if isinstance(it.body, State | Birth)})
        self.stations = {it.sid: it for it in Station.objects.filter(sid__in=sids).defer("birth")}
        self.sessions = known_sessions([it.body for it in read if it.body is not None])
        self.messages = Message.objects.defer("payload").in_bulk(readable_ids([it.id for it in envelopes]))
        self.patients = {it.pseudonym: it for it in Patient.objects.filter(pseudonym__in=subjects)}
        self._forgotten = forgotten_of(subjects)
        # Of boots whose clock has been set since: nearly always none.
        boots = {it.boot[:BOOT_CHARACTERS] for it in envelopes}
        self._undated = undated_of(self.stations.values(), boots)

    def _hold(self, sids: set[str]) -> None:
        """Hold the stations that say how they are, in one order.

        Every recorder hears of presence: when many stations come or go at once, two would wait in a circle.
        """
        if sids:
            rows = Station.objects.select_for_update(no_key=True).filter(sid__in=sids).order_by("pk")
            list(rows.values_list("pk", flat=True))

    def note_made(self, message: Message) -> None:
        """Note a message that is new here: one whose time is not known may be dated by the next."""
        if message.at is None:
            self._undated.add((message.station_id, message.boot))

    def waits_for_a_date(self, station: Station, boot: str) -> bool:
        """Whether a message that says the time corrects others of the same boot."""
        return (station.pk, boot) in self._undated

    def date_boot(self, message: Message, envelope: Envelope) -> None:
        """Correct what came of this boot before its clock was set, once the message says the time."""
        boot = message.station_id, message.boot
        if message.at is not None and boot in self._undated:
            self._undated.discard(boot)
            correct_boot(message.station, envelope)
            self.sessions.clear()  # their times are others now

    def station(self, sid: str) -> Station:
        """Return the station of this id."""
        if sid not in self.stations:
            self.stations[sid] = station_named(sid)
        return self.stations[sid]

    def is_forgotten(self, pseudonym: str | None) -> bool:
        """Whether the person of this pseudonym was forgotten: nothing about them is kept again."""
        return pseudonym in self._forgotten

    def alive(self, station: Station) -> None:
        """Note that a station has just spoken."""
        seen = station.last_seen
        if seen is None or not timedelta(0) <= timezone.now() - seen < ALIVE_EVERY:
            self._alive.add(station.pk)

    def forget(self) -> None:
        """Look up again: what was rolled back may have made, or changed, a station or a session."""
        self.stations.clear()
        self.sessions.clear()
        self.messages.clear()

    def note_alive(self) -> None:
        """Write down who has spoken."""
        if self._alive:
            # Never waiting for another recorder: what it holds it notes itself.
            free = Station.objects.select_for_update(skip_locked=True, no_key=True)
            alive = list(free.filter(pk__in=self._alive).values_list("pk", flat=True))
            Station.objects.filter(pk__in=alive).update(last_seen=timezone.now())


def station_named(sid: str) -> Station:
    """Return the station of this id; one heard for the first time is kept without a patient."""
    return Station.objects.get_or_create(sid=_station_id(sid))[0]


def _station_id(text: str) -> str:
    try:
        return msgspec.convert(text, StationId)
    except msgspec.ValidationError as error:
        raise MessageError(f"station {text[:ID_CHARACTERS]!r}: {error}") from None
