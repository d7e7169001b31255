"""Who may say and hear what: the shipped configuration on a real mosquitto, every topic of the contract."""

import socket
import ssl
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from station.link.contract import CHANNELS
from station.link.messages import HOST_STATE, ROOT, host_topic, uplink_filter
from station.link.tls import Credentials
from tests.certified import Peer, Site
from tests.conftest import Mosquitto

KINDS = sorted({f"up/{c.kind}" if c.sender == "station" else f"down/{c.kind}" for c in CHANNELS})
KINDS += ["up/live", "up/result/new", "down/cmd", "down/new"]  # topics of later versions
STATIONS = ("station-a", "station-b")
OTHERS = ("recorder-1", "reader-1", "console-1")
TOPICS = [f"{ROOT}/s/{who}/{kind}" for who, kind in product(STATIONS, KINDS)]
# A pattern is for everybody: nobody may speak as a station of the name they have.
TOPICS += [f"{ROOT}/s/{who}/{kind}" for who, kind in product(OTHERS, ("up/event", "down/cmd"))]
TOPICS += [
    HOST_STATE,
    f"{ROOT}/host/other",
    host_topic("recorder-1"),
    f"{ROOT}/s",
    "bal/v2/s/station-a/up/event",
    "other",
    f"{ROOT}/s/x/up/event",
]
EVERYTHING = ("#", "$share/mine/#", f"{ROOT}/s/+/up/#", f"{ROOT}/s/+/down/#", "$SYS/#", *TOPICS)
WITNESS = "user witness\ntopic readwrite #\n"


class Bench:
    def __init__(self, folder: Path) -> None:
        self.site = Site(folder)
        self.broker = self.site.broker("care", acl=WITNESS)
        names = (*STATIONS, *OTHERS, "witness", "gone")
        self.files = {name: self.site.give(name) for name in names}
        self.files["ended"] = self.site.give("ended", days_ago=400)
        self.files["anonymous"] = Credentials(self.files["gone"].ca)
        self.site.authority.revoke("gone")
        self.site.publish_crl()
        self.broker.start()

    def peer(self, name: str, **more: str) -> Peer:
        return Peer(self.broker.port, self.files[name], **more)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    bench = Bench(tmp_path_factory.mktemp("site"))
    yield bench
    bench.broker.kill()


def may_say(who: str, topic: str) -> bool:
    if who in STATIONS:
        return topic.startswith(f"{ROOT}/s/{who}/up/")
    to_others = topic.startswith(f"{ROOT}/s/") and not topic.startswith(f"{ROOT}/s/{who}/")
    return {
        "recorder-1": topic in {HOST_STATE, host_topic("recorder-1")} or (to_others and "/down/" in topic),
        "console-1": to_others and topic.endswith("/down/cmd"),
        "reader-1": False,
    }[who]


def may_hear(who: str, topic: str) -> bool:
    if who in STATIONS:
        return topic == HOST_STATE or topic.startswith(f"{ROOT}/s/{who}/down/")
    of_others = (
        topic.startswith(f"{ROOT}/s/") and "/up/" in topic and not topic.startswith(f"{ROOT}/s/{who}/")
    )
    return of_others or (topic == HOST_STATE and who != "reader-1")


@pytest.mark.parametrize("who", [*STATIONS, *OTHERS])
def test_nobody_says_more_than_the_contract_allows(bench: Bench, who: str) -> None:
    with bench.peer("witness") as witness, bench.peer(who) as peer:
        witness.subscribe("#")
        let = {topic: peer.publish(topic) for topic in TOPICS}
        witness.publish("end")
        arrived = {topic for topic, _ in witness.heard_until(lambda topic, _: topic == "end")}
    assert let == {topic: may_say(who, topic) for topic in TOPICS}
    assert arrived == {topic for topic in TOPICS if may_say(who, topic)}


@pytest.mark.parametrize("who", [*STATIONS, *OTHERS])
def test_nobody_hears_more_than_the_contract_allows(bench: Bench, who: str) -> None:
    """mosquitto grants every subscription and keeps back what may not be read: only what arrives counts."""
    with bench.peer("witness") as witness, bench.peer(who) as peer:
        for topic in TOPICS:
            witness.publish(topic, b"kept", retain=True)
        peer.subscribe(*EVERYTHING)
        for topic in TOPICS:
            witness.publish(topic, b"now")
        witness.publish(next(topic for topic in reversed(TOPICS) if may_hear(who, topic)), b"end")
        heard = peer.heard_until(lambda _, payload: payload == b"end")
        for topic in TOPICS:
            witness.publish(topic, b"", retain=True)
    for payload in (b"kept", b"now"):
        arrived = {topic for topic, said in heard if said == payload}
        assert arrived == {topic for topic in TOPICS if may_hear(who, topic)}
    assert {said for _, said in heard} == {b"kept", b"now"}


