"""The uplink against a real mosquitto: a row leaves the outbox on the recorder's word alone."""

import json
import queue
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.soak_writer import fill
from station.errors import StoreError
from station.link.broker import Broker
from station.link.handover import FIRST_WAIT_S, Handovers
from station.link.messages import (
    HOST_STATE,
    MAX_MESSAGE_BYTES,
    HostState,
    RawTrace,
    Reply,
    StationEvent,
    decode_envelope,
    down_topic,
    encode,
)
from station.link.tls import Tls
from station.link.uplink import Uplink
from station.session.care_side import known_care_side
from station.session.protocol import Health, Prescribe, Press
from station.session.server import Server
from station.session.store import Header, Store
from station.training.health import BoardHealth
from station.training.prescription import Limits
from tests.certified import Site
from tests.conftest import Mosquitto

HEADER = Header(
    t="2026-01-01T00:00:00Z",
    mono_ms=1,
    boot="b",
    clock="synced",
    subj="p",
    rx_version=None,
    cal="nominal",
    alg="cop-1",
    sim=True,
)
DEADLINE_S = 30.0


class CareSide:
    """Everything a station sends, and a way to answer it."""

    def __init__(self, port: int) -> None:
        self.heard: queue.SimpleQueue[mqtt.MQTTMessage] = queue.SimpleQueue()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_connect = lambda client, *_: client.subscribe("bal/v1/s/+/up/#", qos=1)
        self._client.on_message = lambda _client, _data, message: self.heard.put(message)
        self._ready: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._client.on_subscribe = lambda *_: self._ready.put(True)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._ready.get(timeout=DEADLINE_S)

    def say(self, kind: Any, document: object, *, retain: bool = False) -> None:
        payload = document if isinstance(document, bytes) else json.dumps(document).encode()
        self._client.publish(down_topic("s-1", kind), payload, qos=1, retain=retain).wait_for_publish(10)

    def host(self, *, online: bool) -> None:
        payload = encode(HostState(online=online))
        self._client.publish(HOST_STATE, payload, qos=1, retain=True).wait_for_publish(10)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        # Nothing holds the client any more, so that its sockets are closed with it.
        self._client.on_connect = self._client.on_message = self._client.on_subscribe = None


@dataclass
class Station:
    uplink: Uplink
    store: Store
    server: Server
    care: CareSide
    log: list[str]
    folder: Path
    seen: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    told: list[object] = field(default_factory=list)

    def turn_until(self, done: Callable[[], bool]) -> None:
        end_s = time.monotonic() + DEADLINE_S
        while not done():
            assert time.monotonic() < end_s, (self.log, self.seen)
            self.uplink.turn(0.02)
            self.server.accept()
            self.told += [c for peer in list(self.server.peers) for c in self.server.commands(peer)]
            while not self.care.heard.empty():
                message = self.care.heard.get()
                decode_envelope(bytes(message.payload))
                self.seen.append((message.topic.rsplit("up/", 1)[1], json.loads(message.payload)))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [document for seen, document in self.seen if seen == kind]


@pytest.fixture
def station(broker: Mosquitto, tmp_path: Path) -> Iterator[Station]:
    log: list[str] = []
    store = Store(tmp_path / "station.sqlite3")
    server = Server(tmp_path / "session.sock")
    uplink = Uplink(
        store,
        station="s-1",
        limits=Limits(),
        header=lambda: HEADER,
        socket=tmp_path / "session.sock",
        log=log.append,
    )
    care = CareSide(broker.port)
    uplink.begin(Broker("127.0.0.1", broker.port))
    yield Station(uplink, store, server, care, log, tmp_path)
    uplink.close()
    care.close()
    server.close()
    store.close()


def subscribed(station: Station) -> None:
    """Return when the station hears the care side: its birth comes after its subscription."""
    station.turn_until(lambda: bool(station.of("birth")))


def post(station: Station, kind: str = "step_off") -> None:
    """Write as the session does: over a connection of its own."""
    with Store(station.folder / "station.sqlite3") as session:
        session.post("event", StationEvent(kind=kind, session=None), HEADER)


def test_the_station_says_that_it_is_there_and_what_it_is(station: Station) -> None:
    station.turn_until(lambda: bool(station.of("birth")))
    assert station.of("state")[0]["body"]["online"] is True
    assert station.of("birth")[0]["body"]["alg"] == "cop-1"
    assert station.of("birth")[0]["sim"] is True


