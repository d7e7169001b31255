"""The live view: what it costs while nobody looks and while somebody does, and what it does to results.

A session's server that shows 100 snapshots a second, a real uplink, a real mosquitto, a real recorder and the
public client, each a process; five results a second go through all of it. Simulated, and marked so.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.soak_writer import header, trial
from benchmarks.stage import cpu_s
from benchmarks.table import show
from station.demo.care import Care
from station.demo.run import free_port, mosquitto
from station.link.client import Client
from station.link.messages import LiveFrame, decode_ack, decode_envelope
from station.session.server import Server
from station.session.store import Store, new_id
from station.session.supervision import SUPERVISOR
from station.training.snapshot import LiveView, Snapshot

STATION: Final = "live-1"
SECONDS: Final = 5.0
SECONDS_FULL: Final = 45.0
RESULT_EVERY_S: Final = 0.2
SHOW_EVERY_S: Final = 0.01
WAIT_S: Final = 30.0
BROKER: Final = "listener {port} 127.0.0.1\nallow_anonymous true\nlog_type none\n"


class Row(NamedTuple):
    """One stretch of time. A frame is as old as its sample was when it came; results are told committed."""

    lease: str
    seconds: float
    snapshots_made: int
    frames: int
    frames_a_second: float
    kb: float
    frame_ms_p50: float | str
    frame_ms_p95: float | str
    results: int
    committed_ms_p50: float
    committed_ms_p95: float
    uplink_cpu_percent: float


class Session(threading.Thread):
    """Shows what a station in a hold shows, and counts what is made for whoever looks on from afar."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self._server = Server(path)
        self.snapshots = 0
        self.ended = False

    def run(self) -> None:
        count, next_s = 0, time.monotonic()
        while not self.ended:
            self._server.accept()
            for peer in list(self._server.peers):
                self._server.commands(peer)
            live = LiveView(load_n=700.0, x_mm=(count % 40) - 20.0, y_mm=3.0, in_target=True)
            now = Snapshot(
                phase="hold",
                t_ns=time.monotonic_ns(),
                sim=True,
                plate_mm=(400.0, 400.0),
                live=live,
                session="s",
            )
            self.snapshots += sum(p.name == SUPERVISOR and p.wants_snapshots for p in self._server.peers)
            self._server.show(now)
            count += 1
            next_s += SHOW_EVERY_S
            time.sleep(max(0.0, next_s - time.monotonic()))
        self._server.close()


