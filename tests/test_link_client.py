"""The public client on a real mosquitto: what a clinic's own script is handed out, and what it may say."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from station.errors import ConfigError
from station.link import client as link_client
from station.link.broker import Broker
from station.link.client import Client, Credentials, Dropped, Heard, Link, Message, Refused, credentials_in
from station.link.client_connection import Connection
from station.link.inbox import Inbox
from station.link.messages import StationEvent
from station.link.tls import Tls
from station.training.result import TrialResult
from tests.certified import Site
from tests.conftest import Mosquitto
from tests.home import WAIT_S, Home, live, until
from ui.care.recording.examples import ExampleStation, new_id
from ui.care.recording.heard import Arrival


def next_message(following: Iterator[Heard]) -> Message:
    return next(heard for heard in following if isinstance(heard, Message))


@pytest.fixture
def home(broker: Mosquitto) -> Iterator[Home]:
    with closing(Home(broker.port)) as home:
        yield home


@pytest.fixture
def care(broker: Mosquitto) -> Iterator[Client]:
    with Client("127.0.0.1", broker.port) as care:
        assert care.wait_connected(WAIT_S)
        yield care


def test_a_script_is_handed_out_results_typed_and_the_rest_as_what_it_is(home: Home, care: Client) -> None:
    home.say(home.birth(), retain=True)
    following = care.follow(for_s=WAIT_S)
    assert next(following) == Link(up=True)
    birth = next_message(following)
    assert (birth.kind, birth.retained) == ("birth", True)
    trial = home.trial(new_id())
    home.say(trial, trial, home.message(live(), "dance"), Arrival("bal/v1/s/home-1/up/event", b"{"))
    home.say(home.message(live(), "live"), home.event("step_off"))
    heard = [next(following) for _ in range(4)]
    first, dance, noise, event = heard
    assert isinstance(first, Message)
    assert isinstance(first.body, TrialResult)
    assert (first.body.routine, first.envelope.sim, first.retained) == ("supported-standing", True, False)
    assert isinstance(dance, Message)
    assert (dance.kind, dance.known) == ("dance", False)
    assert isinstance(noise, Refused)
    assert isinstance(event, Message)
    assert event.kind == "event", "a trial sent twice comes once, and frames were not asked for"


def test_only_the_stations_that_are_named_are_followed(broker: Mosquitto, home: Home, care: Client) -> None:
    following = care.follow("home-2", for_s=WAIT_S)
    next(following)
    other = ExampleStation("home-2", None)
    home.say(home.event("step_off"), other.event("mark"))
    assert next_message(following).station == "home-2"
    with pytest.raises(ConfigError, match="station '#'"):
        next(care.follow("#"))


def test_what_nobody_takes_is_dropped_and_told(
    home: Home, care: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    following = care.follow(for_s=WAIT_S)
    next(following)
    care._connection._inbox = inbox = Inbox(time.monotonic, most=2)
    home.say(*(home.event("step_off") for _ in range(5)), home.event("mark"))
    until(lambda: inbox._dropped["event"] == 4)
    assert next(following) == Dropped({"event": 4})


def test_a_broker_that_goes_and_comes_back_loses_no_follower(
    broker: Mosquitto, home: Home, care: Client
) -> None:
    following = care.follow(for_s=3 * WAIT_S)
    assert next(following) == Link(up=True)
    broker.kill()
    gone = next(heard for heard in following if isinstance(heard, Link))
    assert not gone.up
    assert "does not answer" in gone.why
    assert care.command("home-1", "stop", timeout_s=0.05).state == "not_sent"
    broker.start()
    assert next(heard for heard in following if isinstance(heard, Link) and heard.up)
    until(home._client.is_connected)
    home.say(home.event("step_off"))
    assert next_message(following).kind == "event"


def test_what_is_said_while_the_network_is_away_comes_after_it(home: Home, care: Client) -> None:
    following = care.follow(for_s=WAIT_S)
    assert next(following) == Link(up=True)
    line = care._connection._client.socket()
    assert isinstance(line, socket.socket)
    line.shutdown(socket.SHUT_RDWR)
    until(lambda: not care.connected)
    home.say(home.event("step_off"), home.event("mark"))
    assert not care.connected, "it was said meanwhile"
    kinds = [
        m.body.kind for m in (next_message(following) for _ in range(2)) if isinstance(m.body, StationEvent)
    ]
    assert kinds == ["step_off", "mark"]


def test_a_command_is_used_once_in_time_and_its_answer_comes_back(home: Home, care: Client) -> None:
    home.answers = [("done", ""), ("refused", "nobody is looking: ask for the live view first")]
    assert str(care.command("home-1", "identify")) == "home-1: identify done"
    answer = care.command("home-1", "pause")
    assert (answer.state, answer.command) == ("refused", home.told[1].id)
    assert str(answer) == "home-1: pause refused: nobody is looking: ask for the live view first"
    assert home.told[0].id != home.told[1].id


def test_without_an_answer_nobody_claims_to_know(home: Home, care: Client) -> None:
    answer = care.command("home-1", "stop", timeout_s=0.3)
    assert (answer.state, answer.reason) == ("unanswered", "nothing came back within 0.3 s")


def test_a_station_that_is_not_there_is_said_at_once(care: Client) -> None:
    answer = care.command("home-9", "stop")
    assert (answer.state, answer.reason) == ("not_sent", "the station is not connected to the broker")


@pytest.mark.parametrize(
    ("station", "kind", "more", "words"),
    [
        ("home-1", "harder", {}, "harder"),
        ("home/1", "stop", {}, "home/1"),
        ("home-1", "stop", {"valid_s": 61.0}, "at most 60"),
        ("home-1", "live", {"lease_s": 31.0}, "lease_s"),
    ],
)
def test_a_command_that_no_station_takes_is_not_sent(
    care: Client, station: str, kind: str, more: dict[str, float], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        care.command(station, kind, **more)  # type: ignore[arg-type]


def test_whoever_looks_on_sees_frames_renews_the_lease_and_is_told_when_they_stop(
    home: Home, care: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_client, "LOOK_S", 0.05)
    home.answers = [("done", "")] * 9
    looks = care.watch("home-1", lease_s=0.2)
    first = next(looks)
    assert (first.frame, first.stale, first.why) == (None, True, "no picture has come yet")
    home.say(home.message(live(), "live"), qos=0)
    look = next(look for look in looks if look.frame is not None)
    assert (look.frame and look.frame.x_mm, look.stale) == (1.0, False)
    look = next(look for look in looks if look.stale)
    assert look.frame is not None, "the last picture is there, and said to be old"
    assert "old" in look.why
    assert {command.kind for command in home.told} == {"live"}
    assert 3 <= len(home.told) <= 20
    looks.close()


def test_a_lease_that_is_refused_is_said_while_looking(
    home: Home, care: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_client, "LOOK_S", 0.05)
    home.answers = [("refused", "the station's clock is not set yet")]
    looks = care.watch("home-1")
    look = next(look for look in looks if "clock" in look.why)
    assert look.stale
    home.say(home.state(online=False))
    assert next(look for look in looks if look.why == "the station is away").stale


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Mosquitto]]:
    site = Site(tmp_path_factory.mktemp("site"))
    broker = site.broker("care")
    broker.start()
    yield site, broker
    broker.kill()


def test_a_reader_hears_and_may_command_nobody(certified: tuple[Site, Mosquitto]) -> None:
    site, broker = certified
    with Client("127.0.0.1", broker.port, credentials=site.give("reader-1")) as reader:
        assert reader.wait_connected(WAIT_S), reader.why
        answer = reader.command("home-1", "stop")
    assert answer.state == "not_sent"
    assert "does not let this client" in answer.reason


def test_two_clients_with_one_certificate_are_told_so_and_do_not_fight(
    certified: tuple[Site, Mosquitto],
) -> None:
    tls = Tls(certified[0].give("reader-2"), whose="this client's")
    connection = Connection(Broker("127.0.0.1", 1, tls))
    came, went = (ReasonCode(kind, identifier=0) for kind in (PacketTypes.CONNACK, PacketTypes.DISCONNECT))
    for _ in range(3):
        assert "certificate" not in connection.why
        connection._on_connect(connection._client, None, None, came, None)
        connection._on_disconnect(connection._client, None, None, went, None)
    assert "another client may use the same certificate" in connection.why
    assert connection._client._reconnect_min_delay == 30
    connection.close()


def test_what_is_wrong_with_the_files_or_the_address_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no TLS"):
        Client("care.example.org")
    with pytest.raises(ConfigError, match="certify reader-1"):
        credentials_in(tmp_path)
    with pytest.raises(ConfigError, match="cannot be read"):
        Client("127.0.0.1", credentials=Credentials("ca", "certificate", "key"))


def test_a_client_that_was_closed_ends_what_is_being_followed(care: Client) -> None:
    following = care.follow()
    next(following)
    care.close()
    assert list(following) == []
    care.close()
