"""The recorder: what stations send goes into the database, prescriptions go out to them.

One loop and no threads: the network fills `_inbox`, and between two looks at the network all of it is
stored in one transaction. Only after that commit is a message acknowledged, to broker and station.
"""

import logging
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Final, NamedTuple, Self

from django.db import DatabaseError, InterfaceError, close_old_connections
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, error_string
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from station.link import messages
from station.link.broker import Broker
from ui.care.recording import pulse
from ui.care.recording.heard import Arrival
from ui.care.recording.host import Host, Said
from ui.care.recording.intake import Receipt, store
from ui.care.trust import outgoing

logger = logging.getLogger(__name__)

KEEPALIVE_S: Final = 12
SESSION_EXPIRY_S: Final = 7 * 24 * 3600  # the broker keeps what comes while the recorder is away this long
RECEIVE_MAXIMUM: Final = 200  # messages not yet acknowledged; bounds what a database in trouble makes us hold
IDS_PER_ACK: Final = 100
GATHER_S: Final = 0.05  # from one set to the next: a set costs nearly the same for one result as for ten
OUTGOING_EVERY_S: Final = 1.0
BACKOFF_S: Final = (0.2, 1.0, 2.0)

_connect_properties: Final = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
_connect_properties.SessionExpiryInterval = SESSION_EXPIRY_S
_connect_properties.ReceiveMaximum = RECEIVE_MAXIMUM


class _Pending(NamedTuple):
    """A message that is not acknowledged yet: it must be stored first."""

    arrival: Arrival
    mid: int
    qos: int


