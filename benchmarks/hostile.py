"""Malformed and hostile messages: at the recorder's database, and over a real broker at a station's uplink.

Nothing may be raised, no thread may die, nothing may be kept in part, and good messages in between arrive.
"""

import os
import random
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks import hostile_recorder
from benchmarks.prescriptions import folder_in_memory
from benchmarks.soak import Victim
from benchmarks.soak_writer import header
from benchmarks.spoiling import KEY, sign, spoil, valid
from benchmarks.table import show
from station.demo.run import free_port, mosquitto
from station.link.broker import Broker
from station.link.desk import Desk
from station.link.keyring import KeyKeeper
from station.link.messages import Ack, StationEvent, down_topic, encode
from station.link.papers import Keyring, NextCertificate, SigningKey
from station.link.signature import sign_keyring
from station.link.uplink import Uplink
from station.session.store import Store
from station.training.prescription import Limits

SEED: Final = 20260502
BATCH: Final = 50
STATION: Final = "hostile-1"
TURN_S: Final = 0.02
GIVE_UP_S: Final = 60.0
AGAIN_S: Final = 2.0
LARGEST: Final = 2_000_000  # what is repeated 300 times again and again would fill the memory


class Row(NamedTuple):
    """What became of a station that was told all this; `good_ones_lost` are events that did not leave."""

    messages: int
    raised: int
    good_ones: int
    good_ones_lost: int


def at_the_station(messages: int, folder: Path, *, seed: int = SEED) -> Row:
    """Send a station this many of all it listens to through a broker; it must go on sending."""
    rng, counts, port = random.Random(seed), Counter[str](), free_port()
    (folder / "mosquitto.conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nlog_type none\n"
    )
    with ExitStack() as stack:
        broker = Victim((mosquitto(), "-c", str(folder / "mosquitto.conf")), folder / "log", dict(os.environ))
        stack.callback(broker.close)
        broker.look()
        station = stack.enter_context(_Station(folder, port))
        for begun in range(0, messages, BATCH):
            for _ in range(min(BATCH, messages - begun)):
                station.say(*_hostile(rng))
            counts["good"] += 1
            counts["lost"] += not station.works(counts)
    return Row(messages, counts["raised"], counts["good"], counts["lost"])


def _hostile(rng: random.Random) -> tuple[str, bytes]:
    which = rng.random()
    if which < 0.2:
        key = SigningKey(public=KEY.public_key().public_bytes_raw())
        ring = Keyring(version=rng.randrange(1, 9), station=STATION, keys=(key,))
        return "keys", spoil(rng, sign_keyring(ring, KEY.private_bytes_raw()))[:LARGEST]
    if which < 0.3:
        return "certificate", spoil(rng, encode(NextCertificate(reason="not now")))[:LARGEST]
    if which < 0.6:
        return "ack", spoil(rng, encode(Ack(ids=("01a20fc4-5b0f-7cc1-9d3c-5f3f3a1b2c4d", "x"))))[:LARGEST]
    return "rx", spoil(rng, sign(valid(rng, 1)))[:LARGEST]


class _Station:
    """A real uplink with a real database, and somebody who may say anything to it."""

    def __init__(self, folder: Path, port: int) -> None:
        self._store = Store(folder / "station.sqlite3")
        self._uplink = Uplink(
            self._store,
            station=STATION,
            limits=Limits(),
            header=lambda: header(0),
            socket=folder / "nobody.sock",
            log=lambda _: None,
        )
        keeper = KeyKeeper([KEY.public_key().public_bytes_raw()], folder, station=STATION)
        self._uplink.attend(Desk(keeper, None, log=lambda _: None))
        self._care = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._port = port

    def __enter__(self) -> Self:
        end_s = time.monotonic() + GIVE_UP_S
        while time.monotonic() < end_s:
            try:
                self._care.connect("127.0.0.1", self._port)
                break
            except OSError:
                time.sleep(TURN_S)
        self._care.loop_start()
        self._uplink.begin(Broker("127.0.0.1", self._port))
        return self

    def __exit__(self, *_: object) -> None:
        self._uplink.close()
        self._care.disconnect()
        self._care.loop_stop()
        self._store.close()

    def say(self, kind: Any, payload: bytes) -> None:
        """Publish to the station."""
        self._care.publish(down_topic(STATION, kind), payload, qos=1)

    def works(self, counts: Counter[str]) -> bool:
        """Return whether a new event still leaves, and goes from the outbox on a good acknowledgement."""
        self._store.post("event", StationEvent(kind="step_off", session=None), header(1))
        ids = tuple(row.id for row in self._store.outbox("event", after=0, limit=10))
        end_s, say_s = time.monotonic() + GIVE_UP_S, 0.0
        while self._store.backlog().depth and time.monotonic() < end_s:
            if time.monotonic() >= say_s:  # said again like a recorder: the station may not listen yet
                self.say("ack", encode(Ack(ids=ids)))
                say_s = time.monotonic() + AGAIN_S
            try:
                self._uplink.turn(TURN_S)
            except Exception:  # noqa: BLE001 what is counted here is that there is none
                counts["raised"] += 1
        return self._store.backlog().depth == 0


def main(*, full: bool) -> None:
    """Print both tables."""
    messages = 100_000 if full else 2_000
    with folder_in_memory() as folder:
        row = hostile_recorder.at_the_recorder(messages, folder, seed=SEED)
        show(f"Hostile messages at the recorder, seed {SEED}", [row])
    with folder_in_memory() as folder:
        show(f"Hostile messages at a station, seed {SEED}", [at_the_station(messages, folder)])


if __name__ == "__main__":
    main(full=False)
