"""The recorder against a real mosquitto: acknowledged after the commit, and prescriptions on their way."""

import json
from collections.abc import Callable, Iterator
from typing import Protocol

import msgspec
import pytest
from django.db import OperationalError
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from station.link.broker import Broker
from station.link.messages import HOST_STATE, decode_ack
from station.link.signature import key_id, verify_prescription
from ui.care.installation.folder import data_folder
from ui.care.models import Message, Prescription, Refused, Station, Trial
from ui.care.models.programme import State
from ui.care.prescribing.programme import complete, queue
from ui.care.recording import pulse
from ui.care.recording import recorder as recorder_module
from ui.care.recording.examples import ExampleStation, new_id
from ui.care.recording.heard import Arrival
from ui.care.recording.intake import store
from ui.care.recording.recorder import GATHER_S, Recorder
from ui.care.trust.enrolment import enrol

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

WAIT_S = 0.005
TURNS = 3000  # far more than any of these needs; only a broken promise uses them up


class Mosquitto(Protocol):
    """The fixture `broker`."""

    port: int

    def start(self) -> None: ...
    def kill(self) -> None: ...


class Wire:
    """The station's end: what it heard, in order."""

    def __init__(self, port: int) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id="home-1", protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port)
        self._client.subscribe([("bal/v1/s/home-1/down/#", 1), ("bal/v1/host/state", 1), ("marker", 1)])

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.heard.append((message.topic, bytes(message.payload)))

    def say(self, arrival: Arrival) -> None:
        self._client.publish(arrival.topic, arrival.payload, qos=1)

    def turn(self) -> None:
        self._client.loop(WAIT_S)

    def acknowledged(self) -> list[str]:
        return [
            message_id
            for topic, payload in self.heard
            if topic.endswith("/down/ack")
            for message_id in decode_ack(payload).ids
        ]

    def prescriptions(self) -> list[bytes]:
        return [payload for topic, payload in self.heard if topic.endswith("/down/rx")]

    def host_states(self) -> list[bool]:
        return [json.loads(payload)["online"] for topic, payload in self.heard if topic == HOST_STATE]


class Bench:
    """A broker, a station's wire and a recorder, moved on together until something is so."""

    def __init__(self, broker: Mosquitto) -> None:
        self.broker = broker
        self.station = enrol("home-1", "Anna Muster")
        assert self.station.patient
        self.home = ExampleStation("home-1", self.station.patient.pseudonym)
        self.wire = Wire(broker.port)
        self.recorder = self.new_recorder()

    def new_recorder(self) -> Recorder:
        return Recorder(
            Broker("127.0.0.1", self.broker.port),
            group="these",
            monotonic_s=self._time_s,
            pause=lambda _s: None,
        )

    def _time_s(self) -> float:
        # Ten seconds a look: whatever waits for its time is due.
        self._now_s = getattr(self, "_now_s", 0.0) + 10
        return self._now_s

    def until(self, condition: Callable[[], bool]) -> None:
        for _ in range(TURNS):
            if condition():
                return
            self.recorder.turn(WAIT_S)
            self.wire.turn()
        pytest.fail("it never came so")


@pytest.fixture
def bench(broker: Mosquitto) -> Iterator[Bench]:
    bench = Bench(broker)
    bench.until(lambda: bench.recorder.is_connected and bench.wire.host_states() == [True])
    yield bench
    bench.recorder.close()


def id_of(arrival: Arrival) -> str:
    return str(msgspec.json.decode(arrival.payload)["id"])


def prescribe(bench: Bench, rung: int = 2) -> Prescription:
    document = msgspec.json.encode({"exercises": [{"routine": "supported-standing", "rung": rung}]})
    return queue(bench.station, complete(document, bench.station, where="test"), who=None)


def state_of(prescription: Prescription) -> str:
    return Prescription.objects.get(pk=prescription.pk).state


