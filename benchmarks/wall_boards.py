"""Boards of a room on the wire, simulated and marked so: they show themselves while somebody holds a lease.

`python -m benchmarks.wall_boards PORT COUNT` lets them train until SIGTERM. `load_n` of a frame is the
moment at which it was made, by the wall clock, for the benchmark.
"""

import itertools
import math
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from station.link.messages import (
    CommandReply,
    Envelope,
    LiveFrame,
    RemoteCommand,
    State,
    StationEvent,
    encode,
    up_topic,
)
from station.session.store import new_id

EVERY_S: Final = 0.1
ROUTINES: Final = ("supported-standing", "tandem", "single-leg")
Change = Callable[[LiveFrame, float], LiveFrame | None]


class Boards:
    """Stations `board-1` and so on in one connection; `changes` has what one shows other than the usual."""

    def __init__(self, port: int, count: int, changes: dict[str, Change] | None = None) -> None:
        self.names = [f"board-{n + 1}" for n in range(count)]
        self.changes = changes or {}
        self.refuses: dict[str, str] = {}  # by kind of command
        self.heard: list[tuple[str, str]] = []  # station, kind; leases are counted
        self.leases = 0
        self.sent = 0
        self._until_s: dict[str, float] = {}
        self._seq: Iterator[int] = itertools.count(1)
        self._ended = threading.Event()
        self.boot = new_id()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_message = self._on_command
        self._client.on_connect = self._on_connect
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._thread = threading.Thread(target=self._train, daemon=True)
        self._thread.start()

    @property
    def watched(self) -> list[str]:
        """Return the boards of which somebody holds a lease now."""
        now_s = time.monotonic()
        return [name for name in self.names if self._until_s.get(name, 0.0) > now_s]

    def say(
        self, station: str, kind: str, body: msgspec.Struct, *, retain: bool = False, qos: int = 1
    ) -> None:
        """Let a board say something."""
        message = Envelope(
            id=new_id(), type=kind, station=station, boot=self.boot, seq=next(self._seq),
            t=datetime.now(UTC).isoformat(timespec="milliseconds"), mono_ms=time.monotonic_ns() // 1_000_000,
            clock="synced", subj=None, rx=None, sw="bench", cal="nominal", alg="cop-1", sim=True,
            body=msgspec.Raw(encode(body)),
        )  # fmt: skip
        self._client.publish(up_topic(station, kind), encode(message), qos=qos, retain=retain)

    def event(self, station: str, kind: str, /, **detail: Any) -> None:
        """Let something happen at a board."""
        self.say(station, "event", StationEvent(kind=kind, session=None, detail=detail))

    def online(self, station: str, *, online: bool) -> None:
        """Say that a board is there, or not."""
        self.say(station, "state", State(online=online, boot=self.boot), retain=True)

    def _on_connect(self, client: mqtt.Client, *_: Any) -> None:
        client.subscribe([(f"bal/v1/s/{name}/down/cmd", 1) for name in self.names])
        for name in self.names:
            self.online(name, online=True)

    def _on_command(self, _client: Any, _data: Any, message: mqtt.MQTTMessage) -> None:
        command = msgspec.json.decode(message.payload, type=RemoteCommand)
        station = message.topic.split("/")[3]
        if command.kind == "live":
            self._until_s[station] = time.monotonic() + command.lease_s
            self.leases += 1
        else:
            self.heard.append((station, command.kind))
        reason = self.refuses.get(command.kind, "")
        reply = CommandReply(
            command=command.id, kind=command.kind, state="refused" if reason else "done", reason=reason
        )
        self.say(station, "reply/command", reply)

    def _train(self) -> None:
        next_s = time.monotonic()
        while not self._ended.is_set():
            for place, name in enumerate(self.names):
                if self._until_s.get(name, 0.0) > next_s:
                    self._show(name, place, next_s)
            next_s += EVERY_S
            self._ended.wait(max(0.0, next_s - time.monotonic()))

    def _show(self, name: str, place: int, now_s: float) -> None:
        frame: LiveFrame | None = usual(place, now_s)
        change = self.changes.get(name)
        if change is not None and frame is not None:
            frame = change(frame, now_s)
        if frame is not None:
            self.say(name, "live", frame, qos=0)
            self.sent += 1

    def close(self) -> None:
        """Let them fall silent."""
        self._ended.set()
        self._thread.join()
        self._client.disconnect()
        self._client.loop_stop()
        self._client.on_message = self._client.on_connect = None


def usual(place: int, now_s: float) -> LiveFrame:
    """Return what a board shows in a cycle of a countdown, a hold of 20 s and a rest of 30 s."""
    at_s = (now_s + 7.3 * place) % 53
    phase = "countdown" if at_s < 3 else "hold" if at_s < 23 else "rest"
    held_s = min(20.0, max(0.0, at_s - 3))
    sway = [math.sin(now_s * f + place) * a for f, a in ((0.9, 9), (2.3, 5), (5.1, 2))]
    x_mm, y_mm = 20 + sum(sway), 14 * math.cos(0.7 * now_s + place) + sway[2]
    return msgspec.convert(
        {
            "phase": phase, "age_ms": 8.0, "session": "s", "routine": ROUTINES[place % 3],
            "rung": 1 + place % 3, "side": "left" if place % 3 == 2 else None, "attempt": 1 + place % 2,
            "held_s": held_s, "hold_s": 20.0,
            "counting": phase == "hold", "paused_by": None, "load_n": time.time(), "x_mm": x_mm, "y_mm": y_mm,
            "support_percent": 14 + 6 * math.sin(now_s / 2 + place), "target_x_mm": 20.0, "target_y_mm": 0.0,
            "target_radius_mm": 35.0, "in_target": math.hypot(x_mm - 20, y_mm) < 35,
            "plate_mm": (400.0, 400.0), "board_fault": None, "sim": True,
            "rest_s": 53 - at_s if phase == "rest" else None, "support_limit_percent": 40.0,
            "countdown_s": math.ceil(3 - at_s) if phase == "countdown" else None,
        },
        LiveFrame,
    )  # fmt: skip


def main() -> int:
    """Run until SIGTERM."""
    Boards(int(sys.argv[1]), int(sys.argv[2]))
    threading.Event().wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
