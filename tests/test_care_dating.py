"""Times of a clock that was not set: corrected within one boot, marked and in their order beyond it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from station.link.correction import corrected
from station.link.messages import StationEvent, up_topic
from station.link.wrap import wrap
from station.session.store import Header, Store
from ui.care.models import Event, Journal, Prescription, Session, Trial
from ui.care.prescribing.programme import complete, queue
from ui.care.recording.examples import ExampleStation, new_id
from ui.care.recording.heard import Arrival
from ui.care.recording.intake import store
from ui.care.trust.enrolment import enrol

pytestmark = pytest.mark.django_db

WRONG = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)  # five minutes after the start of a Pi without a clock
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
MINUTE_MS = 60_000


@pytest.fixture
def home() -> ExampleStation:
    patient = enrol("home-1", "Anna Muster").patient
    assert patient
    return ExampleStation("home-1", patient.pseudonym)


def said(arrival: Arrival, t: datetime, mono_ms: int, **fields: Any) -> Arrival:
    document = {**json.loads(arrival.payload), "t": t.isoformat(), "mono_ms": mono_ms, **fields}
    return arrival._replace(payload=json.dumps(document).encode())


def unset(arrival: Arrival, mono_ms: int = 5 * MINUTE_MS, **fields: Any) -> Arrival:
    return said(arrival, WRONG, mono_ms, clock="unsynced", **fields)


def a_session(home: ExampleStation, session: str, **fields: Any) -> list[Arrival]:
    """Three minutes of training before the clock was set, from one minute after the boot on."""
    began, ended = (WRONG - timedelta(minutes=4)).isoformat(), (WRONG - timedelta(minutes=1)).isoformat()
    return [
        unset(home.trial(session, started=began), **fields),
        unset(home.session(session, started=began, ended=ended), **fields),
        unset(home.journal(session, written=WRONG.isoformat()), **fields),
        unset(home.event("pain_up"), **fields),
    ]


def test_what_the_station_corrected_is_filed_at_its_true_time_and_marked(home: ExampleStation) -> None:
    store(a_session(home, new_id(), t_corrected=NOW.isoformat()))
    session, trial = Session.objects.get(), Trial.objects.get()
    assert (session.started, session.ended) == (NOW - timedelta(minutes=4), NOW - timedelta(minutes=1))
    assert (trial.started, Event.objects.get().happened) == (NOW - timedelta(minutes=4), NOW)
    assert Journal.objects.get().written == NOW
    marks = {row.clock for row in (session, trial, Event.objects.get(), Journal.objects.get())}
    assert marks == {"corrected"}


def test_what_was_committed_before_is_corrected_by_a_later_message_of_the_same_boot(
    home: ExampleStation,
) -> None:
    store(a_session(home, new_id()))
    assert Session.objects.get().clock == Trial.objects.get().clock == "unknown"
    assert Session.objects.get().started.year == datetime.now(UTC).year, "not under a date of years ago"
    store([said(home.birth(), NOW + timedelta(minutes=2), 7 * MINUTE_MS)])
    session = Session.objects.get()
    assert (session.started, session.ended) == (NOW - timedelta(minutes=4), NOW - timedelta(minutes=1))
    assert Trial.objects.get().started == NOW - timedelta(minutes=4)
    assert (Event.objects.get().happened, Journal.objects.get().written) == (NOW, NOW)
    marks = {model.objects.get().clock for model in (Session, Trial, Event, Journal)}
    assert marks == {"corrected"}


def test_a_message_that_comes_after_the_clock_of_its_boot_is_known_is_corrected_at_once(
    home: ExampleStation,
) -> None:
    store([said(home.birth(), NOW + timedelta(minutes=2), 7 * MINUTE_MS)])
    store(a_session(home, new_id()))
    assert Session.objects.get().started == NOW - timedelta(minutes=4)


def test_across_a_loss_of_power_the_time_stays_unknown_and_the_order_is_kept(home: ExampleStation) -> None:
    first, lost, also_lost, last = (new_id() for _ in range(4))
    day = timedelta(days=1)
    store([said(home.session(first, started=NOW.isoformat(), ended=NOW.isoformat()), NOW, 1, boot="a")])
    in_the_dark = [*a_session(home, lost, boot="b"), *a_session(home, also_lost, boot="c")]
    later = (NOW + day).isoformat()
    known = said(home.session(last, started=later, ended=later), NOW + day, 1, boot="d")
    store([known, *in_the_dark])
    in_order = list(Session.objects.order_by("started").values_list("id", flat=True))
    assert [str(id_) for id_ in in_order] == [first, lost, also_lost, last]
    assert [row.clock for row in Session.objects.order_by("started")] == [
        "synced",
        "unknown",
        "unknown",
        "synced",
    ]


@pytest.mark.parametrize(
    "fields", [{"t_corrected": "soon"}, {"mono_ms": -(2**62)}, {"t_corrected": "9999-12-31T23:59:59Z"}]
)
def test_a_correction_that_makes_no_sense_spoils_no_other_message(
    home: ExampleStation, fields: dict[str, Any]
) -> None:
    store(a_session(home, new_id(), **fields))
    good = new_id()
    store([said(home.session(good), NOW, 7 * MINUTE_MS)])
    assert Session.objects.get(pk=good).clock == "synced"


def test_a_real_outbox_keeps_what_the_clock_said_and_the_care_side_shows_the_truth(
    home: ExampleStation, tmp_path: Path
) -> None:
    made = Header(
        t=WRONG.isoformat(), mono_ms=5 * MINUTE_MS, boot="b", clock="unsynced", subj=home.subj,
        rx_version=None, cal="nominal", alg="cop-1", sim=True,
    )  # fmt: skip
    now = msgspec.structs.replace(made, t=NOW.isoformat(), mono_ms=65 * MINUTE_MS, clock="synced")
    with Store(tmp_path / "station.sqlite3") as outbox:
        outbox.post("event", StationEvent(kind="pain_up", session=None), made)
        (row,) = outbox.outbox("event", after=0, limit=1)
    assert (row.header.t, row.header.clock) == (WRONG.isoformat(), "unsynced")
    payload = wrap(
        "home-1", "event", row.header, msgspec.Raw(row.body), id_=row.id, seq=row.seq,
        t_corrected=corrected(row.header, now),
    )  # fmt: skip
    store([Arrival(up_topic("home-1", "event"), payload)])
    assert (Event.objects.get().happened, Event.objects.get().clock) == (
        NOW - timedelta(hours=1),
        "corrected",
    )


def test_what_an_earlier_boot_began_with_an_unset_clock_stays_unknown_though_it_is_told_later(
    home: ExampleStation,
) -> None:
    """A trial that a loss of power broke off is told of after the next start, whose clock may be set."""
    session = new_id()
    began = (WRONG - timedelta(minutes=4)).isoformat()
    store([said(home.trial(session, started=began, clock="unsynced"), NOW, 1, boot="b", hist=True)])
    assert (Trial.objects.get().clock, Trial.objects.get().started.year >= NOW.year) == ("unknown", True)


@pytest.mark.parametrize(
    ("said_at", "in_force_from"),
    [("days ago", "days ago"), ("before it was written", "written"), ("tomorrow", "now"), ("unset", "now")],
)
def test_a_programme_is_in_force_from_when_the_station_took_it_not_from_when_that_was_heard(
    care_folder: Path, said_at: str, in_force_from: str
) -> None:
    station = enrol("home-1", "Anna Muster")
    assert station.patient
    programme = b'{"exercises": [{"routine": "supported-standing", "rung": 1}]}'
    sent = queue(station, complete(programme, station, where="test"), who=None)
    now = timezone.now()
    written = now - timedelta(days=6)
    Prescription.objects.update(created=written)
    at = {
        "days ago": now - timedelta(days=5),
        "before it was written": now - timedelta(days=9),
        "tomorrow": now + timedelta(days=1),
        "unset": WRONG,
    }[said_at]
    reply = ExampleStation("home-1", station.patient.pseudonym).reply(sent.version, "applied")
    store([unset(reply) if said_at == "unset" else said(reply, at, 1000)])
    sent.refresh_from_db()
    assert sent.answered is not None
    if in_force_from == "now":
        assert now <= sent.answered <= timezone.now()
    else:
        assert sent.answered == (written if in_force_from == "written" else at)
