"""The client's one MQTT connection: a network thread that only takes notes, a caller who waits for them."""

import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterable
from typing import Any, Final

import paho.mqtt.client as mqtt
import uuid_utils
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from station.link.broker import Broker
from station.link.heard import Answer, Heard, Link, Message, Refused, read
from station.link.inbox import Inbox
from station.link.messages import (
    CommandReply,
    LiveFrame,
    RemoteCommand,
    State,
    StationEvent,
    down_topic,
    encode,
    up_topic,
)

KEEP_ALIVE_S: Final = 15
SESSION_S: Final = 3600  # so long the broker keeps what is said while the connection is away
NOT_CONNECTED: Final = "the station is not connected to the broker"
NOBODY_LISTENS: Final = 16  # MQTT 5, section 3.4.2.1
SHORT_S: Final = 5.0
MOST_SHORT: Final = 2
TAKEN_OVER: Final = (
    "the broker at {broker} ends the connection again and again: another client may use the same "
    "certificate, and each needs one of its own"
)
NEW_ONLY: Final = 1  # retained messages come with a new subscription, not with one that is renewed
MOST_PENDING: Final = 1_000
MOST_EVENTS: Final = 500
AWAY: Final = "the broker at {broker} does not answer; it is tried again"


class Waiting:
    """A command on its way: its answer, once there is one."""

    def __init__(self, station: str, command: RemoteCommand) -> None:
        self.station, self.command = station, command
        self.mid: int | None = None
        self.answer: Answer | None = None

    def end(self, state: Any, reason: str = "") -> Answer:
        """Note what became of it; the first word counts."""
        if self.answer is None:
            self.answer = Answer(self.station, self.command.id, self.command.kind, state, reason)
        return self.answer