def test_a_station_that_changes_says_again_what_it_is(station: Station) -> None:
    """Otherwise the care side would believe in a plate and a prescription of weeks ago."""
    subscribed(station)
    assert station.of("birth")[0]["body"]["board"] is None
    station.turn_until(lambda: bool(station.server.peers))
    station.server.tell(Health(board=BoardHealth(source="gpio", priority=40, cal="cal-1")))
    station.turn_until(lambda: len(station.of("birth")) == 2)
    newest = station.of("birth")[1]
    assert (newest["cal"], newest["body"]["cal"], newest["body"]["board"]["priority"]) == (
        "cal-1",
        "cal-1",
        40,
    )
    with Store(station.folder / "station.sqlite3") as session:
        session.keep_prescription(7, b"{}", received="2026-01-01T00:00:00Z")
        session.prescription_applied(7, applied="2026-01-01T00:00:00Z")
    station.turn_until(lambda: len(station.of("birth")) == 3)
    assert station.of("birth")[2]["body"]["rx_version"] == 7


def test_a_row_stays_until_the_recorder_says_it_is_committed(station: Station) -> None:
    post(station)
    station.turn_until(lambda: bool(station.of("event")))
    assert station.store.backlog().depth == 1, "a broker's acknowledgement is not the recorder's"
    station.care.say("ack", {"ids": [station.of("event")[0]["id"]]})
    station.turn_until(lambda: station.store.backlog().depth == 0)


def test_what_was_made_while_the_broker_was_away_arrives_when_it_is_back(
    station: Station, broker: Mosquitto
) -> None:
    station.turn_until(lambda: bool(station.of("birth")))
    broker.kill()
    post(station, "pain_stop")
    station.turn_until(lambda: any("away" in line for line in station.log))
    broker.start()
    station.turn_until(lambda: bool(station.of("event")))
    assert station.of("event")[0]["body"]["kind"] == "pain_stop"


def test_a_prescription_is_handed_to_the_session_as_it_came(station: Station) -> None:
    station.care.say("rx", {"rx": {}, "key": "k", "sig": ""}, retain=True)
    station.turn_until(lambda: bool(station.told))
    assert station.told == [Prescribe(document='{"rx": {}, "key": "k", "sig": ""}')]


def test_a_prescription_that_the_session_refused_at_first_is_offered_until_it_is_answered(
    station: Station,
) -> None:
    now_s = [0.0]
    handovers = Handovers(station.store.outbox, now_s=lambda: now_s[0])
    station.uplink._handovers = handovers
    subscribed(station)
    station.care.say("rx", {"rx": {"version": 4}, "key": "k", "sig": ""}, retain=True)
    station.turn_until(lambda: bool(station.told))
    station.server.refuse(station.server.peers[0], "database or disk is full")
    station.turn_until(lambda: any("disk is full" in line for line in station.log))
    assert len(station.told) == 1
    now_s[0] += FIRST_WAIT_S
    station.turn_until(lambda: len(station.told) == 2)
    assert station.told[0] == station.told[1]
    with Store(station.folder / "station.sqlite3") as session:
        session.post("reply", Reply(rx_version=4, state="received"), HEADER)
    station.turn_until(lambda: bool(station.of("reply")))
    station.care.say("ack", {"ids": [station.of("reply")[0]["id"]]})
    station.turn_until(lambda: station.store.backlog().depth == 0)
    now_s[0] += 10_000
    assert handovers.due() == []


def test_prescriptions_of_two_people_of_one_station_are_both_handed_over(station: Station) -> None:
    for number in ("4711", "0815"):
        station.care.say(f"rx/{number}", {"rx": {"version": 1}, "number": number}, retain=True)
    station.turn_until(lambda: len(station.told) == 2)
    told = [json.loads(told.document) for told in station.told if isinstance(told, Prescribe)]
    assert {document["number"] for document in told} == {"4711", "0815"}


