"""What the care team asks of a station now: passed on to the session, shown while it looks, and no longer."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from benchmarks.soak_writer import fill, header
from station.errors import StoreError
from station.link.live import EVERY_S
from station.link.messages import CommandReply, LiveFrame, encode
from station.link.steering import ANSWER_S, AWAY, Outlet, Steering
from station.session.clock import WallClock
from station.session.protocol import Command, Identify, Mark, Press
from station.session.server import Server
from station.session.store import Store
from station.session.supervision import CARE, SUPERVISOR
from station.training.snapshot import LiveView, Snapshot

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
IDLE = Snapshot(phase="hold", t_ns=1, sim=True, plate_mm=(400, 300), live=LiveView(load_n=700.0, x_mm=3.0))


class Room:
    """A session's server, and the steering of an uplink beside it; time passes by hand."""

    def __init__(self, folder: Path) -> None:
        self.now_s = 100.0
        self.replies: list[CommandReply] = []
        self.frames: list[LiveFrame] = []
        self.log: list[str] = []
        self.told: list[Command] = []
        self.count = 0
        self.path = folder / "session.sock"
        self.server: Server | None = Server(self.path)
        self.store = Store(folder / "station.sqlite3")
        self.steering = self.another()

    def another(self) -> Steering:
        outlet = Outlet(
            reply=self.replies.append,
            show=self.frames.append,
            raw_again=lambda trial: self.store.post_trace_again(trial, header(1)),
            log=self.log.append,
        )
        wall = WallClock(lambda: NOW + timedelta(seconds=self.now_s - 100), synced=lambda: True)
        return Steering(self.store, self.path, outlet, wall=wall, now_s=lambda: self.now_s)

    def ask(self, kind: str, **more: Any) -> str:
        self.count += 1
        expires = (NOW + timedelta(seconds=self.now_s - 100 + 30)).isoformat()
        document = {"id": f"c-{self.count}", "kind": kind, "expires": expires, **more}
        self.steering.hear(msgspec.json.encode(document))
        return f"c-{self.count}"

    def run(self, seconds: float, *, step_s: float = 0.02, refusing: str | None = None) -> None:
        """Let the session hear what is said and show what it has; with `refusing` it takes no press."""
        for _ in range(round(seconds / step_s)):
            self.now_s += step_s
            if self.server is not None:
                self._session(self.server, refusing)
            self.steering.turn()

    def _session(self, server: Server, refusing: str | None) -> None:
        server.accept()
        for peer in list(server.peers):
            for command in server.commands(peer):
                self.told.append(command)
                if refusing is not None:
                    server.refuse(peer, refusing)
        server.show(IDLE)

    def close(self) -> None:
        self.steering.close()
        self.store.close()
        if self.server is not None:
            self.server.close()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.close()


def states(room: Room) -> list[tuple[str, str]]:
    return [(reply.kind, reply.state) for reply in room.replies]


def test_whoever_looks_sees_ten_frames_a_second_until_the_lease_lapses(room: Room) -> None:
    room.ask("live", lease_s=5)
    room.run(4)
    assert 38 <= len(room.frames) <= 4 / EVERY_S + 1
    assert room.frames[0].x_mm == 3.0
    assert room.server is not None
    assert [peer.name for peer in room.server.peers] == [SUPERVISOR]
    room.run(2)
    seen = len(room.frames)
    room.run(2)
    assert len(room.frames) == seen <= 52
    assert room.server.peers == [], "nobody is shown as looking on, and no snapshot is made for us"


def test_a_press_goes_to_the_session_while_somebody_looks(room: Room) -> None:
    room.ask("live")
    room.ask("pause")
    room.ask("mark")
    room.run(ANSWER_S + 0.1)
    assert room.told == [Press(button="pause"), Mark()]
    assert states(room) == [("live", "done"), ("pause", "done"), ("mark", "done")]


def test_what_the_session_refuses_is_refused_with_its_words(room: Room) -> None:
    room.ask("live")
    room.run(0.1)
    room.ask("start")
    room.run(1, refusing="somebody may be standing on the board")
    assert states(room) == [("live", "done"), ("start", "refused")]
    assert room.replies[-1].reason == "somebody may be standing on the board"


def test_a_stop_needs_no_onlooker_and_leaves_none(room: Room) -> None:
    room.ask("stop")
    room.run(ANSWER_S + 0.1)
    assert room.told[-1] == Press(button="stop")
    assert states(room) == [("stop", "done")]
    room.run(0.1)
    assert room.server is not None
    assert room.server.peers == []


def test_whoever_only_asks_which_board_it_is_or_stops_does_not_look_on(room: Room) -> None:
    assert room.server is not None
    for kind, packet in (("identify", Identify()), ("stop", Press(button="stop"))):
        room.ask(kind)
        room.run(0.1)
        assert [(peer.name, peer.wants_snapshots) for peer in room.server.peers] == [(CARE, False)]
        assert room.told[-1] == packet
    room.ask("live")
    room.run(0.1)
    assert [(peer.name, peer.wants_snapshots) for peer in room.server.peers] == [(SUPERVISOR, True)]


def test_a_full_disk_keeps_no_stop_from_the_session_and_everything_else(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.ask("live")

    def full(*_: object) -> None:
        raise StoreError("disk full")

    monkeypatch.setattr(room.store, "remember", full)
    room.ask("stop")
    room.ask("pause")
    room.run(ANSWER_S + 0.1)
    assert room.told == [Press(button="stop")]
    assert sorted(states(room)) == [("live", "done"), ("pause", "refused"), ("stop", "done")]


def test_nobody_presses_start_unseen(room: Room) -> None:
    room.ask("start")
    room.run(1)
    assert states(room) == [("start", "refused")]
    assert room.told == []


def test_a_session_that_does_not_run_is_said(room: Room) -> None:
    assert room.server is not None
    room.server.close()
    room.server = None
    room.ask("stop")
    room.ask("live")
    assert [reply.reason for reply in room.replies] == [AWAY, AWAY]


def test_a_session_that_dies_before_it_has_answered_has_done_nothing(room: Room) -> None:
    room.ask("stop")
    assert room.server is not None
    room.server.close()
    room.server = None
    room.run(1)
    assert states(room) == [("stop", "refused")]


def test_a_command_is_used_up_over_a_restart_of_the_uplink(room: Room) -> None:
    room.ask("stop")
    room.run(1)
    room.steering.close()
    room.steering = room.another()
    room.count = 0
    room.ask("stop")
    assert room.replies[-1].state == "refused"
    assert "once" in room.replies[-1].reason


def test_a_trace_is_sent_again_and_one_that_is_not_there_is_refused(room: Room) -> None:
    fill(room.store, 1, 1, raw_of=1)
    (row,) = room.store.outbox("raw", after=0, limit=10)
    trial = msgspec.json.decode(row.body)["trial"]
    room.store.acknowledged((row.id,))
    room.ask("raw", trial=trial)
    room.ask("raw", trial="another")
    assert states(room) == [("raw", "done"), ("raw", "refused")]
    (again,) = room.store.outbox("raw", after=0, limit=10)
    assert again.body == row.body
    assert again.header.hist


def test_noise_is_named_and_answers_nobody(room: Room) -> None:
    room.steering.hear(b"\xff{")
    room.steering.hear(encode({"id": "c", "kind": "harder", "expires": "now"}))
    assert room.replies == []
    assert len(room.log) == 2