class Connection:
    """One connection to the broker. Every method but the callbacks is the caller's thread's."""

    def __init__(self, broker: Broker, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._broker = broker
        self._now_s = now_s
        self._changed = threading.Condition()
        # Several threads may want and let go of one topic: the broker must hear of it in the same order.
        self._in_order = threading.Lock()
        self._inbox = Inbox(now_s)
        self._filters: Counter[str] = Counter()
        self._followed: tuple[str, ...] = ()
        self._live = False
        self._waiting: OrderedDict[str, Waiting] = OrderedDict()  # by the command's id
        self._taken: OrderedDict[int, ReasonCode] = OrderedDict()  # what the broker said, by message number
        self._frames: dict[str, Message | None] = {}  # the newest not looked at yet, of stations looked at
        self._events: deque[Message] = deque(maxlen=MOST_EVENTS)  # of stations looked at with them
        self._eventful: set[str] = set()
        self._offline: set[str] = set()
        self._closed = False
        self._up_s = 0.0  # since when it stands
        self._told = True  # the follower knows whether it stands
        self._short = 0  # how often in a row it stood for a moment only
        self.up = False
        self.why = ""  # it was not tried yet
        self._client = self._make_client()
        self._client.loop_start()

    def _make_client(self) -> mqtt.Client:
        # The same at every return, or the broker would not know whose messages it kept. Over TLS it takes the
        # name in the certificate instead.
        own_id = f"balance-client-{uuid_utils.uuid4()}"
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=own_id, protocol=mqtt.MQTTv5)
        if self._broker.tls is not None:
            client.tls_set_context(self._broker.tls.context)
        client.reconnect_delay_set(1, 30)
        client.on_connect = self._on_connect
        client.on_connect_fail = lambda _client, _data: self._lost("")
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_S
        client.connect_async(
            self._broker.host, self._broker.port, keepalive=KEEP_ALIVE_S, properties=properties
        )
        return client

    # -- the network thread: nothing here may raise or wait -------------------------------------------------

    def _on_connect(
        self, client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _p: Properties | None
    ) -> None:
        if reason.is_failure:
            self._lost(f"the broker at {self._broker} refuses this client ({reason})")
            return
        with self._changed:
            self.up, self.why, self._up_s = True, "", self._now_s()
            self._told = False
            self._changed.notify_all()
            filters = list(self._filters)
        self._subscribe(client, filters)

    def _on_subscribe(self, *_: Any) -> None:
        with self._changed:
            if not self._told:  # only now nothing is missed any more
                self._told = True
                self._note(Link(up=True))

    def _on_disconnect(
        self, client: mqtt.Client, _data: Any, _flags: Any, _reason: ReasonCode, _p: Properties | None
    ) -> None:
        # mosquitto ends the older of two sessions of one name, and over TLS without a word.
        stood_for_a_moment = self.up and self._now_s() - self._up_s < SHORT_S
        self._short = self._short + 1 if stood_for_a_moment else 0
        if self._short > MOST_SHORT and self._broker.tls is not None:
            client.reconnect_delay_set(30, 120)  # two must not fight by the second
            self._lost(TAKEN_OVER.format(broker=self._broker))
        else:
            self._lost("")

    def _lost(self, said: str) -> None:
        tls = self._broker.tls
        why = said or (tls.why(str(self._broker)) if tls else None) or AWAY.format(broker=self._broker)
        with self._changed:
            news = (self.up or why != self.why) and not self._closed
            self.up, self.why = False, why
            if news:
                self._note(Link(up=False, why=why))

    def _note(self, heard: Heard) -> None:
        if self._followed:
            self._inbox.put(heard)
        self._changed.notify_all()

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        topic, payload, came_s = message.topic, bytes(message.payload), self._now_s()
        heard: Message | Refused
        try:
            heard = read(topic, payload, retained=message.retain)
        except Exception as error:  # noqa: BLE001 - an exception would end this thread, and nobody would know
            heard = Refused(topic, payload, f"message not understood: {error}")
        with self._changed:
            if isinstance(heard, Message):
                if not self._inbox.is_new(heard):
                    return
                heard = self._inbox.aged(heard, came_s)
                self._look(heard)
            live = isinstance(heard, Message) and isinstance(heard.body, LiveFrame)
            followed = any(mqtt.topic_matches_sub(each, topic) for each in self._followed)
            if followed and (self._live or not live):
                self._inbox.put(heard)
            self._changed.notify_all()

    def _look(self, message: Message) -> None:
        """Take what somebody waits for: the answer to a command, a frame, whether a station is there."""
        body = message.body
        if isinstance(body, CommandReply):
            waiting = self._waiting.get(body.command)
            if waiting is not None and waiting.station == message.station:
                waiting.end(body.state, body.reason)
        elif isinstance(body, LiveFrame) and message.station in self._frames:
            self._frames[message.station] = message
        elif isinstance(body, StationEvent) and message.station in self._eventful:
            self._events.append(message)
        elif isinstance(body, State):
            (self._offline.discard if body.online else self._offline.add)(message.station)

    def _on_publish(
        self, _client: mqtt.Client, _data: Any, mid: int, reason: ReasonCode, _p: Properties | None
    ) -> None:
        with self._changed:
            self._taken[mid] = reason
            if len(self._taken) > MOST_PENDING:
                self._taken.popitem(last=False)
            for waiting in self._waiting.values():
                self._look_at_receipt(waiting)
            self._changed.notify_all()

    def _look_at_receipt(self, waiting: Waiting) -> None:
        """Take what the broker said of a command that is on its way."""
        reason = None if waiting.mid is None else self._taken.pop(waiting.mid, None)
        if reason is None:
            return
        if reason.is_failure:
            waiting.end("not_sent", f"the broker does not let this client command a station ({reason})")
        elif reason.value == NOBODY_LISTENS:
            waiting.end("not_sent", NOT_CONNECTED)

    # -- the caller's thread -------------------------------------------------------------------------------

    def _subscribe(self, client: mqtt.Client, filters: Iterable[str]) -> None:
        options = SubscribeOptions(qos=1, retainHandling=NEW_ONLY)
        if wanted := [(each, options) for each in filters]:
            client.subscribe(wanted)

    def _want(self, filters: Iterable[str], *, again: bool = False) -> None:
        with self._in_order:
            with self._changed:
                new = [each for each in filters if again or not self._filters[each]]
                self._filters.update(filters)
                up = self.up
            if up:  # else with the connection
                self._subscribe(self._client, new)

    def _want_no_more(self, filters: Iterable[str]) -> None:
        with self._in_order:
            with self._changed:
                self._filters.subtract(filters)
                gone = [each for each in filters if self._filters[each] <= 0]
                for each in gone:
                    del self._filters[each]
                up = self.up
            if up and gone:
                self._client.unsubscribe(gone)

    def listen(self, filters: list[str], *, live: bool) -> None:
        """Let what comes on these topics wait for `next`."""
        with self._changed:
            self._followed, self._live = tuple(filters), live
            self._told = False
            if self.why:
                self._inbox.put(Link(up=False, why=self.why))
        self._want(filters, again=True)

    def listen_no_more(self) -> None:
        """Let go of what waits."""
        filters = self._followed
        with self._changed:
            self._followed = ()
            self._inbox.clear()
        self._want_no_more(filters)

    def next(self, end_s: float) -> Heard | None:
        """Return what came next, None at this time or when the connection was closed."""
        with self._changed:
            while (heard := self._inbox.take()) is None and not self._closed:
                left_s = end_s - self._now_s()
                if left_s <= 0:
                    break
                self._changed.wait(min(left_s, KEEP_ALIVE_S))
            return heard

    def wait_for(self, so: Callable[[], bool], timeout_s: float) -> bool:
        """Return whether it is so within this time."""
        with self._changed:
            return self._changed.wait_for(lambda: so() or self._closed, timeout_s) and not self._closed

    def send(self, station: str, command: RemoteCommand, valid_s: float) -> Waiting:
        """Send a command, and have its answer waited for."""
        self._want([up_topic(station, "reply/command")])
        waiting = Waiting(station, command)
        with self._changed:
            self._waiting[command.id] = waiting
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.MessageExpiryInterval = max(1, round(valid_s))
        info = self._client.publish(down_topic(station, "cmd"), encode(command), qos=1, properties=properties)
        with self._changed:
            waiting.mid = info.mid
            self._look_at_receipt(waiting)
        return waiting

    def settle(self, waiting: Waiting, reason: str) -> Answer:
        """Return what became of a command; nothing came back for this reason where there is no answer."""
        with self._changed:
            known = self._waiting.pop(waiting.command.id, None)
            answer = waiting.end("unanswered", reason)
        if known is not None:
            self._want_no_more([up_topic(waiting.station, "reply/command")])
        return answer

    # -- looking on ----------------------------------------------------------------------------------------

    def look_at(self, station: str) -> None:
        """Keep the newest frame of this station for `frame`."""
        with self._changed:
            self._frames[station] = None
        self._want([up_topic(station, "live"), up_topic(station, "state")])

    def look_away(self, station: str) -> None:
        """Keep it no more."""
        with self._changed:
            self._frames.pop(station, None)
        self._want_no_more([up_topic(station, "live"), up_topic(station, "state")])

    def frame(self, station: str, wait_s: float) -> Message | None:
        """Return a frame that was not looked at yet, None when none comes within this time."""
        with self._changed:
            self._changed.wait_for(lambda: self._frames.get(station) is not None or self._closed, wait_s)
            frame = self._frames.get(station)
            if station in self._frames:
                self._frames[station] = None
            return frame

    def look_at_events(self, station: str) -> None:
        """Keep what this station, which is looked at, has to say for `fresh` too."""
        with self._changed:
            self._eventful.add(station)
        self._want([up_topic(station, "event")])

    def look_away_from_events(self, station: str) -> None:
        """Keep it no more."""
        with self._changed:
            self._eventful.discard(station)
        self._want_no_more([up_topic(station, "event")])

    def fresh(self, wait_s: float) -> tuple[list[Message], list[Message]]:
        """Return the newest frame of each station that was not looked at yet, and the events since.

        Both are empty when nothing comes within this time.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._events or self._closed or any(self._frames.values()), wait_s)
            frames = [frame for frame in self._frames.values() if frame is not None]
            self._frames = dict.fromkeys(self._frames)
            events = list(self._events)
            self._events.clear()
        return frames, events

    def is_offline(self, station: str) -> bool:
        """Return whether the station, or the broker for it, said that it is not there."""
        return station in self._offline

    def close(self) -> None:
        """End the connection, with which the broker forgets this client; may be called twice."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify_all()
        properties = Properties(PacketTypes.DISCONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = 0
        client = self._client
        client.disconnect(properties=properties)
        client.loop_stop()
        # Nothing of ours holds paho's client any more, so that its inner pair of sockets is closed with it.
        client.on_connect = client.on_connect_fail = client.on_disconnect = None
        client.on_message = client.on_publish = client.on_subscribe = None