def test_a_stop_from_the_care_team_reaches_the_session_and_is_answered(station: Station) -> None:
    subscribed(station)
    expires = (datetime.now(UTC) + timedelta(seconds=30)).isoformat()
    station.care.say("cmd", {"id": "c-1", "kind": "stop", "expires": expires})
    station.turn_until(lambda: bool(station.of("reply/command")))
    assert station.told == [Press(button="stop")]
    assert station.of("reply/command")[0]["body"] == {
        "command": "c-1", "kind": "stop", "state": "done", "reason": "",
    }  # fmt: skip


def test_a_row_larger_than_the_care_side_reads_is_kept_and_the_others_go_on(station: Station) -> None:
    subscribed(station)
    post(station, "x" * MAX_MESSAGE_BYTES)
    post(station, "step_off")
    station.turn_until(lambda: bool(station.of("event")))
    assert [event["body"]["kind"] for event in station.of("event")] == ["step_off"]
    station.care.say("ack", {"ids": [station.of("event")[0]["id"]]})
    station.turn_until(lambda: station.store.backlog().depth == 1)
    assert sum("kept here, not sent" in line for line in station.log) == 1


@pytest.mark.parametrize("payload", [b"\xff\xfe", b"", b"{}", b"[1, 2", b'{"ids": 3}'])
def test_nonsense_from_the_care_side_is_left_aside_and_the_link_goes_on(
    station: Station, payload: bytes
) -> None:
    subscribed(station)
    station.care.say("ack", payload)
    station.care.say("rx", payload)
    post(station)
    station.turn_until(lambda: bool(station.of("event")))
    station.care.say("ack", msgspec.json.encode({"ids": [station.of("event")[0]["id"]]}))
    station.turn_until(lambda: station.store.backlog().depth == 0)


def test_a_document_too_large_for_the_socket_is_left_aside(station: Station) -> None:
    subscribed(station)
    station.care.say("rx", b'"' + b"x" * 200_000 + b'"')
    station.turn_until(lambda: any("too large" in line for line in station.log))
    post(station)
    station.turn_until(lambda: bool(station.of("event")))


def test_a_trace_waits_until_nobody_trains(station: Station) -> None:
    subscribed(station)
    station.turn_until(lambda: bool(station.server.peers))
    station.server.tell(Health(board=BoardHealth(cal="cal-1"), training=True))
    station.turn_until(lambda: len(station.of("birth")) == 2)
    trace = RawTrace(trial=str(uuid4()), encoding="trace-2", data=b"x", hold_ns=(0, 1), plate={})
    with Store(station.folder / "station.sqlite3") as session:
        session.post("raw", trace, HEADER)
        session.post("event", StationEvent(kind="step_off", session=None), HEADER)
    station.turn_until(lambda: bool(station.of("event")))
    assert station.of("raw") == []
    station.server.tell(Health(board=BoardHealth(cal="cal-1")))
    station.turn_until(lambda: bool(station.of("raw")))


def test_a_station_that_never_sends_traces_keeps_them_to_itself_also_when_asked(tmp_path: Path) -> None:
    said: list[str] = []
    with Store(tmp_path / "station.sqlite3") as store:
        fill(store, 1, 1, raw_of=1)
        uplink = Uplink(
            store, station="s-1", limits=Limits(), header=lambda: HEADER, socket=tmp_path / "s",
            log=said.append, traces=False,
        )  # fmt: skip
        assert store.outbox("raw", after=0, limit=1) == []
        assert len(store.outbox("result/trial", after=0, limit=9)) == 1
        with pytest.raises(StoreError, match="sends no traces"):
            uplink._post_trace("any")


def test_the_station_keeps_since_when_the_care_team_does_not_answer(station: Station) -> None:
    subscribed(station)
    station.care.host(online=True)
    station.turn_until(lambda: known_care_side(station.store) is not None)
    assert getattr(known_care_side(station.store), "reach", "") == "answers"
    station.care.host(online=False)
    station.turn_until(lambda: getattr(known_care_side(station.store), "reach", "") == "silent")


def test_only_a_broker_that_proves_itself_is_called_the_care_teams(tmp_path: Path) -> None:
    site = Site(tmp_path)
    tls = Tls(site.give("home-1"), whose="this station's")
    assert Broker("127.0.0.1", 8883, tls).words == "the care team's broker"
    assert (
        Broker("127.0.0.1", 1883).words == "a broker of this machine (127.0.0.1:1883), without certificates"
    )
