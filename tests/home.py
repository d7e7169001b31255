"""A station on the wire that answers commands as it is told to: for tests of whoever speaks to one."""

import time
from collections.abc import Callable
from typing import Final, Literal

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from station.link.messages import CommandReply, LiveFrame, RemoteCommand, down_topic
from ui.care.recording.examples import ExampleStation
from ui.care.recording.heard import Arrival

WAIT_S: Final = 10.0
State = Literal["done", "refused"]


class Home(ExampleStation):
    """A station on the wire, that answers each command as it is told to."""

    def __init__(self, port: int) -> None:
        super().__init__("home-1", "p-1")
        self.told: list[RemoteCommand] = []
        self.answers: list[tuple[State, str]] = []
        self.frames = 0  # sent after an answer
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_message = self._on_command
        ready: list[bool] = []
        self._client.on_subscribe = lambda *_: ready.append(True)
        self._client.connect("127.0.0.1", port)
        self._client.subscribe(down_topic("home-1", "cmd"), qos=1)
        self._client.loop_start()
        until(lambda: bool(ready))

    def _on_command(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        command = msgspec.json.decode(message.payload, type=RemoteCommand)
        self.told.append(command)
        if self.answers:
            state, reason = self.answers.pop(0)
            body = CommandReply(command=command.id, kind=command.kind, state=state, reason=reason)
            self._client.publish(*self.message(body, "reply/command")[:2], qos=1)
        for _ in range(self.frames):
            self._client.publish(*self.message(live(), "live")[:2], qos=0)
        self.frames = 0

    def say(self, *arrivals: Arrival, retain: bool = False, qos: int = 1) -> None:
        for topic, payload, _ in arrivals:
            self._client.publish(topic, payload, qos=qos, retain=retain).wait_for_publish(WAIT_S)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._client.on_message = self._client.on_subscribe = None


def until(so: Callable[[], bool]) -> None:
    end_s = time.monotonic() + WAIT_S
    while not so():
        assert time.monotonic() < end_s
        time.sleep(0.01)


def live(age_ms: float = 10.0) -> LiveFrame:
    return LiveFrame(
        phase="hold", age_ms=age_ms, session=None, routine=None, rung=None, side=None, attempt=1, held_s=1.0,
        hold_s=20.0, counting=True, paused_by=None, load_n=700.0, x_mm=1.0, y_mm=2.0, support_percent=None,
        target_x_mm=None, target_y_mm=None, target_radius_mm=None, in_target=True, plate_mm=(400, 400),
        board_fault=None, sim=True,
    )  # fmt: skip
