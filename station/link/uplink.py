"""The uplink process: what waits in the outbox to the care team, what the care team says to the session."""

import queue
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from station import __version__
from station.errors import MessageError, StoreError
from station.link.broker import Broker
from station.link.handover import Handover, Handovers
from station.link.messages import (
    MAX_MESSAGE_BYTES,
    Birth,
    State,
    ToldLimits,
    decode_ack,
    down_topic,
    rx_topic,
    up_topic,
)
from station.link.outbox import Pump
from station.link.presence import Presence
from station.link.steering import Outlet, Steering
from station.link.wrap import wrap
from station.session.client import SessionClient
from station.session.clock import WallClock
from station.session.protocol import MAX_DOCUMENT_BYTES, Health, Prescribe, Refused
from station.session.store import Header, Outgoing, Store, new_id
from station.training.prescription import Limits

TURN_S: Final = 0.1
LIVE_TURN_S: Final = 0.02
KEEP_ALIVE_S: Final = 10
LONGEST_PAUSE_S: Final = 2  # between tries: who has the network back must not wait for the next one
SESSION_RETRY_S: Final = 1.0
_AWAY: Final = "the care team's broker is away; results wait on this station"


class Uplink:
    """One MQTT 5 connection and one database; the network thread of paho only fills a queue.

    Its end disturbs nothing: the outbox stays, and the session does not wait for it.
    """

    def __init__(
        self,
        store: Store,
        *,
        station: str,
        limits: Limits,
        header: Callable[[], Header],
        socket: Path,
        log: Callable[[str], None],
    ) -> None:
        self._store = store
        self._station = station
        self._limits = ToldLimits.of(limits)
        self._header = header
        self._socket = socket
        self._log = log
        self._pump = Pump(store.outbox)
        self._heard: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
        self._session: SessionClient | None = None
        self._session_at_s = 0.0
        self._handovers = Handovers(store.outbox)
        self._presence_told = Presence()
        self._rx_version: int | None = None
        self._seen_version = -1
        self._room_was_made = False
        self._broker: Broker | None = None
        self._why = ""  # the broker is away, as it was said last
        self._stopping = False
        outlet = Outlet(
            reply=lambda answer: self._publish("reply/command", self._presence("reply/command", answer)),
            show=lambda frame: self._publish("live", self._presence("live", frame), qos=0),
            raw_again=lambda trial: store.post_trace_again(trial, self._newest_header()),
            log=log,
        )
        self._steering = Steering(store, socket, outlet)
        self._client = self._make_client()

    # -- the network thread: nothing here may raise or wait -------------------------------------------------

    def _make_client(self) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=self._station, protocol=mqtt.MQTTv5)
        client.reconnect_delay_set(1, LONGEST_PAUSE_S)
        client.on_connect = self._on_connect
        client.on_connect_fail = lambda _client, _data: self._heard.put(("!away", b""))
        client.on_disconnect = lambda *_: self._heard.put(("!away", b""))
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.will_set(up_topic(self._station, "state"), self._state(online=False), qos=1, retain=True)
        return client

    def _on_connect(
        self,
        _client: mqtt.Client,
        _data: Any,
        _flags: Any,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._heard.put(("!refused", str(reason).encode()) if reason.is_failure else ("!connected", b""))

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self._heard.put((message.topic, bytes(message.payload)))

    def _on_publish(
        self, _client: mqtt.Client, _data: Any, _mid: int, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._heard.put(("!denied", str(reason).encode()))

    # -- the main thread -----------------------------------------------------------------------------------

    def run(self, broker: Broker) -> None:
        """Serve until `stop`."""
        self.begin(broker)
        try:
            while not self._stopping:
                self.turn(LIVE_TURN_S if self._steering.watched else TURN_S)
        finally:
            self.close()

    def begin(self, broker: Broker) -> None:
        """Start to connect; from then on `turn` must be called again and again."""
        self._broker = broker
        if broker.tls is not None:
            self._client.tls_set_context(broker.tls.context)
        self._client.connect_async(broker.host, broker.port, keepalive=KEEP_ALIVE_S, clean_start=True)
        self._client.loop_start()

    def close(self) -> None:
        """Say that the station leaves, and go. The database is the caller's."""
        self._publish("state", self._state(online=False), retain=True)
        self._client.disconnect()
        self._client.loop_stop()
        # Nothing of ours holds paho's client any more, so that its inner pair of sockets is closed with it.
        client = self._client
        client.on_connect = client.on_connect_fail = client.on_disconnect = None
        client.on_message = client.on_publish = None
        self._steering.close()
        if self._session is not None:
            self._session.close()
            self._session = None

    def stop(self, *_: object) -> None:
        """Ask the loop to end; fit for a signal handler."""
        self._stopping = True

    def turn(self, wait_s: float) -> None:
        """Wait at most `wait_s` for the network to say something; then send what is due."""
        with suppress(queue.Empty):
            self._on_heard(*self._heard.get(timeout=wait_s))
            while True:
                self._on_heard(*self._heard.get_nowait())
        self._steering.turn()
        try:
            self._talk_to_session()
            if self._client.is_connected():
                for row in self._pump.due(time.monotonic(), look=self._worth_a_look()):
                    self._send(row)
                if self._presence_told.due(self._rx_version, time.monotonic()):
                    self._publish_birth()
        except StoreError as error:
            self._log(str(error))

    def _worth_a_look(self) -> bool:
        """Return whether there may be rows to send that were not there, or had no room, the last time."""
        version = self._store.outbox_version()
        worth = self._room_was_made or version != self._seen_version
        if version != self._seen_version:
            self._rx_version = self._store.applied_version()
        self._seen_version, self._room_was_made = version, False
        return worth

    def _on_heard(self, topic: str, payload: bytes) -> None:
        if topic == "!connected":
            self._on_connected()
        elif topic == down_topic(self._station, "ack"):
            self._on_ack(payload)
        elif topic.startswith(down_topic(self._station, "rx")):
            self._on_prescription(topic, payload)
        elif topic == down_topic(self._station, "cmd"):
            self._steering.hear(payload)
        elif topic == "!refused":
            self._log(f"the broker refuses this station: {payload.decode()}")
        elif topic == "!denied":
            self._log(f"the broker denied a message: {payload.decode()}")
        elif topic == "!away":
            self._on_away()

    def _on_away(self) -> None:
        """Say why, once for each reason: it is tried again and again."""
        broker = self._broker
        why = broker.tls.why(str(broker)) if broker and broker.tls else None
        why = f"{why}; results wait on this station" if why else _AWAY
        if why != self._why:
            self._log(why)
        self._why = why

    def _on_prescription(self, topic: str, payload: bytes) -> None:
        if len(payload) > MAX_DOCUMENT_BYTES:
            self._log(f"prescription: {len(payload)} bytes are too large, left aside")
        elif payload:  # an empty one only clears what the broker kept
            self._handovers.take(topic, payload)

    def _on_connected(self) -> None:
        self._log("connected to the care team's broker")
        self._why = ""
        reminder = self._broker.tls.reminder() if self._broker and self._broker.tls else None
        if reminder is not None:
            self._log(reminder)
        station = self._station
        topics = (
            down_topic(station, "ack"),
            down_topic(station, "cmd"),
            rx_topic(station, None),
            rx_topic(station, "+"),
        )
        self._client.subscribe([(topic, 1) for topic in topics])
        self._publish("state", self._state(online=True), retain=True)
        self._publish_birth()
        self._pump.reconnected()

    def _on_ack(self, payload: bytes) -> None:
        try:
            ids = decode_ack(payload).ids
            self._handovers.look()
            self._store.acknowledged(ids)
        except (MessageError, StoreError) as error:
            self._log(f"acknowledgement: {error}")
            return
        self._pump.acknowledged(ids)
        self._room_was_made = True

    def _talk_to_session(self) -> None:
        """Offer the newest prescription until it is answered; other news of the session is not for us."""
        now_s = time.monotonic()
        try:
            if self._session is None:
                if now_s < self._session_at_s:
                    return
                self._session_at_s = now_s + SESSION_RETRY_S
                self._session = SessionClient(self._socket, name="uplink", snapshots=False)
            for notice in self._session.poll():
                if isinstance(notice, Health):
                    self._presence_told.board = notice.board
                elif isinstance(notice, Refused):  # the uplink asks nothing else of it
                    self._log(f"the session does not take the prescription now: {notice.reason}")
            for handover, document in self._handovers.due():
                self._hand_over(self._session, handover, document)
        except (ConnectionError, MessageError):
            if self._session is not None:
                self._session.close()
                self._session = None

    def _hand_over(self, session: SessionClient, handover: Handover, document: bytes) -> None:
        try:
            text = document.decode()
        except UnicodeDecodeError as error:
            self._log(f"prescription: not readable, left aside: {error}")
            handover.drop()
            return
        session.send(Prescribe(document=text))
        handover.offered()

    # -- what is sent --------------------------------------------------------------------------------------

    def _publish(self, kind: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> None:
        self._client.publish(up_topic(self._station, kind), payload, qos=qos, retain=retain)

    def _send(self, row: Outgoing) -> None:
        payload = wrap(self._station, row.type, row.header, msgspec.Raw(row.body), id_=row.id, seq=row.seq)
        if len(payload) > MAX_MESSAGE_BYTES:
            size = f"{len(payload)} bytes are more than the care side reads"
            self._log(f"{row.type} {row.id}: {size}; kept here, not sent")
            self._pump.set_aside(row)
            self._room_was_made = True
            return
        self._publish(row.type, payload)

    def _presence(self, kind: str, body: msgspec.Struct) -> bytes:
        raw = msgspec.Raw(msgspec.json.encode(body))
        return wrap(self._station, kind, self._newest_header(), raw, id_=new_id(), seq=0)

    def _newest_header(self) -> Header:
        """Return the head of a message made now; the session knows best which plate is in use."""
        header, board = self._header(), self._presence_told.board
        return header if board is None else msgspec.structs.replace(header, cal=board.cal)

    def _publish_birth(self) -> None:
        self._rx_version = self._store.applied_version()
        self._presence_told.told(self._rx_version, time.monotonic())
        self._publish("birth", self._birth(), retain=True)

    def _state(self, *, online: bool) -> bytes:
        return self._presence("state", State(online=online, boot=self._header().boot))

    def _birth(self) -> bytes:
        header = self._newest_header()
        backlog = self._store.backlog()
        return self._presence(
            "birth",
            Birth(
                sw=__version__,
                cal=header.cal,
                alg=header.alg,
                rx_version=self._rx_version,
                outbox_depth=backlog.depth,
                outbox_oldest_s=_age_s(backlog.oldest),
                limits=self._limits,
                sim=header.sim,
                board=self._presence_told.board,
                certificate_until=self._certificate_until(),
            ),
        )

    def _certificate_until(self) -> str | None:
        tls = self._broker.tls if self._broker else None
        return tls.identity.ends.strftime("%Y-%m-%dT%H:%M:%SZ") if tls else None


def _age_s(oldest: str | None) -> float | None:
    if oldest is None:
        return None
    return max(0.0, (WallClock().now() - datetime.fromisoformat(oldest)).total_seconds())
