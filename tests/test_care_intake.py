"""What is kept of a message, and what may be acknowledged."""

import json
import logging
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from station.link.messages import MAX_MESSAGE_BYTES, Address, parse_up_topic
from ui.care.installation.seldom import Seldom
from ui.care.models import Event, Journal, Message, RawTrace, Refused, Session, Station, Trial
from ui.care.recording import intake
from ui.care.recording.batch import rows_of, write
from ui.care.recording.examples import ExampleStation, new_id
from ui.care.recording.heard import Arrival, Heard, Read
from ui.care.recording.intake import Receipt, store
from ui.care.trust.enrolment import enrol

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> ExampleStation:
    patient = enrol("home-1", "Anna Muster").patient
    assert patient
    return ExampleStation("home-1", patient.pseudonym)


def id_of(arrival: Arrival) -> str:
    return str(json.loads(arrival.payload)["id"])


def changed(arrival: Arrival, **fields: object) -> Arrival:
    return arrival._replace(payload=json.dumps({**json.loads(arrival.payload), **fields}).encode())


def test_a_message_is_kept_once_and_acknowledged_every_time(home: ExampleStation) -> None:
    trial = home.trial(new_id())
    receipts = [store([trial]), store([trial, trial])]
    assert receipts == [[Receipt("home-1", id_of(trial))], [Receipt("home-1", id_of(trial))] * 2]
    assert (Message.objects.count(), Trial.objects.count(), Session.objects.count()) == (1, 1, 1)


def test_a_trial_may_come_before_or_after_its_session(home: ExampleStation) -> None:
    first, second = new_id(), new_id()
    store([home.trial(first), home.session(first), home.session(second), home.trial(second)])
    assert [s.trial_count == s.trials.count() == 1 for s in Session.objects.all()] == [True, True]


def test_a_session_belongs_to_the_patient_whose_pseudonym_it_carries(home: ExampleStation) -> None:
    known, unknown = new_id(), new_id()
    store([home.session(known)])
    store([ExampleStation("home-1", "p-somebody-else").session(unknown)])
    patient = Station.objects.get(sid="home-1").patient
    assert Session.objects.get(pk=known).patient == patient
    assert Session.objects.get(pk=unknown).patient is None


def test_a_journal_is_filed_with_its_patient_once(home: ExampleStation) -> None:
    session = new_id()
    journal = home.journal(session)
    store([journal, home.session(session), journal])
    (entry,) = Journal.objects.all()
    assert entry.patient == Station.objects.get(sid="home-1").patient
    assert str(entry.session) == session
    assert entry.body["counts"] == {"walk_minutes": 20}


def test_keys_of_a_later_version_are_kept(home: ExampleStation) -> None:
    trial = home.trial(new_id())
    body = {**json.loads(trial.payload)["body"], "from_the_future": 7}
    store([changed(trial, body=body)])
    assert Trial.objects.get().body["from_the_future"] == 7


def test_an_unknown_type_is_kept_as_it_came(home: ExampleStation) -> None:
    event = home.event("step_off")
    novelty = changed(event, type="novelty")._replace(topic="bal/v1/s/home-1/up/novelty")
    assert store([novelty]) == [Receipt("home-1", id_of(event))]
    message = Message.objects.get()
    assert (message.type, message.known, bytes(message.payload)) == ("novelty", False, novelty.payload)


def test_a_station_never_heard_of_loses_nothing() -> None:
    stranger = ExampleStation("new-board", None)
    store([stranger.trial(new_id())])
    assert Trial.objects.get().session.station.sid == "new-board"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"station": "home-2"}, "of station home-1, but the message is of home-2"),
        ({"type": "event"}, "of kind result/trial, but the message is of type event"),
        ({"seq": "soon"}, "$.seq"),
        ({"seq": 2**70}, "too large|out of range"),  # SQLite | PostgreSQL
        ({"body": {"trial": 3}}, "result/trial"),
        ({"id": "no-uuid"}, "must be a UUID"),
    ],
)
def test_a_bad_message_is_kept_with_its_reason_and_acknowledged(
    home: ExampleStation, fields: dict[str, object], reason: str
) -> None:
    bad = changed(home.trial(new_id()), **fields)
    good = home.session(new_id())
    assert store([bad, good]) == [Receipt("home-1", id_of(bad)), Receipt("home-1", id_of(good))]
    refused = Refused.objects.get()
    assert any(words in refused.reason for words in reason.split("|"))
    assert refused.topic == bad.topic
    assert not Trial.objects.exists()
    assert Session.objects.exists()


def test_one_at_fault_among_many_is_refused_alone(home: ExampleStation) -> None:
    good = [home.trial(new_id()) for _ in range(9)]
    bad = changed(home.trial(new_id()), seq=2**70)
    assert len(store([*good[:4], bad, *good[4:]])) == 10
    assert (Trial.objects.count(), Message.objects.count(), Refused.objects.count()) == (9, 9, 1)


