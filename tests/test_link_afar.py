"""From the care team's client over a real broker and the real uplink to a whole station, and back."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks.soak_writer import header
from station.link.broker import Broker
from station.link.client import Answer, Client, Message
from station.link.messages import LiveFrame, StationEvent
from station.link.uplink import Uplink
from station.session.clock import WallClock
from station.session.protocol import Answer as Said
from station.session.protocol import Press, Simulate
from station.session.store import Store
from station.session.supervision import CARE, SUPERVISOR
from station.training.prescription import Limits
from tests.conftest import Mosquitto
from tests.virtual_station import VirtualStation

WAIT_S = 10.0
NETWORK_S = 0.002  # waited for at most in each turn, while 20 ms pass at the station


class Afar:
    """A station in virtual time and its uplink, turned here; the care team's client, in a thread."""

    def __init__(self, folder: Path, broker: Mosquitto) -> None:
        self.station = VirtualStation(folder, plain=True, today=datetime(2026, 5, 4, 9, tzinfo=UTC))
        self.store = Store(folder / "station.sqlite3")
        self.log: list[str] = []
        self.uplink = Uplink(
            self.store,
            station="s-1",
            limits=Limits(),
            header=lambda: header(round(self.now_s() * 1000)),
            socket=folder / "session.sock",
            log=self.log.append,
        )
        steering = self.uplink._steering
        steering._now_s, steering._wall = self.now_s, WallClock(synced=lambda: True)
        self.uplink.begin(Broker("127.0.0.1", broker.port))
        self.care = Client("127.0.0.1", broker.port)
        self._threads = ThreadPoolExecutor(1)
        self.turn_until(
            lambda: (
                any("connected to a broker of this machine" in line for line in self.log)
                and self.care.connected
            )
        )

    def now_s(self) -> float:
        return self.station.clock.now_ns() * 1e-9

    def turn(self) -> None:
        self.uplink.turn(NETWORK_S)
        self.station.run(0.02)

    def turn_until(self, done: Callable[[], bool], *, within_s: float = 300) -> None:
        end_s = self.now_s() + within_s
        while not done():
            assert self.now_s() < end_s, (self.log, self.station.shown())
            self.turn()

    def run(self, seconds: float) -> None:
        end_s = self.now_s() + seconds
        self.turn_until(lambda: self.now_s() >= end_s)

    def begin_to_ask(self, kind: str, **more: Any) -> "Future[Answer]":
        return self._threads.submit(self.care.command, "s-1", kind, **more)

    def ask(self, kind: str, **more: Any) -> Answer:
        answer = self.begin_to_ask(kind, **more)
        self.turn_until(answer.done)
        return answer.result()

    def post(self) -> None:
        """Write an event as the session does: over a connection of its own."""
        with Store(self.station.folder / "station.sqlite3") as store:
            store.post("event", StationEvent(kind="step_off", session=None), header(1))

    def names(self) -> list[str]:
        return [peer.name for peer in self.station.service._server.peers]

    def phase(self) -> str:
        return self.station.shown().phase

    def person_goes_to_the_plan(self) -> None:
        self.station.run_until(lambda: self.station.shown().ready)
        while self.phase() == "welcome":  # the first press puts the sign away
            self.station.say(Press(button="start"))
            self.station.run(0.1)
        while question := self.station.shown().question:
            self.station.say(
                Said(key=question.key, value={"pain": 2, "support": True}.get(question.key, False))
            )
            self.station.run(0.05)

    def close(self) -> None:
        self._threads.shutdown()
        self.care.close()
        self.uplink.close()
        self.store.close()
        self.station.die()


@pytest.fixture
def afar(tmp_path: Path, broker: Mosquitto) -> Iterator[Afar]:
    with closing(Afar(tmp_path, broker)) as afar:
        yield afar


def test_nothing_from_afar_begins_a_hold_before_the_person_steps_on_and_a_stop_ends_it(afar: Afar) -> None:
    assert "nobody is looking" in afar.ask("start").reason
    assert str(afar.ask("identify")) == "s-1: identify done"
    assert (afar.station.shown().this_board, afar.station.shown().supervised) == ("s-1", False)
    assert afar.ask("live", lease_s=30).state == "done"
    assert "only the person who trains" in afar.ask("start").reason
    assert afar.phase() == "welcome"
    afar.person_goes_to_the_plan()
    afar.ask("live", lease_s=30)
    assert afar.ask("start").state == "done"
    afar.station.say(Simulate(do="step_on"))
    afar.station.run(1)
    assert "standing on the board" in afar.ask("start").reason
    afar.station.say(Simulate(do="step_off"))
    afar.station.run(1)
    assert afar.ask("start").state == "done"
    afar.station.run(20)
    assert afar.phase() == "step_on", "it waits for the person, however long"
    assert "hold_started" not in afar.station.kinds()
    afar.station.say(Simulate(do="step_on", hands_percent=0.0))
    afar.station.run_until(lambda: "hold_started" in afar.station.kinds())
    assert "somebody trains on this board" in afar.ask("identify").reason
    assert afar.station.shown().this_board is None
    assert afar.ask("stop").state == "done"
    assert afar.phase() == "checkout"


def test_the_board_shows_that_somebody_looks_on_and_nothing_is_left_of_it_after_the_lease(afar: Afar) -> None:
    following = afar.care.follow(live=True)
    next(following)
    afar.run(3)
    assert (afar.station.shown().supervised, CARE in afar.names(), SUPERVISOR in afar.names()) == (False,) * 3
    answer = afar.begin_to_ask("live", lease_s=3)
    afar.turn_until(lambda: SUPERVISOR in afar.names())
    begun_s = afar.now_s()
    assert afar.station.shown().supervised
    afar.turn_until(lambda: SUPERVISOR not in afar.names())
    assert afar.now_s() - begun_s == pytest.approx(3, abs=0.2)
    afar.turn_until(answer.done)
    assert answer.result().state == "done"
    assert not afar.station.shown().supervised
    afar.run(3)
    afar.post()
    afar.turn()
    heard = [message for message in _until_event(following) if isinstance(message.body, LiveFrame)]
    assert 25 <= len(heard) <= 32, "ten a second, for as long as the lease and not before or after"
    following.close()


def _until_event(following: Iterator[object]) -> Iterator[Message]:
    for heard in following:
        if isinstance(heard, Message):
            if heard.kind == "event":
                return
            yield heard


def test_a_live_view_holds_up_no_result(afar: Afar, monkeypatch: pytest.MonkeyPatch) -> None:
    afar.ask("live", lease_s=30)
    afar.run(0.5)
    sent: list[str] = []
    publish = afar.uplink._publish

    def watched(kind: str, payload: bytes, **more: Any) -> None:
        sent.append(kind)
        publish(kind, payload, **more)

    monkeypatch.setattr(afar.uplink, "_publish", watched)
    for _ in range(20):
        afar.post()
        before = sent.count("event")
        afar.uplink.turn(0)
        assert sent.count("event") == before + 1, "in the very turn in which it is there"
        afar.run(0.1)
    assert sent.count("live") >= 18, "while the view goes on"
