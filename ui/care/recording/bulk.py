"""Many messages at once into the database, each read and checked as `intake` does; for simulated clinics.

Everything here is new: an id that is there already fails the whole. The recorder never uses this.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, TypeVar

from django.db import transaction
from django.db.models import Model

from station.errors import MessageError
from station.link.messages import Envelope, RawTrace, StationEvent, decode_body, decode_envelope
from station.training.result import JournalResult, SessionResult, TrialResult
from ui.care import models
from ui.care.recording.dating import moment, when
from ui.care.recording.filing import event_fields, identifier, journal_fields, session_fields, trial_fields
from ui.care.recording.heard import Arrival

ROWS: Final = 500  # a statement: SQLite takes 32,766 parameters
M = TypeVar("M", bound=Model)


class Batch:
    """Rows of one transaction. `keep_messages` False leaves out what nothing else points to."""

    def __init__(self, *, keep_messages: bool = True) -> None:
        self._keep_messages = keep_messages
        self._stations = {station.sid: station for station in models.Station.objects.all()}
        self._patients = {patient.pseudonym: patient for patient in models.Patient.objects.all()}
        self._rows: dict[type[Model], list[Model]] = {
            kind: []
            for kind in (
                *(models.Message, models.Session, models.Trial, models.Event, models.Journal),
                models.RawTrace,
            )
        }
        self._sessions: dict[str, models.Session] = {}

    def add(self, arrival: Arrival) -> None:
        """Read one message. Raises MessageError for one that `intake` would refuse, or of another kind."""
        envelope = decode_envelope(arrival.payload)
        body = decode_body(envelope)
        message = self._message(arrival, envelope)
        whose = {"station": message.station, "patient": self._patients.get(envelope.subj or "")}
        read = when(envelope, message)
        match body:
            case TrialResult():
                trial = models.Trial(
                    id=identifier(body.trial, "trial"),
                    received=message.received,
                    **trial_fields(body, envelope, read),
                )
                trial.session = self._session(body.session, envelope, whose, trial.started)
                self._keep(trial)
            case SessionResult():
                session = self._session(body.session, envelope, whose, message.received)
                for name, value in session_fields(body, envelope, read).items():
                    setattr(session, name, value)
            case StationEvent():
                self._keep(models.Event(message=message, **whose, **event_fields(body, envelope, read)))
            case JournalResult():
                self._keep(models.Journal(message=message, **whose, **journal_fields(body, envelope, read)))
            case RawTrace():
                self._keep(models.RawTrace(message=message, trial=identifier(body.trial, "trial")))
            case _:
                raise MessageError(f"{envelope.type}: only results, events and traces come many at once")
        if self._keep_messages or not isinstance(body, TrialResult | SessionResult):
            self._keep(message)

    @transaction.atomic
    def write(self) -> int:
        """Write all rows in the order in which they point to each other; return how many."""
        count = 0
        for kind, rows in self._rows.items():
            kind._default_manager.bulk_create(rows, batch_size=ROWS)  # noqa: SLF001 Django's documented name
            count += len(rows)
            rows.clear()
        self._sessions.clear()
        return count

    def _keep(self, row: Model) -> None:
        self._rows[type(row)].append(row)

    def _message(self, arrival: Arrival, envelope: Envelope) -> models.Message:
        return models.Message(
            id=identifier(envelope.id, "id"),
            station=self._stations[envelope.station],
            seq=envelope.seq,
            type=envelope.type,
            known=True,
            received=moment(envelope.t, "t"),
            boot=envelope.boot,
            mono_ms=envelope.mono_ms,
            at=moment(envelope.t, "t"),
            payload=arrival.payload,
        )

    def _session(
        self, session_id: str, envelope: Envelope, whose: dict[str, Any], started: datetime
    ) -> models.Session:
        if session_id not in self._sessions:
            session = models.Session(
                id=identifier(session_id, "session"),
                started=started,
                sim=envelope.sim,
                cal=envelope.cal,
                alg=envelope.alg,
                received=moment(envelope.t, "t"),
                **whose,
            )
            self._sessions[session_id] = session
            self._keep(session)
        return self._sessions[session_id]


def store_many(arrivals: Iterable[Arrival], *, keep_messages: bool = True) -> int:
    """Read and write all of these in one transaction; return how many rows. Raises MessageError."""
    batch = Batch(keep_messages=keep_messages)
    for arrival in arrivals:
        batch.add(arrival)
    return batch.write()
