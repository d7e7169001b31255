"""A station that nobody uses looks at its board seldom, writes nothing, and is there at once."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from station.session.client import SessionClient
from station.session.ledger import Ledger
from station.session.protocol import Press, Simulate
from station.session.rest import may_rest
from station.session.store import Store
from station.session.zero import MOVED_N, Zero
from station.sway.reading import Fault, Sample
from station.training.snapshot import Phase, Snapshot
from tests.virtual_station import VirtualBoard, VirtualStation

PER_N = (2000.0, 2000.0, -2000.0, 2000.0)
COUNTS = (10_000.0, 20_000.0, 30_000.0, 40_000.0)


def sample(load_n: float = 0.3, fault: Fault = Fault.NONE) -> Sample:
    return Sample(1, (load_n / 4,) * 4, load_n, None, None, fault)


@pytest.mark.parametrize(
    ("phase", "seen", "clients", "rests"),
    [
        ("welcome", sample(), ("kiosk", "panel", "uplink"), True),
        ("goodnight", sample(-5.0), (), True),
        ("welcome", sample(25.0), (), False),
        ("welcome", sample(fault=Fault.SILENT), (), False),
        ("welcome", None, (), False),
        ("checkin", sample(), (), False),
        ("hold", sample(), (), False),
        ("pause", sample(), (), False),
        ("all_right", sample(), (), False),
        ("welcome", sample(), ("kiosk", "supervisor"), False),
        ("welcome", sample(), ("kiosk", "lsl"), False),
    ],
)
def test_it_rests_only_while_nobody_trains_stands_or_looks_on(
    phase: Phase, seen: Sample | None, clients: tuple[str, ...], rests: bool
) -> None:
    assert may_rest(phase, seen, [SimpleNamespace(name=name) for name in clients]) is rests


class Listening:
    """Whether the loop was woken by the board's descriptors in its last turn."""

    def __init__(self, station: VirtualStation, monkeypatch: pytest.MonkeyPatch) -> None:
        self._station = station
        self._asked = False
        monkeypatch.setattr(VirtualBoard, "filenos", self._filenos)

    def _filenos(self, _board: VirtualBoard | None = None) -> list[int]:
        self._asked = True
        return []

    def __call__(self) -> bool:
        self._asked = False
        self._station.service.turn(0)
        return self._asked


def test_a_foot_on_the_board_and_a_press_end_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = VirtualStation(tmp_path, plain=True)
    listens = Listening(station, monkeypatch)
    assert listens()  # it has no zero yet
    station.run_until(lambda: station.course().ready)
    station.run(0.1)
    assert not listens()
    station.say(Simulate(do="step_on"))
    station.run(0.5)
    assert listens()
    station.say(Simulate(do="step_off"))
    station.run(2)
    assert not listens()
    station.say(Press(button="start"))
    station.run(0.1)
    assert station.course().phase == "checkin"
    assert listens()
    station.die()


def test_what_readings_waited_while_it_rested_is_not_taken_for_the_time_they_took(tmp_path: Path) -> None:
    station = VirtualStation(tmp_path, plain=True)
    station.run_until(lambda: station.course().ready)
    station.run(1.5)
    delays_ns = station.service._health._delays_ns
    delays_ns.clear()
    station.clock.sleep_ns(200_000_000)  # the loop waits, and a press wakes it
    station.say(Press(button="start"))
    station.service.turn(0)
    assert station.course().phase == "checkin"
    assert not delays_ns
    station.run(0.1)
    assert len(delays_ns) > 20
    assert max(delays_ns) < 20_000_000
    station.die()


def test_while_it_rests_it_shows_five_pictures_in_two_seconds(tmp_path: Path) -> None:
    station = VirtualStation(tmp_path, plain=True)
    station.run_until(lambda: station.course().ready)
    with SessionClient(tmp_path / "session.sock", name="kiosk") as kiosk:
        station.run(1.2)
        kiosk.poll()
        station.run(4)
        resting = [notice for notice in kiosk.poll() if isinstance(notice, Snapshot)]
        station.say(Simulate(do="step_on"))
        station.run(1)
        kiosk.poll()
        station.run(1)
        stood_on = [notice for notice in kiosk.poll() if isinstance(notice, Snapshot)]
    station.die()
    assert len(resting) in {9, 10, 11}
    assert len(stood_on) in {49, 50, 51}


def test_an_idle_station_writes_nothing_to_its_card(tmp_path: Path) -> None:
    """An empty board is tared every other second: written each time, that wears out a card in a year."""
    station = VirtualStation(tmp_path, plain=True)
    station.run_until(lambda: station.course().ready)
    station.run(1)
    reader = Store(tmp_path / "station.sqlite3")
    before = reader.outbox_version()
    ledgers = Ledger(tmp_path).files()
    sizes = [file.stat().st_size for file in ledgers]
    assert sizes
    station.run(60)
    assert reader.outbox_version() == before
    assert [file.stat().st_size for file in ledgers] == sizes
    reader.close()
    station.die()


@pytest.mark.parametrize("cell", range(4))
def test_a_zero_that_moves_is_remembered_before_it_matters(tmp_path: Path, cell: int) -> None:
    writes: list[None] = []

    def write(what: object) -> None:
        writes.append(None)
        what()  # type: ignore[operator]

    def moved(newtons: float) -> tuple[float, ...]:
        return tuple(c + newtons * abs(PER_N[cell]) * (n == cell) for n, c in enumerate(COUNTS))

    store = Store(tmp_path / "station.sqlite3")
    zero = Zero(store, write=write)
    zero.keep(COUNTS, 0.2, PER_N)
    assert len(writes) == 1  # the first zero of all
    for step in (0.3, 0.6, 0.9, -0.9):
        zero.keep(moved(step * MOVED_N), 0.2, PER_N)  # type: ignore[arg-type]
    assert len(writes) == 1
    assert zero.counts == pytest.approx(moved(-0.9 * MOVED_N))  # in force all the same
    zero.keep(moved(-1.1 * MOVED_N), 0.2, PER_N)  # type: ignore[arg-type]
    assert len(writes) == 2
    assert Zero(store, write=write).counts == pytest.approx(moved(-1.1 * MOVED_N))
    store.close()