class Ear:
    """Hears frames and acknowledgements at the broker, with the time each came."""

    def __init__(self, port: int) -> None:
        self.frames_ms: list[float] = []
        self.bytes = 0
        self.committed_ns: dict[str, int] = {}
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port)
        self._client.subscribe([(f"bal/v1/s/{STATION}/up/live", 0), (f"bal/v1/s/{STATION}/down/ack", 1)])
        self._client.loop_start()

    def _on_message(self, _client: Any, _data: Any, message: mqtt.MQTTMessage) -> None:
        now_ns = time.monotonic_ns()
        if message.topic.endswith("ack"):
            self.committed_ns |= dict.fromkeys(decode_ack(bytes(message.payload)).ids, now_ns)
            return
        envelope = decode_envelope(bytes(message.payload))
        frame = msgspec.json.decode(envelope.body, type=LiveFrame)
        self.frames_ms.append(now_ns / 1e6 - (envelope.mono_ms - frame.age_ms))
        self.bytes += len(message.payload)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class Bench:
    """All processes, in one folder."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        port, self._stack = free_port(), stack
        self.port, self.folder = port, folder
        (folder / "mosquitto.conf").write_text(BROKER.format(port=port))
        env = {"BALANCE_CARE_DATA": str(folder / "care"), "BALANCE_CARE_MQTT": f"127.0.0.1:{port}"}
        care = Care(env, stopped=lambda: False)
        care.ask("migrate")
        care.ask("enrol", STATION, "--patient", "Live (simulated)")
        self.session = Session(folder / "session.sock")
        self.session.start()
        stack.callback(setattr, self.session, "ended", True)  # noqa: FBT003
        self._start(mosquitto(), "-c", str(folder / "mosquitto.conf"))
        self._start(*care.command, "recorder", env=env)
        uplink = (sys.executable, "-m", "benchmarks.live_uplink", str(folder), str(port), STATION)
        self.uplink_pid = self._start(*uplink)
        self.client = stack.enter_context(Client("127.0.0.1", port))
        assert self.client.wait_connected(WAIT_S), self.client.why
        self.ear = stack.enter_context(closing(Ear(port)))
        self.store = stack.enter_context(Store(folder / "station.sqlite3"))

    def _start(self, *command: str, env: dict[str, str] | None = None) -> int:
        child = subprocess.Popen(command, env={**os.environ, **(env or {})}, stderr=subprocess.DEVNULL)
        self._stack.callback(child.wait)
        self._stack.callback(child.terminate)
        return child.pid

    def result(self) -> tuple[str, int]:
        """End a trial; return the id of its message, and when it was kept."""
        last = max((row.seq for row in self.store.outbox("result/trial", after=0, limit=1000)), default=0)
        self.store.keep_trial(trial(1, new_id()), b"", header(1))
        kept_ns = time.monotonic_ns()
        (row,) = self.store.outbox("result/trial", after=last, limit=1)
        return row.id, kept_ns

    def until_committed(self, ids: list[str]) -> None:
        """Return when the care side has said so of all of these."""
        end_s = time.monotonic() + WAIT_S
        while not self.ear.committed_ns.keys() >= set(ids):
            assert time.monotonic() < end_s, "the care side commits nothing"
            time.sleep(0.01)

    @contextmanager
    def looked_at(self) -> Iterator[None]:
        """Look on with the public client, which holds the lease."""
        ended = threading.Event()

        def look() -> None:
            with closing(self.client.watch(STATION)) as looks:
                for _ in looks:
                    if ended.is_set():
                        return

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        end_s = time.monotonic() + WAIT_S
        while not self.ear.frames_ms:
            assert time.monotonic() < end_s, "no frame comes"
            time.sleep(0.01)
        yield
        ended.set()
        thread.join()


def stretch(bench: Bench, lease: str, seconds: float) -> Row:
    """Let results go through for so long."""
    ear, session = bench.ear, bench.session
    begun_s, cpu_before = time.monotonic(), cpu_s(bench.uplink_pid)
    frames, bytes_, snapshots = len(ear.frames_ms), ear.bytes, session.snapshots
    kept: dict[str, int] = {}
    while time.monotonic() - begun_s < seconds:
        id_, kept_ns = bench.result()
        kept[id_] = kept_ns
        time.sleep(max(0.0, begun_s + len(kept) * RESULT_EVERY_S - time.monotonic()))
    took_s, cpu = time.monotonic() - begun_s, cpu_s(bench.uplink_pid) - cpu_before
    made, seen, kb = session.snapshots - snapshots, ear.frames_ms[frames:], (ear.bytes - bytes_) / 1000
    bench.until_committed(list(kept))
    took_ms = _p50_p95([(ear.committed_ns[id_] - kept_ns) / 1e6 for id_, kept_ns in kept.items()])
    frame_ms: tuple[float | str, float | str] = _p50_p95(seen) if seen else ("", "")
    per_s, cpu_percent = len(seen) / took_s, 100 * cpu / took_s
    return Row(lease, took_s, made, len(seen), per_s, kb, *frame_ms, len(kept), *took_ms, cpu_percent)


def _p50_p95(values: list[float]) -> tuple[float, float]:
    return statistics.median(values), statistics.quantiles(values, n=20)[-1]


def main(*, full: bool) -> None:
    """Print the table: nobody looks, somebody does, and nobody any more."""
    seconds = SECONDS_FULL if full else SECONDS
    with tempfile.TemporaryDirectory(prefix="balance-live-") as folder, ExitStack() as stack:
        bench = Bench(Path(folder), stack)
        bench.until_committed([bench.result()[0]])
        rows = [stretch(bench, "nobody", seconds)]
        with bench.looked_at():
            rows.append(stretch(bench, "held", seconds))
        end_s = time.monotonic() + WAIT_S
        while bench.session.snapshots and _is_looked_at(bench) and time.monotonic() < end_s:
            time.sleep(0.1)
        rows.append(stretch(bench, "lapsed", seconds))
        show("The live view, and results beside it", rows)


def _is_looked_at(bench: Bench) -> bool:
    before = bench.session.snapshots
    time.sleep(0.5)
    return bench.session.snapshots != before


if __name__ == "__main__":
    main(full=False)