class Recorder:
    """One recorder of a site; several may run when each has its own `name` and all the same `group`.

    `turn` does everything that is due and returns. `run` calls it until `stopped` says so.
    """

    def __init__(
        self,
        broker: Broker,
        *,
        group: str,
        name: str = "1",
        monotonic_s: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._broker, self._name = broker, name
        self._filters: Final = (
            messages.uplink_filter(group), *messages.PRESENCE_FILTERS, messages.HOST_STATE
        )  # fmt: skip
        self._host = Host(name)
        self._monotonic_s = monotonic_s
        self._pause = pause
        self._inbox: list[_Pending] = []
        self._must_repeat = False
        self._publishing: dict[int, outgoing.Letter] = {}  # on their way to the broker, by message number
        self._published: list[outgoing.Letter] = []
        self._failures = 0
        self._said = ""  # of why there is no connection
        self._trouble = ""  # of the database, in its words
        self._stored_s = -math.inf
        self._next_try_s = -math.inf
        self._next_outgoing_s = -math.inf
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"balance-recorder-{name}",
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
        )
        if broker.tls:
            self._client.tls_set_context(broker.tls.context)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._client.on_publish = self._on_publish
        self._client.will_set(messages.HOST_STATE, self._host.will(), qos=1, retain=True)

    @property
    def is_connected(self) -> bool:
        """Whether the broker answered and the connection stands."""
        return self._client.is_connected()

    def run(self, stopped: Callable[[], bool]) -> None:
        """Record until `stopped`."""
        while not stopped():
            self.turn()

    def turn(self, wait_s: float = 0.5) -> None:
        """Wait for the network at most this long, then store, acknowledge and send what is due."""
        if not self._listen(wait_s):
            self._connect_when_due(wait_s)
        try:
            self._record()
            self._send()
            self._database(trouble="")
        except (DatabaseError, InterfaceError) as error:
            self._database(trouble=" ".join(str(error).split()))  # PostgreSQL's has several lines
            close_old_connections()
            self._pause(wait_s)
        if self.is_connected:
            self._say(self._host.news(self._monotonic_s(), backlog=len(self._inbox)))

    def _database(self, *, trouble: str) -> None:
        """Note whether the database takes what comes; say each change once, however often it was tried."""
        if trouble and trouble != self._trouble:
            logger.error("the database takes nothing now, trying again: %s", trouble)
        elif self._trouble and not trouble:
            logger.warning("the database takes what comes again; nothing was acknowledged meanwhile")
        self._trouble = trouble
        self._host.database(takes=not trouble)

    def _say(self, said: Iterable[Said]) -> None:
        for topic, payload in said:
            self._client.publish(topic, payload, qos=1, retain=True)

    def _listen(self, wait_s: float) -> bool:
        """Return whether the connection stands; reads all that is there, so that one commit serves many."""
        known = len(self._inbox)
        result = self._client.loop(wait_s)
        early_s = self._stored_s + GATHER_S - self._monotonic_s()
        if self._inbox and early_s > 0:
            self._pause(early_s)
        while result == MQTTErrorCode.MQTT_ERR_SUCCESS and known < len(self._inbox) < RECEIVE_MAXIMUM:
            known = len(self._inbox)
            result = self._client.loop(0)
        return result == MQTTErrorCode.MQTT_ERR_SUCCESS

    def close(self) -> None:
        """Say goodbye; what comes meanwhile waits at the broker. May be called twice."""
        if self._client.is_connected():
            self._say(self._host.gone())
            self._client.disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _connect_when_due(self, wait_s: float) -> None:
        if self._monotonic_s() < self._next_try_s:
            self._pause(wait_s)
            return
        host, port, _ = self._broker
        try:
            result = self._client.connect(
                host, port, KEEPALIVE_S, clean_start=False, properties=_connect_properties
            )
        except OSError as error:
            self._retry_later(f"no broker at {self._broker} ({error.strerror or error})")
            return
        if result != MQTTErrorCode.MQTT_ERR_SUCCESS:  # ended before the first write; no callback says so
            self._retry_later(f"lost the broker at {self._broker} ({error_string(result)})")

    def _why(self, otherwise: str) -> str:
        """Return what TLS knows of a failure, else this."""
        tls = self._broker.tls
        return (tls.why(str(self._broker)) if tls else None) or otherwise

    def _retry_later(self, otherwise: str) -> None:
        why = self._why(otherwise)
        if why != self._said:
            logger.warning("%s; trying again", why)
        self._said = why
        delay_s = BACKOFF_S[min(self._failures, len(BACKOFF_S) - 1)]
        self._failures += 1
        self._next_try_s = self._monotonic_s() + delay_s

    def _record(self) -> None:
        """Store everything that came, then acknowledge it."""
        if not self._inbox:
            if self._trouble:
                pulse.beat(self._name)  # whether it takes anything again shows only by writing
            return
        # The station first: killed in between, the broker gives all of it to a recorder again.
        self._stored_s = self._monotonic_s()
        self._acknowledge(store([pending.arrival for pending in self._inbox]))
        for pending in self._inbox:
            if pending.qos:
                self._client.ack(pending.mid, pending.qos)
        self._inbox.clear()

    def _acknowledge(self, receipts: Sequence[Receipt]) -> None:
        by_station: defaultdict[str, list[str]] = defaultdict(list)
        for receipt in receipts:
            by_station[receipt.station].append(receipt.id)
        for station, ids in by_station.items():
            for start in range(0, len(ids), IDS_PER_ACK):
                ack = messages.Ack(ids=tuple(ids[start : start + IDS_PER_ACK]))
                self._client.publish(messages.down_topic(station, "ack"), messages.encode(ack), qos=1)

    def _send(self) -> None:
        """Send what waits for stations, and note what the broker has taken."""
        if self._published:
            outgoing.mark_sent(self._published)
            self._published.clear()
        if not self.is_connected:
            return
        if self._must_repeat:
            self._publish_letters(outgoing.newest())
            self._must_repeat = False
        if self._monotonic_s() >= self._next_outgoing_s:
            self._next_outgoing_s = self._monotonic_s() + OUTGOING_EVERY_S
            self._publish_letters(outgoing.waiting())

    def _publish_letters(self, letters: Iterable[outgoing.Letter]) -> None:
        on_their_way = set(self._publishing.values())
        for letter in letters:
            if letter in on_their_way:
                continue
            info = self._client.publish(letter.topic, letter.document, qos=1, retain=True)
            self._publishing[info.mid] = letter

    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, _p: Properties | None
    ) -> None:
        if reason.is_failure:
            self._retry_later(f"the broker at {self._broker} refuses the recorder ({reason})")
            return
        logger.info("connected to the broker at %s", self._broker)
        self._failures, self._said = 0, ""
        if self._broker.tls and (reminder := self._broker.tls.reminder()):
            logger.warning("%s", reminder)
        client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in self._filters])
        self._say(self._host.here(self._monotonic_s(), backlog=len(self._inbox)))
        self._must_repeat = True  # a broker that was restarted may have forgotten what it had retained

    def _on_disconnect(
        self, _c: Client, _data: object, _flags: DisconnectFlags, reason: ReasonCode, _p: Properties | None
    ) -> None:
        # What was not acknowledged comes again, under new message numbers: old ones must not be used on it.
        self._inbox.clear()
        self._publishing.clear()
        if reason.is_failure:
            self._retry_later(f"lost the broker at {self._broker} ({reason})")

    def _on_subscribe(
        self, _c: Client, _data: object, _mid: int, reasons: list[ReasonCode], _p: Properties | None
    ) -> None:
        for topic, reason in zip(self._filters, reasons, strict=False):
            if reason.is_failure:
                logger.error("the broker does not let the recorder read %s (%s)", topic, reason)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        if message.topic == messages.HOST_STATE:
            self._client.ack(message.mid, message.qos)
            self._say(self._host.heard(bytes(message.payload), self._monotonic_s(), backlog=len(self._inbox)))
            return
        if message.qos == 0 and len(self._inbox) >= RECEIVE_MAXIMUM:
            return  # nobody waits for an answer to it
        self._inbox.append(
            _Pending(
                Arrival(message.topic, bytes(message.payload), retained=message.retain),
                message.mid,
                message.qos,
            )
        )

    def _on_publish(
        self, _client: Client, _data: object, mid: int, reason: ReasonCode, _p: Properties | None
    ) -> None:
        letter = self._publishing.pop(mid, None)
        if reason.is_failure:
            logger.error("the broker does not take a message of the recorder (%s)", reason)
        elif letter is not None:
            self._published.append(letter)
