"""A station that nobody has enrolled speaks to no broker, is healthy, and says what holds."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.config import parse_config
from station.errors import ConfigError
from station.link.unlinked import ALONE, ENROLLED, Unlinked
from station.linking import make_unlinked, make_uplink
from station.notify import Watchdog
from station.session.care_side import CARE_NOTE, known_care_side
from station.session.store import Store
from tests.service_manager import ServiceManager

WAIT_S = 30.0


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[ServiceManager]:
    manager = ServiceManager(str(tmp_path / "notify"), waits_s=WAIT_S)
    yield manager
    manager.close()


def station(folder: Path, care: str = "") -> str:
    file = folder / "station.toml"
    file.write_text(f'[station]\nid = "kitchen-7"\nstate = "{folder}/state"\n{care}')
    return str(file)


def inet_sockets(pid: int) -> list[str]:
    """Return the TCP sockets that a process holds, as the kernel lists them."""
    held = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        try:
            held.add(str(fd.readlink()))
        except FileNotFoundError:
            continue
    tables = [Path(f"/proc/{pid}/net/{name}") for name in ("tcp", "tcp6", "udp", "udp6")]
    lines = [line for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
    return [line for line in lines if f"socket:[{line.split()[9]}]" in held]


def test_the_uplink_of_a_station_not_enrolled_is_ready_and_opens_no_connection(
    manager: ServiceManager, tmp_path: Path
) -> None:
    environ = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "3000000"}
    command = [sys.executable, "-m", "station", "uplink", "--config", station(tmp_path)]
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as child:
        assert manager.next() == ["READY=1", f"STATUS={ALONE}", "WATCHDOG=1"]
        assert manager.next() == ["WATCHDOG=1"]
        assert inet_sockets(child.pid) == []
        (tmp_path / "state/enrolment").mkdir(parents=True)
        (tmp_path / "state/enrolment/enrolment.json").write_text("{}")
        while f"STATUS={ENROLLED}" not in (heard := manager.next()):
            assert heard == ["WATCHDOG=1"]
        child.send_signal(signal.SIGTERM)
        while "STOPPING=1" not in manager.next():
            pass
        assert child.stderr is not None
        assert child.stderr.read().splitlines() == [ALONE, ENROLLED]
    assert child.returncode == 0


def test_without_an_enrolment_there_is_no_broker_even_for_who_asks(tmp_path: Path) -> None:
    config = station(tmp_path)
    assert make_unlinked(config, log=print) is not None
    with pytest.raises(ConfigError, match="not enrolled"):
        make_uplink(config, log=print)


@pytest.mark.parametrize(
    ("named", "address"),
    [
        ('host = "127.0.0.1"', ("127.0.0.1", 1883)),
        ("port = 18883", ("127.0.0.1", 18883)),
        ('host = "broker.example.org"\nport = 8883', ("broker.example.org", 8883)),
        ('ca = "a"\ncertificate = "b"\nkey = "c"', ("127.0.0.1", 1883)),
    ],
)
def test_a_broker_that_the_configuration_names_is_spoken_to(named: str, address: tuple[str, int]) -> None:
    care = parse_config(f"[care]\n{named}\n", where="x.toml").care
    assert (care.names_broker, care.address) == (True, address)


def test_keys_alone_name_no_broker(tmp_path: Path) -> None:
    assert make_unlinked(station(tmp_path, "[care]\nrenew_days = 10\n"), log=print) is not None
    assert make_unlinked(station(tmp_path, "[care]\nport = 9\n"), log=print) is None


def test_of_an_enrolment_taken_back_nobody_is_called_away_any_more(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    with Store(tmp_path / "state/station.sqlite3") as store:
        store.remember(CARE_NOTE, b'{"reach": "away", "since": "2026-05-04T09:00:00Z"}')
        assert known_care_side(store) is not None
    make_unlinked(station(tmp_path), log=print)
    with Store(tmp_path / "state/station.sqlite3") as store:
        assert known_care_side(store) is None


def test_it_is_said_once_in_the_log(tmp_path: Path) -> None:
    said: list[str] = []
    unlinked = Unlinked(tmp_path / "enrolment.json", log=said.append)
    for _ in range(3):
        unlinked.turn(Watchdog(None))
    assert said == [ALONE]
