"""The MQTT connection of a station: what the network thread hears is put into a queue, and nothing else."""

import queue
import threading
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from station.link.broker import Broker
from station.link.messages import up_topic

KEEP_ALIVE_S: Final = 12
LONGEST_PAUSE_S: Final = 2  # between tries: who has the network back must not wait for the next one

# What is put into the queue in place of a topic when it is the connection itself that has news.
CONNECTED: Final = "!connected"
REFUSED: Final = "!refused"
DENIED: Final = "!denied"
AWAY: Final = "!away"

Heard = tuple[str, bytes]


class Connection:
    """One MQTT 5 connection, opened again until it is closed; `will` is its state once it is lost.

    In the network thread nothing may raise or wait.
    """

    def __init__(self, station: str, *, will: bytes) -> None:
        self.heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        self._station = station
        self._client = self._make_client(will)

    def _make_client(self, will: bytes) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=self._station, protocol=mqtt.MQTTv5)
        client.reconnect_delay_set(1, LONGEST_PAUSE_S)
        client.on_connect = self._on_connect
        client.on_connect_fail = lambda _client, _data: self.heard.put((AWAY, b""))
        client.on_disconnect = lambda *_: self.heard.put((AWAY, b""))
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.will_set(up_topic(self._station, "state"), will, qos=1, retain=True)
        return client

    def _on_connect(
        self,
        _client: mqtt.Client,
        _data: Any,
        _flags: Any,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self.heard.put((REFUSED, str(reason).encode()) if reason.is_failure else (CONNECTED, b""))

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self.heard.put((message.topic, bytes(message.payload)))

    def _on_publish(
        self, _client: mqtt.Client, _data: Any, _mid: int, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self.heard.put((DENIED, str(reason).encode()))

    @property
    def stands(self) -> bool:
        """Return whether the broker is connected now."""
        return self._client.is_connected()

    @property
    def is_served(self) -> bool:
        """Return whether the thread that serves the network lives; paho never starts it again."""
        name = f"paho-mqtt-client-{self._station}"
        return any(thread.name == name for thread in threading.enumerate())

    def open(self, broker: Broker) -> None:
        """Start to connect."""
        if broker.tls is not None:
            self._client.tls_set_context(broker.tls.context)
        self._client.connect_async(broker.host, broker.port, keepalive=KEEP_ALIVE_S, clean_start=True)
        self._client.loop_start()

    def open_anew(self, broker: Broker, *, will: bytes) -> None:
        """Connect with the certificate that the context holds now."""
        self.close()
        self._client = self._make_client(will)
        heard, self.heard = self.heard, queue.SimpleQueue()
        while not heard.empty():  # a word of the connection before must not count for this one
            if (told := heard.get())[0] != CONNECTED:
                self.heard.put(told)
        self.open(broker)

    def listen(self, *topics: str) -> None:
        """Ask for what is said on these topics."""
        self._client.subscribe([(topic, 1) for topic in topics])

    def publish(self, kind: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> None:
        """Send one message of this kind."""
        self._client.publish(up_topic(self._station, kind), payload, qos=qos, retain=retain)

    def close(self) -> None:
        """Go, after what was published has been sent."""
        self._client.disconnect()
        self._client.loop_stop()
        # Nothing of ours holds paho's client any more, so that its inner pair of sockets is closed with it.
        client = self._client
        client.on_connect = client.on_connect_fail = client.on_disconnect = None
        client.on_message = client.on_publish = None
