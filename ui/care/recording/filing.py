"""What a message means: results, events, presence and answers, each into its table.

Runs inside the transaction of `intake`.
"""

import logging
import uuid
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, F, Manager, Model, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from station.errors import MessageError
from station.link.asked import UpdateReply
from station.link.messages import Birth, CommandReply, Envelope, RawTrace, Reply, State, StationEvent
from station.link.papers import PaperReply, RenewalRequest
from station.training.result import JournalResult, SessionResult, TrialResult
from ui.care import models
from ui.care.models.clock import Clock
from ui.care.models.programme import State as RxState
from ui.care.recording.dating import When, when
from ui.care.trust import papers
from ui.care.updating.receipts import file_receipt

M = TypeVar("M", bound=Model)

logger = logging.getLogger(__name__)

# From which states an answer of the station moves a prescription on. An answer may overtake our own note
# that it was sent, and one that was replaced may still have been applied in between.
_ANSWERS: Final = {
    "received": (RxState.RECEIVED, {RxState.QUEUED, RxState.SENT}),
    "applied": (RxState.APPLIED, {RxState.QUEUED, RxState.SENT, RxState.RECEIVED, RxState.REPLACED}),
    "rejected": (RxState.REJECTED, {RxState.QUEUED, RxState.SENT, RxState.RECEIVED}),
}


_OLDER: Final = "is not newer than version"

Sessions = dict[uuid.UUID, models.Session]


class _Begun(NamedTuple):
    started: datetime
    clock: Clock


def known_sessions(bodies: Iterable[msgspec.Struct]) -> Sessions:
    """Return the sessions that these results are of, as far as they are there: one look for all."""
    named = [body.session for body in bodies if isinstance(body, TrialResult | SessionResult)]
    return models.Session.objects.defer("body").in_bulk(readable_ids(named))


def file_body(body: msgspec.Struct, envelope: Envelope, message: models.Message, sessions: Sessions) -> None:
    """File a body of a known type. Raises MessageError when it contradicts itself or what is known.

    `sessions` are those looked up before in this transaction; new ones are added.
    """
    match body:
        case State():
            _file_state(body, message.station)
        case Birth():
            _file_birth(body, envelope, message)
        case Reply():
            _file_reply(body, message)
        case RenewalRequest() | PaperReply():
            papers.file_paper(body, message.station)
        case UpdateReply():
            file_receipt(body, message.station)
        case CommandReply():
            _file_answer(body, envelope, message)
        case _:
            _file_result(body, envelope, message, sessions)


def _file_result(
    body: msgspec.Struct, envelope: Envelope, message: models.Message, sessions: Sessions
) -> None:
    match body:
        case TrialResult():
            _file_trial(body, envelope, message, sessions)
        case SessionResult():
            _file_session(body, envelope, message, sessions)
        case JournalResult():
            _file_journal(body, envelope, message)
        case StationEvent():
            _file_event(body, envelope, message)
        case RawTrace():
            models.RawTrace.objects.create(message=message, trial=identifier(body.trial, "trial"))


def make_or_get(rows: Manager[M], id_: uuid.UUID, **fields: Any) -> tuple[M, bool]:
    """Return the row of this id, and whether it is new: made first and looked for then, since most are new.

    Raises IntegrityError when it can neither be made nor is there.
    """
    try:
        with transaction.atomic():
            return rows.create(pk=id_, **fields), True
    except IntegrityError:
        there = rows.filter(pk=id_).first()
        if there is None:
            raise
        return there, False


def _file_state(state: State, station: models.Station) -> None:
    """Note that a station came or went."""
    station.online, station.boot = _as_told(state, station)
    station.save(update_fields=["online", "boot"])


def changed_by(state: State, station: models.Station) -> bool:
    """Whether this says anything of a station that is not known: most of what a broker retains does not."""
    return (station.online, station.boot) != _as_told(state, station)


def _as_told(state: State, station: models.Station) -> tuple[bool, str]:
    """Return whether it is there, and its boot. The will of an earlier boot hides no station that is up."""
    if state.online:
        return True, state.boot
    return station.online and station.boot not in {"", state.boot}, station.boot


def _file_birth(birth: Birth, envelope: Envelope, message: models.Message) -> None:
    # Not a word of being online: a retained birth outlives its station, its state does not.
    station = message.station
    station.birth, station.boot, station.clock = _plain(envelope), envelope.boot, envelope.clock
    papers.file_birth(birth, station)
    station.save(update_fields=["birth", "boot", "clock", "keys", "keys_version"])


def _file_trial(result: TrialResult, envelope: Envelope, message: models.Message, sessions: Sessions) -> None:
    read = when(envelope, message, begun=result.clock)
    started = read.of(result.started, "started")
    session = _session(result.session, envelope, message, _Begun(started, read.clock), sessions)
    fields = trial_fields(result, envelope, read)
    trial, _ = make_or_get(models.Trial.objects, identifier(result.trial, "trial"), session=session, **fields)
    if trial.session_id != session.pk:
        raise MessageError(f"trial {result.trial} belongs to another session")


