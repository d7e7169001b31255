"""Uplink messages into the database: checked, kept once, and their meaning filed. Knows nothing of MQTT."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from django.db import DataError, IntegrityError, transaction

from station.errors import MessageError, UnknownVersionError
from station.link.messages import (
    MAX_MESSAGE_BYTES,
    Address,
    Envelope,
    State,
    decode_body,
    decode_envelope,
    parse_up_topic,
)
from ui.care.models import Message, Refused
from ui.care.recording.batch import rows_of, write
from ui.care.recording.dating import made_at
from ui.care.recording.filing import changed_by, file_body, identifier, make_or_get, readable_ids
from ui.care.recording.heard import BOOT_CHARACTERS, ID_CHARACTERS, Arrival, Heard, Read

logger = logging.getLogger(__name__)
seldom = logging.getLogger(
    f"{__name__}.seldom"
)  # says the same thing once a minute (ui.care.installation.seldom)

REASON_CHARACTERS: Final = 500
MOST_REFUSED: Final = 10_000  # beyond, the oldest go: a station gone wrong must not fill the disk
TOPIC_CHARACTERS: Final = 200


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
        heard = Heard([it for it in read if isinstance(it, Read)])
        together = _write_together(arrivals, read, heard)
        for place, (arrival, it) in enumerate(zip(arrivals, read, strict=True)):
            receipt = together.get(place) or _known(it, heard) or _store(arrival, it, heard)
            if receipt is not None:
                receipts.append(receipt)
        heard.note_alive()
    return receipts


def _write_together(
    arrivals: Sequence[Arrival], read: Sequence[Read | Exception], heard: Heard
) -> dict[int, Receipt]:
    """Write what only needs to be written; return its receipts by their place among the arrivals."""
    receipts = {}
    for place, envelope, message, *_ in write(rows_of(arrivals, read, heard), heard):
        heard.messages[message.pk] = message
        if not arrivals[place].retained and not envelope.hist:
            heard.alive(message.station)
        receipts[place] = Receipt(envelope.station, envelope.id)
    return receipts


def _known(read: Read | Exception, heard: Heard) -> Receipt | None:
    """Return the receipt of what is here already and changes nothing: said again, or retained."""
    if isinstance(read, Exception) or read.envelope is None:
        return None
    envelope, station = read.envelope, heard.stations.get(read.address.station)
    there = next((heard.messages[id_] for id_ in readable_ids([envelope.id]) if id_ in heard.messages), None)
    if there is None or station is None or station.revoked is not None or there.station_id != station.pk:
        return None
    if isinstance(read.body, State) and changed_by(read.body, station):
        return None
    return Receipt(envelope.station, envelope.id)


def _read(arrival: Arrival) -> Read | Exception:
    """Return what it says, or why it cannot be used: without the database."""
    try:
        address = parse_up_topic(arrival.topic)
        if address.kind == "live":
            return Read(address)
        envelope = decode_envelope(arrival.payload)
        _check_sender(envelope, address)
        return Read(address, envelope, decode_body(envelope))
    except (MessageError, RecursionError, ValueError) as error:
        return error


def _store(arrival: Arrival, read: Read | Exception, heard: Heard) -> Receipt | None:
    if isinstance(read, Exception):
        return _refuse(arrival, read)
    try:
        with transaction.atomic():
            return _accept(arrival, read, heard)
    # A value the database cannot hold (a number too large for it) is the message's fault, not a failure.
    except (MessageError, IntegrityError, DataError, OverflowError, RecursionError, ValueError) as error:
        heard.forget()
        return _refuse(arrival, error)


def _accept(arrival: Arrival, read: Read, heard: Heard) -> Receipt | None:
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
    message.station = station  # one station for the whole set: what a message changes, the next one knows
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
