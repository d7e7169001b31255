"""Many stations in one process: real connections with certificates, the project's envelope, no database."""

import random
import selectors
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.soak_writer import TRIALS_A_SESSION, header, trial
from station.link.connection import KEEP_ALIVE_S
from station.link.messages import State, decode_ack, down_topic, rx_topic, up_topic
from station.link.tls import Credentials, Tls
from station.link.wrap import wrap
from station.session.store import new_id

LOOK_S: Final = 0.005
MISC_S: Final = 1.0
SAID_AGAIN_S: Final = 5.0  # as a station's outbox does
KIND: Final = "result/trial"


class Result(NamedTuple):
    """A result on its way."""

    trial: str
    since_s: float
    payload: bytes
    said_s: float


class Member:
    """One station of the crowd."""

    def __init__(self, name: str, files: Credentials, subj: str, host: str, port: int) -> None:
        self.name, self._subj = name, subj
        self.on_their_way: dict[str, Result] = {}
        self.heard: deque[tuple[str, ...]] = deque()
        self._count = 0
        self._session = new_id()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv5)
        self.client.tls_set_context(Tls(files, whose=name).context)
        self.client.will_set(up_topic(name, "state"), self._state(online=False), qos=1, retain=True)
        self.client.on_connect = self._on_connect
        self.client.on_message = lambda _c, _d, it: self.heard.append(decode_ack(bytes(it.payload)).ids)
        self.is_in = False
        self.client.connect(host, port, keepalive=KEEP_ALIVE_S)

    def _state(self, *, online: bool) -> bytes:
        body = msgspec.Raw(msgspec.json.encode(State(online=online, boot="crowd")))
        return wrap(self.name, "state", header(0), body, id_=new_id(), seq=0)

    def _on_connect(self, client: mqtt.Client, _d: Any, _f: Any, reason: Any, _p: Any) -> None:
        self.is_in = not reason.is_failure
        own = [down_topic(self.name, "ack"), down_topic(self.name, "cmd")]
        client.subscribe([(topic, 1) for topic in (*own, rx_topic(self.name, None))])
        client.publish(up_topic(self.name, "state"), self._state(online=True), qos=1, retain=True)

    def say(self) -> str:
        """Publish one result; return the id of its trial."""
        self._count += 1
        if self._count % TRIALS_A_SESSION == 0:
            self._session = new_id()
        result = trial(self._count, self._session)
        id_, body = new_id(), msgspec.Raw(msgspec.json.encode(result))
        head = msgspec.structs.replace(header(self._count), subj=self._subj)
        payload = wrap(self.name, KIND, head, body, id_=id_, seq=self._count)
        now_s = time.monotonic()
        self.on_their_way[id_] = Result(result.trial, now_s, payload, now_s)
        self.client.publish(up_topic(self.name, KIND), payload, qos=1)
        return result.trial

    def say_again(self, now_s: float) -> None:
        """Publish again what nobody has acknowledged for long: a recorder was killed with it."""
        for id_, result in self.on_their_way.items():
            if now_s - result.said_s >= SAID_AGAIN_S:
                self.on_their_way[id_] = result._replace(said_s=now_s)
                self.client.publish(up_topic(self.name, KIND), result.payload, qos=1)

    def acknowledged(self) -> Iterator[float]:
        """Yield how long each result took that was acknowledged since the last time, s."""
        while self.heard:
            for id_ in self.heard.popleft():
                result = self.on_their_way.pop(id_, None)
                if result is not None:
                    yield time.monotonic() - result.since_s

    def work(self) -> None:
        """Read and write what can be."""
        self.client.loop_read()
        while (socket := self.client.socket()) is not None and socket.pending():  # type: ignore[attr-defined]
            self.client.loop_read()
        if self.client.want_write():
            self.client.loop_write()


class Crowd:
    """All of them under one selector."""

    def __init__(self, make: Callable[[int], Member], size: int) -> None:
        """Connect one after the other. Raises OSError where the broker takes no more."""
        self._selector = selectors.DefaultSelector()
        self.members: list[Member] = []
        self.said: set[str] = set()
        self.took_s: list[float] = []
        self._misc_s = 0.0
        for number in range(size):
            member = make(number)
            self.members.append(member)
            self._selector.register(member.client.socket(), selectors.EVENT_READ, member)  # type: ignore[arg-type]
            self.turn(0.0)

    def turn(self, wait_s: float = LOOK_S) -> list[Member]:
        """Wait at most this long for the network; return the stations that had a result acknowledged."""
        served = []
        for key, _ in self._selector.select(wait_s):
            member: Member = key.data
            member.work()
            took_s = list(member.acknowledged())
            self.took_s += took_s
            served += [member] * len(took_s)
        if time.monotonic() >= self._misc_s:
            self._misc_s = time.monotonic() + MISC_S
            for member in self.members:
                member.client.loop_misc()
                member.say_again(time.monotonic())
        return served

    @property
    def waiting(self) -> int:
        """How many results are not acknowledged yet."""
        return sum(len(member.on_their_way) for member in self.members)

    def at_rate(self, results_a_second: float, seconds: float, chance: random.Random) -> None:
        """Let stations drawn at random say results, at random times of this mean rate (Poisson)."""
        begun_s = time.monotonic()
        due_s = begun_s
        while (now_s := time.monotonic()) < begun_s + seconds:
            while due_s <= now_s:
                self.said.add(chance.choice(self.members).say())
                due_s += chance.expovariate(results_a_second)
            self.turn(max(0.0, min(LOOK_S, due_s - time.monotonic())))

    def as_fast_as_acknowledged(
        self, seconds: float, *, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        """Let every station say its next result as soon as the last one is acknowledged."""
        end_s = time.monotonic() + seconds
        served = list(self.members)
        while time.monotonic() < end_s:
            for member in served:
                self.said.add(member.say())
            served = self.turn()
            meanwhile()

    def drain(self, most_s: float) -> None:
        """Wait until all is acknowledged."""
        end_s = time.monotonic() + most_s
        while self.waiting and time.monotonic() < end_s:
            self.turn()

    def close(self) -> None:
        """Let all go without a word more."""
        for member in self.members:
            member.client.disconnect()
        self._selector.close()