def trial_fields(result: TrialResult, envelope: Envelope, read: When) -> dict[str, Any]:
    """Return the columns of a trial but its id and session. Raises MessageError."""
    return {
        "number": result.number,
        "routine": result.routine,
        "rung": result.rung,
        "side": result.side or "",
        "support_kind": result.support_kind,
        "vision": result.vision,
        "surface": result.surface,
        "attempt": result.attempt,
        "started": read.of(result.started, "started"),
        "clock": read.clock,
        "outcome": result.outcome,
        "hold_s": result.hold_s,
        "target_hold_s": result.target_hold_s,
        "velocity_mm_s": result.measures.get("velocity_mm_s"),
        "pea95_mm2": result.measures.get("pea95_mm2"),
        "sim": result.sim,
        "cal": result.cal,
        "alg": result.alg,
        "body": _plain(envelope),
    }


def _file_session(
    result: SessionResult, envelope: Envelope, message: models.Message, sessions: Sessions
) -> None:
    read = when(envelope, message, begun=result.clock)
    started = read.of(result.started, "started")
    session = _session(result.session, envelope, message, _Begun(started, read.clock), sessions)
    for name, value in session_fields(result, envelope, read).items():
        setattr(session, name, value)
    session.save()


def session_fields(result: SessionResult, envelope: Envelope, read: When) -> dict[str, Any]:
    """Return the columns that a session has from its own result. Raises MessageError."""
    return {
        "started": read.of(result.started, "started"),
        "clock": read.clock,
        "ended": read.of(result.ended, "ended"),
        "complete": result.complete,
        "ended_by": result.ended_by,
        "trial_count": result.trials,
        "sim": result.sim,
        "body": _plain(envelope),
    }


def _session(
    session_id: str, envelope: Envelope, message: models.Message, begun: _Begun, sessions: Sessions
) -> models.Session:
    """Return the session, begun with what is known when its trial comes before its own result."""
    id_ = identifier(session_id, "session")
    if id_ not in sessions:
        sessions[id_], _ = models.Session.objects.get_or_create(
            id=id_,
            defaults={
                "station": message.station,
                "patient": _patient(envelope),
                "started": begun.started,
                "clock": begun.clock,
                "sim": envelope.sim,
                "cal": envelope.cal,
                "alg": envelope.alg,
            },
        )
    if sessions[id_].station_id != message.station_id:
        raise MessageError(f"session {session_id} belongs to another station")
    return sessions[id_]


def _file_journal(journal: JournalResult, envelope: Envelope, message: models.Message) -> None:
    models.Journal.objects.create(
        message=message,
        station=message.station,
        patient=_patient(envelope),
        **journal_fields(journal, envelope, when(envelope, message)),
    )


def journal_fields(journal: JournalResult, envelope: Envelope, read: When) -> dict[str, Any]:
    """Return the columns of a journal entry but for whose it is. Raises MessageError."""
    return {
        "session": identifier(journal.session, "session"),
        "written": read.of(journal.written, "written"),
        "clock": read.clock,
        "body": _plain(envelope),
        "sim": envelope.sim,
    }


def _file_event(event: StationEvent, envelope: Envelope, message: models.Message) -> None:
    models.Event.objects.create(
        message=message,
        station=message.station,
        patient=_patient(envelope),
        **event_fields(event, envelope, when(envelope, message)),
    )


def event_fields(event: StationEvent, envelope: Envelope, read: When) -> dict[str, Any]:
    """Return the columns of an event but for whose it is. Raises MessageError."""
    return {
        "kind": event.kind,
        "session": identifier(event.session, "session") if event.session else None,
        # A clock that was never set would bury an event of today under a date of years ago.
        "happened": read.of(envelope.t, "t"),
        "clock": read.clock,
        "detail": event.detail,
        "sim": envelope.sim,
    }


def _file_reply(reply: Reply, message: models.Message) -> None:
    state, allowed_from = _ANSWERS[reply.state]
    if reply.state == "rejected" and _OLDER not in reply.reason:
        # One that was in force and does not fit any more, since the limits of the device were changed.
        allowed_from = {*allowed_from, RxState.APPLIED}
    # A station may be far from any network for days after it has begun to train by it.
    now = timezone.now()
    since = min(message.at or now, now) if reply.state == "applied" else now
    answered = Greatest(F("created"), Value(since, output_field=DateTimeField()))
    moved = models.Prescription.objects.filter(
        station=message.station, version=reply.rx_version, state__in=allowed_from
    ).update(state=state, reason=reply.reason[:500], answered=answered)
    if moved:
        logger.info("station %s: prescription %d %s", message.station.sid, reply.rx_version, reply.state)


def _file_answer(answer: CommandReply, envelope: Envelope, message: models.Message) -> None:
    """Note what became of a command as an event; a live view asks again and again, and is no news."""
    if answer.kind == "live" and answer.state == "done":
        return
    event = StationEvent(kind="command", session=None, detail=msgspec.to_builtins(answer))
    _file_event(event, envelope, message)


def _patient(envelope: Envelope) -> models.Patient | None:
    """Return whom the message is about, by the pseudonym it carries and nothing else: never by a guess."""
    if envelope.subj is None:
        return None
    return models.Patient.objects.filter(pseudonym=envelope.subj).first()


def _plain(envelope: Envelope) -> dict[str, Any]:
    """Return the body as it came, with the keys this version does not know."""
    return msgspec.json.decode(envelope.body, type=dict[str, Any])


def readable_ids(texts: Iterable[str]) -> set[uuid.UUID]:
    """Return those that are UUIDs."""
    found = set()
    for text in texts:
        with suppress(MessageError):
            found.add(identifier(text, ""))
    return found


def identifier(text: str, where: str) -> uuid.UUID:
    """Return a UUID. Raises MessageError naming the field."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise MessageError(f"{where} is {text[:40]!r}; it must be a UUID") from None