def test_what_is_written_together_is_never_cut_to_its_column(home: ExampleStation) -> None:
    long_name = "x" * 70  # the column has 60: PostgreSQL refuses it, SQLite takes it
    store([home.trial(new_id()), home.trial(new_id(), routine=long_name), home.trial(new_id())])
    kept = set(Trial.objects.values_list("routine", flat=True)) - {"supported-standing"}
    assert kept == (set() if Refused.objects.exists() else {long_name})
    assert Trial.objects.count() == 3 - Refused.objects.count()


def test_many_results_need_no_more_statements_than_few(
    home: ExampleStation, django_assert_max_num_queries: Any
) -> None:
    session = new_id()
    with django_assert_max_num_queries(25):
        store([home.trial(session, number) for number in range(40)])
    assert Trial.objects.count() == 40


def test_results_of_a_session_known_before_need_no_more_statements_either(
    home: ExampleStation, django_assert_max_num_queries: Any
) -> None:
    session = new_id()
    store([home.trial(session, 1)])
    with django_assert_max_num_queries(25):
        store([home.trial(session, number) for number in range(2, 42)])
    assert Trial.objects.count() == 41


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_stations_that_come_and_go_at_once_are_held_in_one_order_by_every_recorder() -> None:
    second, first = (ExampleStation(enrol(f"home-{n}", f"x{n}").sid, "p-nobody") for n in (2, 1))
    for arrivals in ([first, second], [second, first]):
        with CaptureQueriesContext(connection) as asked:
            store([each.state(online=True) for each in arrivals])
        said = [query["sql"] for query in asked if "care_station" in query["sql"]]
        assert said[0].endswith("ORDER BY 1 ASC FOR NO KEY UPDATE")


def test_who_is_there_said_again_by_a_broker_for_a_thousand_stations_writes_nothing() -> None:
    stations = [ExampleStation(enrol(f"home-{n}", f"x{n}").sid, "p-nobody") for n in range(8)]
    said = [station.state(online=True)._replace(retained=True) for station in stations]
    first = store(said)
    with CaptureQueriesContext(connection) as asked:
        assert store(said) == first
    begun = [query["sql"].split()[0] for query in asked]
    assert not {"INSERT", "UPDATE"} & set(begun)
    assert begun.count("SAVEPOINT") == 1, "of the whole set, in the test's own transaction"
    gone = [station.state(online=False) for station in stations]
    store(gone)
    assert not Station.objects.filter(online=True).exists()


def test_of_presence_said_again_the_last_word_stands_also_within_one_set(home: ExampleStation) -> None:
    there, gone = home.state(online=True), home.state(online=False)
    store([there, gone])
    for said, online in (([there, gone], False), ([gone, there], True), ([there, gone, there], True)):
        store(said)
        assert Station.objects.get().online is online


def test_what_another_recorder_wrote_meanwhile_is_left_out_at_once(
    home: ExampleStation, django_assert_max_num_queries: Any
) -> None:
    arrivals = [home.trial(new_id(), number) for number in range(1, 41)]
    read = [intake._read(arrival) for arrival in arrivals]
    heard = Heard([it for it in read if isinstance(it, Read)])
    rows = rows_of(arrivals, read, heard)
    store(arrivals[::2])
    with django_assert_max_num_queries(14):
        assert [it.place for it in write(rows, heard)] == list(range(1, 40, 2))
    assert Trial.objects.count() == Message.objects.count() == 40
    assert len(heard.messages) == 20, "the others are known now, and only answered"


def test_the_same_message_and_the_same_trial_twice_in_a_batch_are_kept_once(home: ExampleStation) -> None:
    trial = home.trial(new_id())
    again = changed(trial, id=new_id(), seq=99)
    assert len(store([trial, trial, again, home.event("step_off")])) == 4
    assert (Trial.objects.count(), Message.objects.count()) == (1, 3)


def test_a_refused_message_is_kept_once_and_whole(home: ExampleStation) -> None:
    good = home.trial(new_id())
    long_body = {**json.loads(good.payload)["body"], "trial": 3, "note": "x" * 500_000}
    bad = changed(good, body=long_body)
    assert store([bad, bad]) == [Receipt("home-1", id_of(bad))] * 2
    assert bytes(Refused.objects.get().payload) == bad.payload


def test_a_message_too_large_to_keep_whole_is_not_acknowledged(home: ExampleStation) -> None:
    huge = changed(home.event("step_off"), padding="x" * MAX_MESSAGE_BYTES)
    assert store([huge]) == []
    assert len(Refused.objects.get().payload) == MAX_MESSAGE_BYTES


def test_a_refusal_holds_nothing_that_postgresql_would_refuse(home: ExampleStation) -> None:
    bad = changed(home.event("step_off"), id="\0", type="\0")
    assert store([bad._replace(topic="bal/v1/s/home-1/up/event")]) == [Receipt("home-1", "\0")]
    refused = Refused.objects.get()
    assert "\0" not in refused.message_id + refused.reason


