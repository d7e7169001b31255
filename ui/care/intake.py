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
from ui.care.filing import file_body, identifier, make_or_get
from ui.care.forgetting import is_forgotten
from ui.care.models import Message, Refused, Station

logger = logging.getLogger(__name__)
seldom = logging.getLogger(f"{__name__}.seldom")  # says the same thing once a minute (ui.care.seldom)

REASON_CHARACTERS: Final = 500
MOST_REFUSED: Final = 10_000  # beyond, the oldest go: a station gone wrong must not fill the disk
TOPIC_CHARACTERS: Final = 200
ID_CHARACTERS: Final = 64


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
        heard = _Heard()
        for arrival in arrivals:
            receipt = _store(arrival, heard)
            if receipt is not None:
                receipts.append(receipt)
        heard.note_alive()
    return receipts


class _Heard:
    """The stations of one transaction: each is looked up, and noted as alive, once for all its messages."""

    def __init__(self) -> None:
        self._stations: dict[str, Station] = {}
        self._alive: set[int] = set()
        self._forgotten: dict[str, bool] = {}

    def station(self, sid: str) -> Station:
        """Return the station of this id."""
        if sid not in self._stations:
            self._stations[sid] = station_named(sid)
        return self._stations[sid]

    def is_forgotten(self, pseudonym: str | None) -> bool:
        """Whether the person of this pseudonym was forgotten: nothing about them is kept again."""
        if pseudonym is None:
            return False
        if pseudonym not in self._forgotten:
            self._forgotten[pseudonym] = is_forgotten(pseudonym)
        return self._forgotten[pseudonym]

    def alive(self, station: Station) -> None:
        """Note that a station has just spoken."""
        self._alive.add(station.pk)

    def forget(self) -> None:
        """Look up again: what was rolled back may have made, or changed, a station."""
        self._stations.clear()

    def note_alive(self) -> None:
        """Write down who has spoken."""
        if self._alive:
            Station.objects.filter(pk__in=self._alive).update(last_seen=timezone.now())


def _store(arrival: Arrival, heard: _Heard) -> Receipt | None:
    try:
        with transaction.atomic():
            return _accept(arrival, heard)
    # A value the database cannot hold (a number too large for it) is the message's fault, not a failure.
    except (MessageError, IntegrityError, DataError, OverflowError, RecursionError, ValueError) as error:
        heard.forget()
        return _refuse(arrival, error)


def _accept(arrival: Arrival, heard: _Heard) -> Receipt | None:
    address = parse_up_topic(arrival.topic)
    if address.kind == "live":
        return None  # for those who look now; never kept
    envelope = decode_envelope(arrival.payload)
    _check_sender(envelope, address)
    body = decode_body(envelope)
    station = heard.station(address.station)
    if heard.is_forgotten(envelope.subj):
        return Receipt(address.station, envelope.id)  # the station keeps it no longer either
    message, is_new = make_or_get(
        Message.objects,
        identifier(envelope.id, "id"),
        station=station,
        seq=envelope.seq,
        type=envelope.type,
        known=body is not None,
        payload=arrival.payload,
    )
    if message.station_id != station.pk:
        raise MessageError(f"id {envelope.id} was used before by another station")
    if is_new and not arrival.retained and not envelope.hist:
        heard.alive(station)
    # A will is written when the station connects, so the broker may say the same one more than once.
    if body is not None and (is_new or isinstance(body, State)):
        file_body(body, envelope, message)
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
    topic, reason = arrival.topic[:TOPIC_CHARACTERS], str(error)[:REASON_CHARACTERS]
    message_id = _readable_id(arrival.payload)
    _, is_new = Refused.objects.get_or_create(
        digest=digest,
        defaults={
            "topic": topic,
            "message_id": message_id,
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
