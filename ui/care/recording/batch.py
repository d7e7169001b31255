"""Results written together, one statement a table: most messages need nothing else.

What needs more than to be written (an unset clock, a station or an id seen before, presence, answers), and
what is at fault, is left to `intake`, which sees to each by itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

import msgspec
from django.db import (
    DEFAULT_DB_ALIAS,
    DataError,
    IntegrityError,
    connection,
    connections,
    models,
    transaction,
)

from station.errors import MessageError
from station.link.messages import Envelope, RawTrace, StationEvent
from station.training.result import JournalResult, TrialResult
from ui.care.models import Event, Journal, Message, Patient, Session, Station, Trial
from ui.care.models import RawTrace as RawTraceRow
from ui.care.recording.dating import moment, when
from ui.care.recording.filing import Sessions, event_fields, identifier, journal_fields, trial_fields
from ui.care.recording.heard import BOOT_CHARACTERS, Arrival, Heard, Read

# In the order in which rows point to each other; every recorder keeps to it, so that no two wait in a circle.
TABLES: tuple[type[models.Model], ...] = (Message, Trial, Event, Journal, RawTraceRow)
Row = TypeVar("Row", bound=models.Model)
AT_FAULT = (MessageError, IntegrityError, DataError, OverflowError, RecursionError, ValueError)


class Rows(NamedTuple):
    """What one message becomes; `place` is its place in the batch."""

    place: int
    envelope: Envelope
    message: Message
    meaning: models.Model
    session: Session | None = None


class _Said(NamedTuple):
    """One message and what is known of whom it is about."""

    place: int
    payload: bytes
    envelope: Envelope
    body: msgspec.Struct
    station: Station
    patient: Patient | None


def rows_of(arrivals: Sequence[Arrival], read: Sequence[Read | Exception], heard: Heard) -> list[Rows]:
    """Return the rows of those that only need to be written."""
    found: list[Rows] = []
    used, begun = set(heard.messages), dict(heard.sessions)
    for place, (arrival, it) in enumerate(zip(arrivals, read, strict=True)):
        said = None if isinstance(it, Exception) else _said(place, arrival, it, heard)
        if said is None:
            continue
        try:
            rows = _rows(said, begun)
        except AT_FAULT:
            continue
        if rows.message.pk not in used and _fits(rows.message) and _fits(rows.meaning):
            used.add(rows.message.pk)
            found.append(rows)
            if rows.session is not None:
                begun.setdefault(rows.session.pk, rows.session)
    return found


def _said(place: int, arrival: Arrival, read: Read, heard: Heard) -> _Said | None:
    """Return what only needs to be written, None for all else."""
    envelope, body = read.envelope, read.body
    station = heard.stations.get(read.address.station)
    if (
        envelope is None
        or not isinstance(body, TrialResult | JournalResult | StationEvent | RawTrace)
        or station is None
        or station.revoked is not None
        or heard.is_forgotten(envelope.subj)
        or envelope.clock != "synced"
        or getattr(body, "clock", "synced") != "synced"
        or heard.waits_for_a_date(station, envelope.boot[:BOOT_CHARACTERS])
    ):
        return None
    return _Said(place, arrival.payload, envelope, body, station, heard.patients.get(envelope.subj or ""))


def _rows(said: _Said, sessions: Sessions) -> Rows:
    """Return the rows of one message. Raises MessageError."""
    envelope, body = said.envelope, said.body
    message = Message(
        id=identifier(envelope.id, "id"),
        station=said.station,
        seq=envelope.seq,
        type=envelope.type,
        known=True,
        payload=said.payload,
        boot=envelope.boot[:BOOT_CHARACTERS],
        mono_ms=envelope.mono_ms,
        at=moment(envelope.t, "t"),
    )
    if not isinstance(body, TrialResult):
        return Rows(said.place, envelope, message, _meaning(said, message))
    trial = Trial(id=identifier(body.trial, "trial"), **trial_fields(body, envelope, when(envelope, message)))
    id_ = identifier(body.session, "session")
    session = sessions.get(id_) or Session(
        id=id_,
        station=said.station,
        patient=said.patient,
        started=trial.started,
        clock=trial.clock,
        sim=envelope.sim,
        cal=envelope.cal,
        alg=envelope.alg,
    )
    if session.station_id != said.station.pk or not _fits(session):
        raise MessageError(f"session {id_} is not to be written with others")
    trial.session = session
    return Rows(said.place, envelope, message, trial, session)


def _meaning(said: _Said, message: Message) -> models.Model:
    read = when(said.envelope, message)
    whose = {"message": message, "station": said.station, "patient": said.patient}
    match said.body:
        case StationEvent() as event:
            return Event(**whose, **event_fields(event, said.envelope, read))
        case JournalResult() as journal:
            return Journal(**whose, **journal_fields(journal, said.envelope, read))
        case RawTrace() as trace:
            return RawTraceRow(message=message, trial=identifier(trace.trial, "trial"))
    raise MessageError(f"{said.envelope.type}: not to be written with others")


def _fits(row: models.Model) -> bool:
    """Whether its texts are no longer than their columns: to cast what is written together would cut them."""
    # Only the texts are looked at: a body left out when the row was looked up would be asked for, row by row.
    texts = (field for field in row._meta.concrete_fields if isinstance(field, models.CharField))  # noqa: SLF001
    return not any(it.max_length and len(getattr(row, it.attname)) > it.max_length for it in texts)


def write(rows: Sequence[Rows], heard: Heard) -> list[Rows]:
    """Write these; return those that were written.

    What another recorder has written meanwhile is left out at once. Where the database refuses another one,
    the rest are written without it: halves are tried until it is alone.
    Raises django.db.DatabaseError when the database takes nothing now.
    """
    if not rows:
        return []
    try:
        with transaction.atomic():
            begun = _write(rows, heard.sessions)
    except AT_FAULT:
        new = _without_known(rows, heard)
        if len(new) < len(rows):
            return write(new, heard)
        middle = len(rows) // 2
        return write(rows[:middle], heard) + write(rows[middle:], heard) if middle else []
    heard.sessions.update(begun)
    return list(rows)


def _without_known(rows: Sequence[Rows], heard: Heard) -> list[Rows]:
    """Return those whose message is not there: a station says a result again when its answer takes long."""
    ids = [it.message.pk for it in rows]
    heard.messages |= Message.objects.defer("payload").in_bulk(ids)
    return [it for it in rows if it.message.pk not in heard.messages]


def _write(rows: Sequence[Rows], known: Sessions) -> Sessions:
    """Write all of these, or raise; return the sessions that were not known before."""
    new = {it.session.pk: it.session for it in rows if it.session and it.session.pk not in known}
    begun = _begin(new)
    tables: defaultdict[type[models.Model], list[models.Model]] = defaultdict(list)
    for it in rows:
        for row in (it.message, it.meaning):
            tables[type(row)].append(row)
    for table in TABLES:
        _insert(table, _in_order(tables[table]))
    return begun


def _insert(table: type[models.Model], rows: Sequence[models.Model]) -> None:
    if not rows:
        return
    if connection.vendor == "postgresql":
        _copy(table, rows)
    else:
        table._default_manager.bulk_create(rows)  # noqa: SLF001 Django's documented name


def _copy(table: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Write by COPY: half of what a statement with all its values costs the recorder; refused alike."""
    fields = [field for field in table._meta.concrete_fields if not field.generated]  # noqa: SLF001
    here = connections[DEFAULT_DB_ALIAS]  # itself: what stands for it is looked up anew at every touch
    quote = here.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    order = f"COPY {quote(table._meta.db_table)} ({columns}) FROM STDIN"  # noqa: SLF001
    with here.cursor() as cursor, here.wrap_database_errors, cursor.copy(order) as copy:
        for row in rows:
            copy.write_row([field.get_db_prep_save(getattr(row, field.attname), here) for field in fields])


def _begin(sessions: Sessions) -> Sessions:
    """Write those of these sessions that no other recorder began meanwhile; return all as they are now."""
    if not sessions:
        return {}
    Session.objects.bulk_create(_in_order(sessions.values()), ignore_conflicts=True)
    there = Session.objects.defer("body").in_bulk(list(sessions))
    for id_, session in sessions.items():
        if id_ not in there or there[id_].station_id != session.station_id:
            raise MessageError(f"session {id_} belongs to another station")
    return there


def _in_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: str(row.pk))