def test_a_result_is_stored_once_and_acknowledged_however_often_it_comes(bench: Bench) -> None:
    trial = bench.home.trial(new_id())
    for _ in range(3):
        bench.wire.say(trial)
    bench.until(lambda: len(bench.wire.acknowledged()) == 3)
    assert set(bench.wire.acknowledged()) == {id_of(trial)}
    assert Trial.objects.count() == 1


def test_under_load_a_set_gathers_for_a_moment_and_a_lone_result_does_not_wait(bench: Bench) -> None:
    paused_s: list[float] = []
    seen_s = iter([1000.0] * 5)
    bench.recorder._pause = paused_s.append
    bench.recorder._monotonic_s = lambda: next(seen_s, 1000.02)
    for number in (1, 2):
        trial = bench.home.trial(new_id(), number)
        bench.wire.say(trial)
        bench.until(lambda trial=trial: id_of(trial) in bench.wire.acknowledged())  # type: ignore[misc]
    assert len(paused_s) == 1
    assert 0 < paused_s[0] <= GATHER_S


def test_nothing_is_acknowledged_before_the_commit(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def full(arrivals: object) -> None:
        tries.append(arrivals)
        raise OperationalError("database or disk is full")

    trial = bench.home.trial(new_id())
    with monkeypatch.context() as patched:
        patched.setattr(recorder_module, "store", full)
        # The test's transaction ends with its connection.
        patched.setattr(recorder_module, "close_old_connections", lambda: None)
        bench.wire.say(trial)
        bench.until(lambda: len(tries) >= 3)
        # What the recorder says after an acknowledgement arrives after it.
        bench.recorder._client.publish("marker", qos=1)
        bench.until(lambda: ("marker", b"") in bench.wire.heard)
    assert bench.wire.acknowledged() == []
    bench.until(lambda: bench.wire.acknowledged() == [id_of(trial)])
    assert Trial.objects.count() == 1


def test_a_database_that_takes_nothing_is_said_once_and_that_it_takes_again_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = []

    def gone(*_: object) -> None:
        tries.append(1)
        raise OperationalError("server closed the connection\nunexpectedly")

    with monkeypatch.context() as patched:
        patched.setattr(recorder_module, "store", gone)
        patched.setattr(pulse, "beat", gone)
        patched.setattr(recorder_module, "close_old_connections", lambda: None)
        bench.wire.say(bench.home.trial(new_id()))
        bench.until(lambda: len(tries) >= 3)
        bench.recorder._inbox.clear()  # as after a lost broker: an empty turn proves nothing
        bench.until(lambda: len(tries) >= 6)
    said = [record.getMessage() for record in caplog.records if "database takes" in record.getMessage()]
    assert said == ["the database takes nothing now, trying again: server closed the connection unexpectedly"]
    bench.until(lambda: "the database takes what comes again" in caplog.text)
    assert caplog.text.count("the database takes") == 2


def test_a_bad_message_is_kept_with_its_reason_and_stops_nothing(bench: Bench) -> None:
    bad, good = bench.home.event("step_off"), bench.home.trial(new_id())
    bench.wire.say(bad._replace(topic="bal/v1/s/home-1/up/reply"))
    bench.wire.say(Arrival("bal/v1/s/home-1/up/event", b"\xff\x00 no JSON"))
    bench.wire.say(good)
    bench.until(lambda: len(bench.wire.acknowledged()) == 2)
    assert bench.wire.acknowledged() == [id_of(bad), id_of(good)]
    assert sorted(refused.message_id for refused in Refused.objects.all()) == ["", id_of(bad)]


def test_what_comes_while_the_recorder_is_away_arrives_when_it_is_back(bench: Bench) -> None:
    bench.recorder.close()
    bench.until(lambda: not bench.wire.host_states()[-1])
    trial = bench.home.trial(new_id())
    bench.wire.say(trial)
    bench.wire.turn()
    bench.recorder = bench.new_recorder()
    bench.until(lambda: bench.wire.acknowledged() == [id_of(trial)])
    assert Trial.objects.count() == 1


def test_one_recorder_of_two_that_is_lost_does_not_leave_the_care_side_away(bench: Bench) -> None:
    other = Recorder(Broker("127.0.0.1", bench.broker.port), group="these", name="2")
    for _ in range(TURNS):
        if other.is_connected:
            break
        other.turn(WAIT_S)
    connection = other._client.socket()
    assert connection is not None
    connection.close()  # nothing is said any more: the broker speaks its will
    bench.until(lambda: False in bench.wire.host_states())
    bench.until(lambda: bench.wire.host_states()[-1])


def test_the_presence_of_a_station_that_came_before_the_recorder_is_seen(bench: Bench) -> None:
    bench.recorder.close()
    bench.wire._client.publish(*bench.home.state(online=True)[:2], qos=1, retain=True)
    bench.recorder = bench.new_recorder()
    bench.until(lambda: Station.objects.get(sid="home-1").online)


def test_a_prescription_goes_from_queued_to_sent_to_received_to_applied(bench: Bench) -> None:
    prescription = prescribe(bench)
    assert state_of(prescription) == State.QUEUED
    bench.until(lambda: state_of(prescription) == State.SENT)
    bench.until(lambda: len(bench.wire.prescriptions()) == 1)
    public_key = data_folder().public_key()
    rx = verify_prescription(bench.wire.prescriptions()[0], {key_id(public_key): public_key})
    assert (rx.station, rx.version, rx.exercises[0].rung) == ("home-1", 1, 2)
    for answer in ("received", "applied"):
        bench.wire.say(bench.home.reply(1, answer))
        bench.until(lambda answer=answer: state_of(prescription) == answer)  # type: ignore[misc]


def test_a_rejection_keeps_the_reason_of_the_station(bench: Bench) -> None:
    prescription = prescribe(bench)
    bench.wire.say(bench.home.reply(1, "rejected", "rung 9 is beyond this device's limit of 5"))
    bench.until(lambda: state_of(prescription) == State.REJECTED)
    assert Prescription.objects.get().reason == "rung 9 is beyond this device's limit of 5"


def test_an_answer_to_an_older_repeat_does_not_undo_applied(bench: Bench) -> None:
    prescription = prescribe(bench)
    store(
        [
            bench.home.reply(1, "applied"),
            bench.home.reply(1, "received"),
            bench.home.reply(1, "rejected", "version 1 is not newer than version 2, in force"),
        ]
    )
    assert state_of(prescription) == State.APPLIED


def test_a_broker_that_forgot_everything_gets_the_newest_prescription_again(bench: Bench) -> None:
    prescribe(bench, rung=1)
    newest = prescribe(bench, rung=2)
    bench.until(lambda: state_of(newest) == State.SENT)
    bench.broker.kill()
    bench.until(lambda: not bench.recorder.is_connected)
    bench.broker.start()
    bench.wire = Wire(bench.broker.port)
    bench.until(lambda: bool(bench.wire.prescriptions()))
    assert bytes(newest.signed) in bench.wire.prescriptions()


def test_no_name_is_ever_on_the_wire(bench: Bench) -> None:
    newest = prescribe(bench)
    bench.wire.say(bench.home.trial(new_id()))
    bench.until(lambda: bool(bench.wire.acknowledged()) and state_of(newest) == State.SENT)
    bench.until(lambda: bool(bench.wire.prescriptions()))
    for topic, payload in bench.wire.heard:
        assert "anna" not in topic.lower()
        assert b"anna" not in payload.lower()
        assert b"muster" not in payload.lower()


def test_a_recorder_without_a_broker_waits_for_one(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.broker.kill()
    bench.until(lambda: not bench.recorder.is_connected)
    for _ in range(50):
        bench.recorder.turn(WAIT_S)
    bench.broker.start()
    bench.until(lambda: bench.recorder.is_connected)
    assert Message.objects.count() == 0
