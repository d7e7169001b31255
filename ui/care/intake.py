"""One uplink message into the database: checked, kept once, and its meaning filed. Knows nothing of MQTT."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from station.errors import MessageError, UnknownVersionError
from station.link.messages import (
    MAX_MESSAGE_BYTES,
    Address,
    Envelope,
    State,
    StationId,
    decode_body,
    decode_envelope,
    parse_up_topic,
)
from ui.care.dating import correct_boot, made_at, undated_of
from ui.care.filing import file_body, identifier, known_sessions, make_or_get, readable_ids
from ui.care.forgetting import forgotten_of
from ui.care.models import Message, Refused, Station

logger = logging.getLogger(__name__)
seldom = logging.getLogger(f"{__name__}.seldom")  # says the same thing once a minute (ui.care.seldom)

REASON_CHARACTERS: Final = 500
MOST_REFUSED: Final = 10_000  # beyond, the oldest go: a station gone wrong must not fill the disk
TOPIC_CHARACTERS: Final = 200
ID_CHARACTERS: Final = 64
BOOT_CHARACTERS: Final = 64


class Arrival(NamedTuple):
    """A message as it came from the broker."""

    topic: str
    payload: bytes
    retained: bool = False  # said some time ago: no sign of life


@dataclass(frozen=True, slots=True)
class Receipt:
    """An id that this station need not send again: its message is committed, as used or as refused."""

    station: str
    id: str


class _Id(msgspec.Struct):
    id: str


def store(arrivals: Sequence[Arrival]) -> list[Receipt]:
    """Keep all of these in one transaction; return what may be acknowledged once this has returned.

    A message that cannot be used is kept whole as refused and hinders no other; one of a version not
    understood yet gets no receipt, so that its station keeps it too. Raises django.db.DatabaseError when
    the database cannot take them now (full, locked, gone): then nothing was kept and all must be tried again.
    """
    receipts: list[Receipt] = []
    with transaction.atomic():
        read = [_read(arrival) for arrival in arrivals]
        heard = _Heard([it for it in read if isinstance(it, _Read)])
        for arrival, it in zip(arrivals, read, strict=True):
            receipt = _store(arrival, it, heard)
            if receipt is not None:
                receipts.append(receipt)
        heard.note_alive()
    return receipts


class _Read(NamedTuple):
    """What an arrival says. Without an envelope it is for those who look now, and never kept."""

    address: Address
    envelope: Envelope | None = None
    body: msgspec.Struct | None = None


def _read(arrival: Arrival) -> _Read | Exception:
    """Return what it says, or why it cannot be used: without the database."""
    try:
        address = parse_up_topic(arrival.topic)
        if address.kind == "live":
            return _Read(address)
        envelope = decode_envelope(arrival.payload)
        _check_sender(envelope, address)
        return _Read(address, envelope, decode_body(envelope))
    except (MessageError, RecursionError, ValueError) as error:
        return error


class _Heard:
    """The stations and sessions of one transaction: looked up once, and noted as alive once."""

    def __init__(self, read: Sequence[_Read]) -> None:
        self._alive: set[int] = set()
        envelopes = [it.envelope for it in read if it.envelope is not None]
        sids = {it.address.station for it in read if it.envelope is not None}
        self._stations = {it.sid: it for it in Station.objects.filter(sid__in=sids)}
        self.sessions = known_sessions([it.body for it in read if it.body is not None])
        self.messages = Message.objects.defer("payload").in_bulk(readable_ids([it.id for it in envelopes]))
        self._forgotten = forgotten_of({it.subj for it in envelopes if it.subj is not None})
        stations = self._stations.values()
        # Of boots whose clock has been set since: nearly always none.
        self._undated = undated_of(stations, {it.boot[:BOOT_CHARACTERS] for it in envelopes})

    def note_made(self, message: Message) -> None:
        """Note a message that is new here: one whose time is not known may be dated by the next."""
        if message.at is None:
            self._undated.add((message.station_id, message.boot))

    def date_boot(self, message: Message, envelope: Envelope) -> None:
        """Correct what came of this boot before its clock was set, once the message says the time."""
        boot = message.station_id, message.boot
        if message.at is not None and boot in self._undated:
            self._undated.discard(boot)
            correct_boot(message.station, envelope)
            self.sessions.clear()  # their times are others now

    def station(self, sid: str) -> Station:
        """Return the station of this id."""
        if sid not in self._stations:
            self._stations[sid] = station_named(sid)
        return self._stations[sid]

    def is_forgotten(self, pseudonym: str | None) -> bool:
        """Whether the person of this pseudonym was forgotten: nothing about them is kept again."""
        return pseudonym in self._forgotten

    def alive(self, station: Station) -> None:
        """Note that a station has just spoken."""
        self._alive.add(station.pk)

    def forget(self) -> None:
        """Look up again: what was rolled back may have made, or changed, a station or a session."""
        self._stations.clear()
        self.sessions.clear()
        self.messages.clear()

    def note_alive(self) -> None:
        """Write down who has spoken."""
        if self._alive:
            # Never waiting for another recorder: what it holds it notes itself.
            free = Station.objects.select_for_update(skip_locked=True, no_key=True)
            alive = list(free.filter(pk__in=self._alive).values_list("pk", flat=True))
            Station.objects.filter(pk__in=alive).update(last_seen=timezone.now())


def _store(arrival: Arrival, read: _Read | Exception, heard: _Heard) -> Receipt | None:
    if isinstance(read, Exception):
        return _refuse(arrival, read)
    try:
        with transaction.atomic():
            return _accept(arrival, read, heard)
    # A value the database cannot hold (a number too large for it) is the message's fault, not a failure.
    except (MessageError, IntegrityError, DataError, OverflowError, RecursionError, ValueError) as error:
        heard.forget()
        return _refuse(arrival, error)


def _accept(arrival: Arrival, read: _Read, heard: _Heard) -> Receipt | None:
    address, envelope, body = read
    if envelope is None:
        return None
    station = heard.station(address.station)
    if station.revoked is not None:  # it may still be connected: a broker notices at its next start
        raise MessageError(f"station {station.sid} was revoked on {station.revoked:%Y-%m-%d}")
    if heard.is_forgotten(envelope.subj):
        return Receipt(address.station, envelope.id)  # the station keeps it no longer either
    id_, is_new = identifier(envelope.id, "id"), False
    message = heard.messages.get(id_)
    if message is None:
        message, is_new = make_or_get(
            Message.objects,
            id_,
            station=station,
            seq=envelope.seq,
            type=envelope.type,
            known=body is not None,
            payload=arrival.payload,
            boot=envelope.boot[:BOOT_CHARACTERS],
            mono_ms=envelope.mono_ms,
            at=made_at(envelope, station),
        )
    if message.station_id != station.pk:
        raise MessageError(f"id {envelope.id} was used before by another station")
    if is_new and not arrival.retained and not envelope.hist:
        heard.alive(station)
    # A will is written when the station connects, so the broker may say the same one more than once.
    if body is not None and (is_new or isinstance(body, State)):
        file_body(body, envelope, message, heard.sessions)
    if is_new:
        heard.note_made(message)
        heard.date_boot(message, envelope)
    return Receipt(address.station, envelope.id)


def _check_sender(envelope: Envelope, address: Address) -> None:
    if envelope.station != address.station:
        raise MessageError(f"topic of station {address.station}, but the message is of {envelope.station}")
    if envelope.type != address.kind:
        raise MessageError(f"topic of kind {address.kind}, but the message is of type {envelope.type}")


def station_named(sid: str) -> Station:
    """Return the station of this id; one heard for the first time is kept without a patient."""
    return Station.objects.get_or_create(sid=_station_id(sid))[0]


def _station_id(text: str) -> str:
    try:
        return msgspec.convert(text, StationId)
    except msgspec.ValidationError as error:
        raise MessageError(f"station {text[:ID_CHARACTERS]!r}: {error}") from None


def _refuse(arrival: Arrival, error: Exception) -> Receipt | None:
    digest = hashlib.sha256(arrival.topic.encode() + b"\0" + arrival.payload).digest()
    topic, reason = arrival.topic[:TOPIC_CHARACTERS], _storable(str(error)[:REASON_CHARACTERS])
    message_id = _readable_id(arrival.payload)
    _, is_new = Refused.objects.get_or_create(
        digest=digest,
        defaults={
            "topic": topic,
            "message_id": _storable(message_id),
            "reason": reason,
            "payload": arrival.payload[:MAX_MESSAGE_BYTES],
        },
    )
    if isinstance(error, UnknownVersionError):
        seldom.warning("%s: %s; the station keeps it until this side is updated", topic, reason)
        return None
    if is_new:
        logger.warning("refused %s: %s", topic, reason)
        _let_the_oldest_go()
    # Only what is kept whole is acknowledged: upon that the station deletes its own.
    is_whole = len(arrival.payload) <= MAX_MESSAGE_BYTES
    return _receipt_of_refused(arrival.topic, message_id) if is_whole else None


def _storable(text: str) -> str:
    """Return text without U+0000, which PostgreSQL holds in no column: a refusal must never be refused."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _let_the_oldest_go() -> None:
    excess = Refused.objects.count() - MOST_REFUSED
    if excess > 0:
        oldest = Refused.objects.order_by("received").values_list("pk", flat=True)[:excess]
        Refused.objects.filter(pk__in=list(oldest)).delete()
        seldom.warning("more than %d refused messages: the oldest are no longer kept", MOST_REFUSED)


def _receipt_of_refused(topic: str, message_id: str) -> Receipt | None:
    """Return a receipt where the sender can be told: a bad message must not block its outbox for ever."""
    try:
        station = parse_up_topic(topic).station
    except MessageError:
        return None
    return Receipt(station, message_id) if message_id else None


def _readable_id(payload: bytes) -> str:
    try:
        message_id = msgspec.json.decode(payload, type=_Id).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return message_id if len(message_id) <= ID_CHARACTERS else ""
