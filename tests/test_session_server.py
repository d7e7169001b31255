"""The socket: real packets, and no client that can harm the session."""

import socket
import stat
from contextlib import suppress
from pathlib import Path

import pytest

from station.errors import StationError
from station.session.client import SessionClient
from station.session.protocol import Event, Press, Refused
from station.session.server import MOST_PEERS, MOST_WAITING, Server
from station.training.course import Course
from station.training.programme import fallback_programme
from station.training.routine import shipped_routines
from station.training.snapshot import Snapshot
from station.training.view import snapshot_of

EVENT = Event(kind="step_on", t_ns=1)


def snapshot() -> Snapshot:
    return snapshot_of(Course(fallback_programme(shipped_routines()), plate_mm=(400, 400), sim=True), None)


def raw_client(path: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    client.connect(str(path))
    client.settimeout(0)
    return client


def serve(server: Server) -> list[object]:
    server.accept()
    return [command for peer in list(server.peers) for command in server.commands(peer)]


def test_a_client_gets_snapshots_and_events_and_is_heard(tmp_path: Path) -> None:
    server = Server(tmp_path / "s")
    with SessionClient(tmp_path / "s", name="kiosk") as client:
        serve(server)
        client.send(Press(button="start"))
        assert serve(server) == [Press(button="start")]
        server.show(snapshot())
        server.tell(EVENT)
        assert client.poll() == [snapshot(), EVENT]
    server.close()


def test_nobody_else_may_open_the_socket(tmp_path: Path) -> None:
    server = Server(tmp_path / "s")
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o600
    server.close()


def test_in_a_folder_that_gives_its_group_away_that_group_may_come_too(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    folder.chmod(0o2750)
    server = Server(folder / "s")
    assert stat.S_IMODE((folder / "s").stat().st_mode) == 0o660
    server.close()


def test_what_cannot_be_understood_is_answered_and_not_obeyed(tmp_path: Path) -> None:
    server = Server(tmp_path / "s")
    with SessionClient(tmp_path / "s", name="kiosk") as client:
        serve(server)
        client._socket.send(b'{"type": "press", "button": "fire"}')
        assert serve(server) == []
        (refused,) = client.poll()
        assert isinstance(refused, Refused)
        assert "button" in refused.reason
    server.close()


def test_a_client_that_does_not_listen_loses_snapshots_but_no_event(tmp_path: Path) -> None:
    server = Server(tmp_path / "s")
    with SessionClient(tmp_path / "s", name="kiosk") as client:
        serve(server)
        for _ in range(2000):
            server.show(snapshot())
        for n in range(100):
            server.tell(Event(kind="step_on", t_ns=n))
        got = client.poll()
        server.tell(Event(kind="step_on", t_ns=100))
        got += client.poll()
        server.tell(Event(kind="step_on", t_ns=101))
        got += client.poll()
        events = [n.t_ns for n in got if isinstance(n, Event)]
        assert events == list(range(102))
        assert sum(isinstance(n, Snapshot) for n in got) < 2000
    server.close()


def test_a_client_that_never_listens_again_is_let_go(tmp_path: Path) -> None:
    server = Server(tmp_path / "s")
    client = raw_client(tmp_path / "s")
    serve(server)
    for _ in range(5000 + MOST_WAITING):
        server.tell(EVENT)
    assert server.peers == []
    client.close()
    server.close()


def test_more_clients_than_a_station_has_are_turned_away(tmp_path: Path) -> None:
    server = Server(tmp_path / "s")
    clients = [raw_client(tmp_path / "s") for _ in range(16)]
    for _ in range(3):
        for _ in range(16):
            server.accept()
        clients += [raw_client(tmp_path / "s") for _ in range(16)]
    for _ in range(16):
        server.accept()
    assert len(server.peers) == MOST_PEERS
    for client in clients:
        client.close()
    server.close()


def test_a_client_that_talks_nonsense_and_does_not_listen_is_let_go(tmp_path: Path) -> None:
    server = Server(tmp_path / "s")
    client = raw_client(tmp_path / "s")
    server.accept()
    while server.peers:
        with suppress(BlockingIOError):
            client.send(b"nonsense")
        serve(server)
    client.close()
    server.close()


def test_a_client_that_vanishes_is_forgotten(tmp_path: Path) -> None:
    server = Server(tmp_path / "s")
    client = raw_client(tmp_path / "s")
    serve(server)
    client.close()
    serve(server)
    server.show(snapshot())
    assert server.peers == []
    server.close()


def test_a_second_station_on_the_same_socket_is_refused(tmp_path: Path) -> None:
    server = Server(tmp_path / "s")
    with pytest.raises(StationError, match="already listens"):
        Server(tmp_path / "s")
    server.close()


def test_a_socket_left_by_a_killed_station_is_taken_over(tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    left.bind(str(tmp_path / "s"))
    left.close()
    Server(tmp_path / "s").close()


def test_no_station_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConnectionError, match="no station answers"):
        SessionClient(tmp_path / "s", name="kiosk")
