"""The uplink process: what waits in the outbox to the care team, what the care team says to the session."""

import queue
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from station.errors import MessageError, StoreError
from station.link import connection
from station.link.broker import Broker
from station.link.connection import Connection
from station.link.correction import corrected
from station.link.desk import KINDS, Desk, Facts
from station.link.handover import Handover, Handovers
from station.link.messages import (
    HOST_STATE,
    MAX_MESSAGE_BYTES,
    decode_ack,
    down_topic,
    rx_topic,
)
from station.link.outbox import Pump
from station.link.reach import CareWatch
from station.link.steering import Outlet, Steering
from station.link.telling import Telling
from station.link.wrap import wrap
from station.notify import Watchdog
from station.session.care_side import CARE_NOTE, known_care_side
from station.session.client import SessionClient
from station.session.clock import WallClock
from station.session.protocol import MAX_DOCUMENT_BYTES, Health, Prescribe, Refused
from station.session.store import Header, Outgoing, Store
from station.training.health import MachineHealth
from station.training.prescription import Limits

TURN_S: Final = 0.1
RESTING_TURN_S: Final = 0.5  # nobody trains; what the network says is heard at once all the same
LIVE_TURN_S: Final = 0.02
SESSION_RETRY_S: Final = 1.0


class Uplink:
    """One connection and one database, in one loop.

    Its end disturbs nothing: the outbox stays, and the session does not wait for it.
    """

    def __init__(  # noqa: PLR0913 - all that it works with
        self,
        store: Store,
        *,
        station: str,
        limits: Limits,
        header: Callable[[], Header],
        socket: Path,
        log: Callable[[str], None],
        traces: bool = True,
        machine: Callable[[], MachineHealth] = MachineHealth,
        wall: WallClock | None = None,
    ) -> None:
        """`machine` reads the computer; `traces` False: no raw trace leaves it. Raises StoreError."""
        if not traces:
            store.withdraw_traces()
        self._store = store
        self._desk: Desk | None = None
        self._station = station
        self._telling = Telling(store, station, limits, header, machine)
        self._socket = socket
        self._log = log
        self._pump = Pump(store.outbox)
        self._session: SessionClient | None = None
        self._session_at_s = 0.0
        self._handovers = Handovers(store.outbox)
        self._rx_version: int | None = None
        self._training = False  # somebody is in a session; False too while no session runs
        self._traces = traces
        self._seen_version = -1
        self._room_was_made = False
        self._broker: Broker | None = None
        self._why = ""  # the broker is away, as it was said last
        self._stopping = False
        outlet = Outlet(
            reply=lambda answer: self._publish(
                "reply/command", self._telling.message("reply/command", answer)
            ),
            show=lambda frame: self._publish("live", self._telling.message("live", frame), qos=0),
            raw_again=self._post_trace,
            log=log,
        )
        self._wall = wall or WallClock()
        self._steering = Steering(store, socket, outlet, wall=self._wall)
        self._care = CareWatch(known_care_side(store))
        self._connection = Connection(station, will=self._telling.state(online=False))

    def attend(self, desk: Desk) -> None:
        """Have keyrings and certificates dealt with at this desk; to be called before `begin`."""
        self._desk = desk

    def run(self, broker: Broker, signs: Watchdog | None = None) -> None:
        """Serve until `stop`; the service manager hears of turns while the network is served too.

        Raises StoreError when the database was restored meanwhile.
        """
        signs = signs or Watchdog(None)
        self.begin(broker)
        try:
            while not self._stopping:
                self.turn(self._turn_s)
                self.sign(signs)
            signs.stopping()
        finally:
            self.close()
        if self._store.was_replaced():
            raise StoreError("the database was restored of its backup; the uplink has to start again with it")

    @property
    def _turn_s(self) -> float:
        if self._steering.watched:
            return LIVE_TURN_S
        return TURN_S if self._training else RESTING_TURN_S

    def sign(self, signs: Watchdog) -> None:
        """Tell the service manager of a turn; it is a sign of life while the network is served."""
        status = f"connected to {self._whose}" if self._connection.stands else self._away
        signs.turned(time.monotonic_ns(), status, alive=self._connection.is_served)

    @property
    def _whose(self) -> str:
        return self._broker.words if self._broker else "the broker"

    @property
    def _away(self) -> str:
        return f"{self._whose} is away; results wait on this station"

    def begin(self, broker: Broker) -> None:
        """Start to connect; from then on `turn` must be called again and again."""
        self._broker = broker
        self._connection.open(broker)

    def close(self) -> None:
        """Say that the station leaves, and go. The database is the caller's."""
        self._publish("state", self._telling.state(online=False), retain=True)
        self._connection.close()
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
            self._on_heard(*self._connection.heard.get(timeout=wait_s))
            while True:
                self._on_heard(*self._connection.heard.get_nowait())
        self._steering.turn()
        if self._desk and self._desk.turn(self._publish_paper, connected=self._connection.stands):
            self._connect_anew()
        self._on_care(news=self._care.turn(time.monotonic(), self._clock()))
        try:
            self._talk_to_session()
            if self._connection.stands:
                look = self._worth_a_look()
                for row in self._pump.due(time.monotonic(), look=look, traces=not self._training):
                    self._send(row)
                self._telling.look(time.monotonic())
                if self._telling.presence.due(self._rx_version, time.monotonic()):
                    self._publish_birth()
        except StoreError as error:
            self._log(str(error))

    def _worth_a_look(self) -> bool:
        """Return whether there may be rows to send that were not there, or had no room, the last time."""
        if self._store.was_replaced():
            self._stopping = True  # what is sent and acknowledged belongs into the new one
        version = self._store.outbox_version()
        worth = self._room_was_made or version != self._seen_version
        if version != self._seen_version:
            self._rx_version = self._store.applied_version()
        self._seen_version, self._room_was_made = version, False
        return worth

    def _on_heard(self, topic: str, payload: bytes) -> None:
        if topic == connection.CONNECTED:
            self._on_connected()
        elif topic == down_topic(self._station, "ack"):
            self._on_ack(payload)
        elif topic.startswith(down_topic(self._station, "rx")):
            self._on_prescription(topic, payload)
        elif topic == down_topic(self._station, "cmd"):
            self._steering.hear(payload)
        elif self._desk and (kind := topic.removeprefix(down_topic(self._station, ""))) in KINDS:
            self._hear_paper(self._desk, kind, payload)
        elif topic == HOST_STATE:
            self._on_care(news=self._care.heard(payload, self._clock()))
        elif topic == connection.REFUSED:
            self._log(f"the broker refuses this station: {payload.decode()}")
        elif topic == connection.DENIED:
            self._log(f"the broker denied a message: {payload.decode()}")
        elif topic == connection.AWAY:
            self._on_away()

    def _hear_paper(self, desk: Desk, kind: str, payload: bytes) -> None:
        keys = desk.facts().keys
        if desk.hear(kind, payload, self._publish_paper):
            self._connect_anew()
        elif desk.facts().keys != keys:
            self._publish_birth()

    def _connect_anew(self) -> None:
        if self._broker is not None:
            self._connection.open_anew(self._broker, will=self._telling.state(online=False))

    def _publish_paper(self, kind: str, body: msgspec.Struct) -> None:
        self._publish(kind, self._telling.message(kind, body))

    def _on_away(self) -> None:
        """Say why, once for each reason: it is tried again and again."""
        broker = self._broker
        why = broker.tls.why(str(broker)) if broker and broker.tls else None
        why = f"{why}; results wait on this station" if why else self._away
        if why != self._why:
            self._log(why)
        self._why = why
        self._on_care(news=self._care.away(self._clock()))

    def _clock(self) -> str:
        return self._wall.text()

    def _on_care(self, *, news: bool) -> None:
        """Remember since when the care team's computer answers or not: screen and check say so."""
        if news and self._care.now is not None:
            with suppress(StoreError):
                self._store.remember(CARE_NOTE, msgspec.json.encode(self._care.now))

    def _on_prescription(self, topic: str, payload: bytes) -> None:
        if len(payload) > MAX_DOCUMENT_BYTES:
            self._log(f"prescription: {len(payload)} bytes are too large, left aside")
        elif payload:  # an empty one only clears what the broker kept
            self._handovers.take(topic, payload)

    def _on_connected(self) -> None:
        self._log(f"connected to {self._whose}")
        self._why = ""
        reminder = self._broker.tls.reminder() if self._broker and self._broker.tls else None
        if reminder is not None and not (self._desk and self._desk.renews):
            self._log(reminder)
        station = self._station
        self._connection.listen(
            down_topic(station, "ack"),
            down_topic(station, "cmd"),
            rx_topic(station, None),
            rx_topic(station, "+"),
            *(down_topic(station, kind) for kind in KINDS if self._desk),
            HOST_STATE,
        )
        self._care.connected(time.monotonic())
        self._publish("state", self._telling.state(online=True), retain=True)
        if self._desk:
            self._desk.connected(self._publish_paper)
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
        self._on_care(news=self._care.answered(self._clock()))
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
                    self._telling.presence.board = notice.board
                    self._telling.troubles = notice.machine.troubles if notice.machine else ()
                    self._on_training(training=notice.training)
                elif isinstance(notice, Refused):  # the uplink asks nothing else of it
                    self._log(f"the session does not take the prescription now: {notice.reason}")
            for handover, document in self._handovers.due():
                self._hand_over(self._session, handover, document)
        except (ConnectionError, MessageError):
            if self._session is not None:
                self._session.close()
                self._session = None
            self._on_training(training=False)

    def _on_training(self, *, training: bool) -> None:
        """Let traces wait for the end of a session."""
        self._room_was_made = self._room_was_made or (self._training and not training)
        self._training = training

    def _post_trace(self, trial: str) -> bool:
        if not self._traces:
            raise StoreError("this station sends no traces ([link] raw in its configuration)")
        return self._store.post_trace_again(trial, self._telling.newest_header())

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
        self._connection.publish(kind, payload, qos=qos, retain=retain)

    def _send(self, row: Outgoing) -> None:
        # The row keeps what the clock said; what is known by now goes with the message.
        is_set = row.header.clock == "synced"
        t_corrected = None if is_set else corrected(row.header, self._telling.newest_header())
        payload = wrap(
            self._station,
            row.type,
            row.header,
            msgspec.Raw(row.body),
            id_=row.id,
            seq=row.seq,
            t_corrected=t_corrected,
        )
        if len(payload) > MAX_MESSAGE_BYTES:
            size = f"{len(payload)} bytes are more than the care side reads"
            self._log(f"{row.type} {row.id}: {size}; kept here, not sent")
            self._pump.set_aside(row)
            self._room_was_made = True
            return
        self._publish(row.type, payload)

    def _publish_birth(self) -> None:
        self._rx_version = self._store.applied_version()
        self._telling.look(time.monotonic())
        self._telling.presence.told(self._rx_version, time.monotonic())
        papers = self._desk.facts() if self._desk else Facts()
        self._publish(
            "birth", self._telling.birth(self._rx_version, self._certificate_until(), papers), retain=True
        )

    def _certificate_until(self) -> str | None:
        tls = self._broker.tls if self._broker else None
        return tls.identity.ends.strftime("%Y-%m-%dT%H:%M:%SZ") if tls else None