@pytest.mark.parametrize("who", ["anonymous", "gone", "ended"])
def test_without_a_good_certificate_nobody_comes_in(bench: Bench, who: str) -> None:
    assert not bench.peer(who).is_in


def test_a_certificate_of_a_stranger_is_refused(bench: Bench, tmp_path: Path) -> None:
    strangers = Site(tmp_path).give("station-a")
    assert not Peer(bench.broker.port, strangers._replace(ca=bench.files["station-a"].ca)).is_in


def test_the_certificate_of_a_broker_is_good_for_no_client(bench: Bench) -> None:
    files = [str(bench.site.folder / file) for file in ("ca.pem", "broker.pem", "broker.key")]
    assert not Peer(bench.broker.port, Credentials(*files)).is_in


def test_the_last_will_of_a_station_is_its_own(bench: Bench) -> None:
    with bench.peer("witness") as witness:
        witness.subscribe("#")
        for about, said in (("station-a", []), ("station-b", [(f"{ROOT}/s/station-b/up/state", b"will")])):
            bench.peer("station-b", will=f"{ROOT}/s/{about}/up/state").fall_silent()
            bench.broker.hear("Client station-b closed its connection")
            witness.publish("end")
            assert witness.heard_until(lambda topic, _: topic == "end") == said


def test_nobody_takes_the_session_of_another(bench: Bench) -> None:
    """Without `use_username_as_clientid` who calls itself like another one ends the other's connection."""
    with bench.peer("station-a") as a, bench.peer("station-b", calls_itself="station-a") as b:
        assert b.is_in
        assert a.publish(f"{ROOT}/s/station-a/up/event")


def test_a_station_that_joins_the_recorders_takes_nothing_from_them(bench: Bench) -> None:
    """mosquitto deals to everybody who joined a group, then throws away what that one may not read."""
    sent = [str(number).encode() for number in range(10)]
    with (
        bench.peer("recorder-1") as recorder,
        bench.peer("station-b") as thief,
        bench.peer("station-a") as a,
    ):
        recorder.subscribe(uplink_filter("not to be guessed"))
        thief.subscribe(uplink_filter("rec"), uplink_filter("guessed"))
        for payload in (*sent, b"end"):
            a.publish(f"{ROOT}/s/station-a/up/event", payload)
        heard = recorder.heard_until(lambda _, payload: payload == b"end")
    assert [payload for _, payload in heard] == sent


def test_whoever_only_listens_takes_nothing_from_the_recorders(bench: Bench) -> None:
    sent = [str(number).encode() for number in range(10)]
    topic = f"{ROOT}/s/station-a/up/event"
    with (
        bench.peer("recorder-1") as recorder,
        bench.peer("reader-1") as reader,
        bench.peer("station-a") as a,
    ):
        recorder.subscribe(uplink_filter("not to be guessed"))
        reader.subscribe(f"{ROOT}/s/+/up/#")
        for payload in (*sent, b"end"):
            a.publish(topic, payload)
        for peer in (recorder, reader):
            heard = peer.heard_until(lambda _, payload: payload == b"end")
            assert [payload for _, payload in heard] == sent


def test_tls_older_than_1_2_is_refused(bench: Bench) -> None:
    context = ssl.create_default_context(cafile=bench.files["station-a"].ca)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.load_cert_chain(bench.files["station-a"].certificate, bench.files["station-a"].key)
    with (
        socket.create_connection(("127.0.0.1", bench.broker.port), timeout=10) as plain,
        pytest.raises(ssl.SSLError, match=r"(?i)protocol.version|unsupported.protocol"),
    ):
        context.wrap_socket(plain, server_hostname="127.0.0.1")


def test_who_is_revoked_is_kept_out_after_a_reload_and_thrown_out_by_a_restart(tmp_path: Path) -> None:
    site = Site(tmp_path)
    files = {name: site.give(name) for name in STATIONS}
    broker: Mosquitto = site.broker("care")
    broker.start()
    there = Peer(broker.port, files["station-a"])
    assert site.authority.revoke("station-a") == 1
    site.publish_crl()
    broker.reload()
    assert not Peer(broker.port, files["station-a"]).is_in
    with Peer(broker.port, files["station-b"]) as other:
        assert other.is_in
    assert there.publish(f"{ROOT}/s/station-a/up/event"), "a reload ends no connection"
    broker.kill()
    broker.start()
    there.close()
    assert not Peer(broker.port, files["station-a"]).is_in
    with Peer(broker.port, files["station-b"]) as other:
        assert other.is_in
    broker.kill()
