"""One uplink message into the database: checked, kept once, and its meaning filed. Knows nothing of MQTT."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from station.errors import MessageError
from station.link.messages import (
    Address,
    Envelope,
    State,
    StationId,
    decode_body,
    decode_envelope,
    parse_up_topic,
)
from ui.care.filing import file_body, identifier
from ui.care.models import Message, Refused, Station

logger = logging.getLogger(__name__)

REASON_CHARACTERS: Final = 500
HEAD_BYTES: Final = 2_000  # kept of a refused message: enough to see what it was meant to be
TOPIC_CHARACTERS: Final = 200
ID_CHARACTERS: Final = 64


class Arrival(NamedTuple):
    """A message as it came from the broker."""

    topic: str
    payload: bytes
    retained: bool = False  # said some time ago: no sign of life


@dataclass(frozen=True, slots=True)
class Receipt:
    """An id that this station need not send again: it is committed, or can never be used."""

    station: str
    id: str


class _Id(msgspec.Struct):
    id: str


def store(arrivals: Sequence[Arrival]) -> list[Receipt]:
    """Keep all of these in one transaction; return what may be acknowledged once this has returned.

    A message that cannot be used is kept as refused and hinders no other. Raises django.db.DatabaseError when
    the database cannot take them now (full, locked, gone): then nothing was kept and all must be tried again.
    """
    receipts: list[Receipt] = []
    with transaction.atomic():
        for arrival in arrivals:
            receipt = _store(arrival)
            if receipt is not None:
                receipts.append(receipt)
    return receipts


def _store(arrival: Arrival) -> Receipt | None:
    try:
        with transaction.atomic():
            return _accept(arrival)
    # A value the database cannot hold (a number too large for it) is the message's fault, not a failure.
    except (MessageError, IntegrityError, DataError, OverflowError, RecursionError, ValueError) as error:
        return _refuse(arrival, str(error))


def _accept(arrival: Arrival) -> Receipt | None:
    address = parse_up_topic(arrival.topic)
    if address.kind == "live":
        return None  # for those who look now; never kept
    envelope = decode_envelope(arrival.payload)
    _check_sender(envelope, address)
    body = decode_body(envelope)
    station = station_named(address.station)
    message, is_new = Message.objects.get_or_create(
        id=identifier(envelope.id, "id"),
        defaults={
            "station": station,
            "seq": envelope.seq,
            "type": envelope.type,
            "known": body is not None,
            "payload": arrival.payload,
        },
    )
    if message.station_id != station.pk:
        raise MessageError(f"id {envelope.id} was used before by another station")
    if is_new and not arrival.retained and not envelope.hist:
        station.last_seen = timezone.now()
        station.save(update_fields=["last_seen"])
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


def _refuse(arrival: Arrival, reason: str) -> Receipt | None:
    digest = hashlib.sha256(arrival.topic.encode() + b"\0" + arrival.payload).digest()
    message_id = _readable_id(arrival.payload)
    _, is_new = Refused.objects.get_or_create(
        digest=digest,
        defaults={
            "topic": arrival.topic[:TOPIC_CHARACTERS],
            "message_id": message_id,
            "reason": reason[:REASON_CHARACTERS],
            "head": arrival.payload[:HEAD_BYTES],
        },
    )
    if is_new:
        logger.warning("refused %s: %s", arrival.topic[:TOPIC_CHARACTERS], reason[:REASON_CHARACTERS])
    return _receipt_of_refused(arrival.topic, message_id)


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