def test_of_refused_messages_the_oldest_go_and_the_log_says_so(
    home: ExampleStation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(intake, "MOST_REFUSED", 3)
    bad = [changed(home.event("step_off"), seq="soon") for _ in range(5)]
    for message in bad:
        store([message])
    kept = {refused.message_id for refused in Refused.objects.all()}
    assert kept == {id_of(message) for message in bad[2:]}
    assert "more than 3 refused messages: the oldest are no longer kept" in caplog.text


@pytest.mark.parametrize("fields", [{"v": 2}, {"v": 2, "body": None, "seq": "a new shape"}])
def test_the_station_keeps_a_message_of_a_version_that_is_not_understood(
    home: ExampleStation, fields: dict[str, object]
) -> None:
    later, good = changed(home.trial(new_id()), **fields), home.session(new_id())
    assert store([later, good]) == [Receipt("home-1", id_of(good))]
    refused = Refused.objects.get()
    assert "message has version 2; version 1 is understood" in refused.reason
    assert bytes(refused.payload) == later.payload


def test_what_is_true_again_and_again_is_said_once_a_minute() -> None:
    seldom = Seldom()

    def said(line: str, at_s: float) -> bool:
        record = logging.makeLogRecord({"msg": "%s", "args": (line,), "created": at_s})
        return seldom.filter(record)

    assert [said("v 2", 0), said("v 2", 1), said("v 3", 2), said("v 2", 59.9), said("v 2", 60)] == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_a_version_that_is_not_understood_is_not_logged_at_every_repeat(
    home: ExampleStation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING", "ui.care")
    later = changed(home.trial(new_id()), v=7)
    for _ in range(3):
        store([later])
    assert caplog.text.count("message has version 7") == 1


def test_an_id_of_another_station_is_refused(home: ExampleStation) -> None:
    event = home.event("step_off")
    store([event])
    store([changed(ExampleStation("home-2", None).event("step_off"), id=id_of(event))])
    assert "another station" in Refused.objects.get().reason
    assert Event.objects.count() == 1


def test_a_session_of_another_station_is_not_added_to(home: ExampleStation) -> None:
    session = new_id()
    store([home.session(session)])
    store([ExampleStation("home-2", None).trial(session)])
    assert "belongs to another station" in Refused.objects.get().reason


def test_a_database_in_trouble_keeps_nothing_and_acknowledges_nothing(
    home: ExampleStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(intake, "file_body", full)
    with pytest.raises(OperationalError):
        store([home.session(new_id())])
    assert not Message.objects.exists()
    assert not Refused.objects.exists()


def test_the_will_of_an_earlier_boot_does_not_hide_the_station(home: ExampleStation) -> None:
    home.boot = "boot-2"
    now = home.state(online=True)
    home.boot = "boot-1"
    store([now, home.state(online=False)])
    assert Station.objects.get(sid="home-1").online


def test_the_same_will_counts_again_after_a_return(home: ExampleStation) -> None:
    will = home.state(online=False)
    store([home.state(online=True), will, home.state(online=True)])
    assert Station.objects.get(sid="home-1").online
    store([will])
    assert not Station.objects.get(sid="home-1").online


def test_a_retained_birth_is_no_sign_of_life(home: ExampleStation) -> None:
    store([home.birth()._replace(retained=True)])
    station = Station.objects.get(sid="home-1")
    assert (station.online, station.last_seen) == (False, None)
    assert station.birth is not None


def test_live_messages_are_not_kept(home: ExampleStation) -> None:
    assert store([Arrival("bal/v1/s/home-1/up/live", b"{}")]) == []
    assert not Message.objects.exists()
    assert not Refused.objects.exists()


def test_a_raw_trace_may_come_before_its_trial(home: ExampleStation) -> None:
    trial = new_id()
    store([home.raw(trial), home.trial(new_id(), trial=trial)])
    assert RawTrace.objects.get().trial == Trial.objects.get().pk


class AnyBytes(TestCase):
    """Whatever comes, nothing escapes and nothing is half kept."""

    @given(
        payload=st.binary(max_size=200), kind=st.sampled_from(["event", "result/trial", "raw", "state", "x"])
    )
    def test_bytes_that_are_no_message_are_refused(self, payload: bytes, kind: str) -> None:
        store([Arrival(f"bal/v1/s/home-1/up/{kind}", payload)])
        assert Refused.objects.count() == 1
        assert not Message.objects.exists()

    @given(st.data())
    def test_a_message_with_any_field_replaced_is_kept_whole_or_refused(self, data: st.DataObject) -> None:
        trial = ExampleStation("home-1", None).trial(new_id())
        envelope = json.loads(trial.payload)
        body = envelope["body"]
        anything = st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
            max_leaves=5,
        )
        target = data.draw(st.sampled_from([envelope, body]))
        target[data.draw(st.sampled_from(sorted(target)))] = data.draw(anything)
        store([trial._replace(payload=json.dumps(envelope).encode())])
        assert Message.objects.count() + Refused.objects.count() == 1
        assert Trial.objects.count() == Message.objects.filter(type="result/trial").count()


def test_topics_are_parsed_as_the_contract_says() -> None:
    assert parse_up_topic("bal/v1/s/home-1/up/result/trial") == Address("home-1", "result/trial")
