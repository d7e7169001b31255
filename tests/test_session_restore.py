"""A damaged database is restored of its backup and its ledger, and nothing that was finished is lost."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.errors import DamagedError, StoreError
from station.session.backup import Backups
from station.session.keeper import Keeper
from station.session.ledger import Ledger, Record
from station.session.restore import known_damage, make_sound
from station.session.store import Header, Store
from tests.virtual_station import VirtualStation

HEADER = Header(
    t="2026-05-02T08:00:00Z", mono_ms=1, boot="b", clock="synced", subj="p-1", rx_version=None, cal="",
    alg="", sim=True,
)  # fmt: skip
DATABASE = "station.sqlite3"


def fill(store: Store, numbers: range) -> None:
    """Keep a session and a note each, the size of what a real one leaves."""
    for number in numbers:
        store.begin_session(f"s-{number:04d}", started="2026-05-02T08:00:00Z", rx_version=None)
        store.remember(f"n-{number:04d}", random.Random(number).randbytes(3000))


def kept(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        notes = database.execute("SELECT key FROM note WHERE key LIKE 'n-%'").fetchall()
        return {row[0] for row in [*database.execute("SELECT id FROM session").fetchall(), *notes]}


ALL = {f"{kind}-{number:04d}" for kind in "sn" for number in range(30)}


def made(folder: Path, *, backups: bool = True) -> dict[str, bytes]:
    """Return the files of a station that was cut off some time after its last backup."""
    with Store(folder / DATABASE) as store:
        fill(store, range(20))
        if backups:
            Backups(folder / DATABASE).take()
        fill(store, range(20, 30))
        return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return made(tmp_path_factory.mktemp("made"))


def lay_out(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / f"{DATABASE}-shm").unlink(missing_ok=True)
    return folder / DATABASE


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    places=st.lists(st.tuples(st.integers(0, 10**9), st.binary(min_size=1, max_size=600)), max_size=6),
    cut=st.none() | st.integers(0, 10**9),
    has_log=st.booleans(),
)
def test_whatever_is_spoiled_of_database_and_log_comes_back(
    files: dict[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
    places: list[tuple[int, bytes]],
    cut: int | None,
    has_log: bool,
) -> None:
    path = lay_out(tmp_path_factory.mktemp("spoiled"), files)
    content = bytearray(files[DATABASE])
    for place, spoiled in places:
        at = place % len(content)
        content[at : at + len(spoiled)] = spoiled[: len(content) - at]
    path.write_bytes(content if cut is None else content[: cut % (len(content) + 1)])
    if not has_log:
        path.with_name(f"{DATABASE}-wal").unlink(missing_ok=True)
    make_sound(path, log=lambda _: None, thorough=True)
    assert kept(path) == ALL


@pytest.mark.parametrize("spoiled", ["newest backup", "every backup", "ledger"])
def test_a_spoiled_backup_or_ledger_is_not_relied_upon(tmp_path: Path, spoiled: str) -> None:
    path = lay_out(tmp_path, made(tmp_path / "made"))
    backups = Backups(path)
    if spoiled == "newest backup":
        with Store(path):
            newest = backups.take()
        newest.write_bytes(b"x" * newest.stat().st_size)
    elif spoiled == "every backup":
        for backup in backups.files():
            backup.write_bytes(b"")
    else:
        for file in Ledger(tmp_path).files():
            file.write_bytes(file.read_bytes().replace(b"\n", b"\nz", 3))
    path.with_name(f"{DATABASE}-wal").unlink(missing_ok=True)
    path.write_bytes(bytes(100) + path.read_bytes()[100:])
    restored = make_sound(path, log=lambda _: None)
    assert restored is not None
    if spoiled == "ledger":
        assert kept(path) < ALL
        assert restored.gap
        assert "may be missing" in restored.sentence()
    else:
        assert kept(path) == ALL
        assert not restored.gap


def test_the_damaged_file_is_kept_and_what_happened_is_remembered(tmp_path: Path) -> None:
    path = lay_out(tmp_path, made(tmp_path / "made"))
    path.with_name(f"{DATABASE}-wal").unlink(missing_ok=True)
    path.write_bytes(b"no database at all" * 1000)
    said: list[str] = []
    restored = make_sound(path, log=said.append)
    assert restored is not None
    assert restored.bad is not None
    assert (tmp_path / restored.bad).read_bytes().startswith(b"no database")
    assert said == [restored.sentence()]
    with Store(path) as store:
        assert known_damage(store) == restored
    assert make_sound(path, log=said.append) is None


def test_a_database_that_is_gone_comes_back_and_a_new_station_begins_with_none(tmp_path: Path) -> None:
    assert make_sound(tmp_path / DATABASE, log=print) is None
    path = lay_out(tmp_path, made(tmp_path / "made"))
    for name in (DATABASE, f"{DATABASE}-wal"):
        (tmp_path / name).unlink(missing_ok=True)
    assert make_sound(path, log=lambda _: None) is not None
    assert kept(path) == ALL


def test_what_the_uplink_writes_while_the_station_starts_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read = tmp_path / DATABASE, Ledger.records
    with Store(path) as uplink:
        fill(uplink, range(3))

        def meanwhile(ledger: Ledger, *, after: int) -> Iterator[Record]:
            with suppress(StoreError):  # it may have to wait
                fill(uplink, range(len(kept(path)), 10))
            return read(ledger, after=after)

        monkeypatch.setattr(Ledger, "records", meanwhile)
        assert make_sound(path, log=lambda _: None) is None
        assert known_damage(uplink) is None


def test_a_station_without_a_ledger_yet_keeps_what_can_be_read(tmp_path: Path) -> None:
    path = lay_out(tmp_path, made(tmp_path / "made", backups=False))
    for file in Ledger(tmp_path).files():
        file.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    content = bytearray(path.read_bytes())
    content[-4096:] = bytes(4096)
    path.write_bytes(content)
    restored = make_sound(path, log=lambda _: None, thorough=True)
    assert restored is not None
    assert restored.gap
    assert len(kept(path)) > 30


def test_three_backups_are_kept_and_the_ledger_only_as_far_as_they_need_it(tmp_path: Path) -> None:
    path = tmp_path / DATABASE
    with Store(path) as store:
        for part in range(0, 30, 3):
            fill(store, range(part, part + 3))
            Backups(path).take()
    assert len(Backups(path).files()) == 3
    assert len(Ledger(tmp_path).files()) <= 4
    for newer in Backups(path).files()[:2]:
        newer.unlink()
    path.write_bytes(b"")
    make_sound(path, log=lambda _: None)
    assert kept(path) == ALL


@pytest.fixture
def station(tmp_path: Path) -> Iterator[VirtualStation]:
    station = VirtualStation(tmp_path, plain=True)
    yield station
    station.die()


def test_a_backup_is_taken_at_the_start_and_after_a_session(station: VirtualStation) -> None:
    backups = Backups(station.folder / DATABASE)
    station.run(1)
    (first,) = backups.files()
    station.train()
    station.run_until(lambda: "hold_done" in station.kinds(), within_s=900)
    assert backups.files() == [first]  # never during a session
    station.run_until(lambda: "session_ended" in station.kinds(), within_s=900)
    station.run(15)
    assert len(backups.files()) == 2
    with closing(sqlite3.connect(backups.files()[0])) as backup:
        assert backup.execute("SELECT COUNT(*) FROM trial").fetchone() == (1,)


def test_a_database_damaged_during_a_session_costs_no_result(station: VirtualStation) -> None:
    station.run(1)
    station.train()
    station.run_until(lambda: "hold_started" in station.kinds(), within_s=900)
    path = station.folder / DATABASE
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    content = bytearray(path.read_bytes())
    content[100:] = random.Random(1).randbytes(len(content) - 100)
    path.write_bytes(content)
    station.run_until(lambda: "session_ended" in station.kinds(), within_s=900)
    station.run(3)
    with Store(path) as store:
        assert known_damage(store) is not None
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT COUNT(*) FROM trial").fetchone() == (1,)
        assert database.execute("SELECT COUNT(*) FROM session WHERE result IS NOT NULL").fetchone() == (1,)


def test_damage_found_by_a_backup_ends_the_station_once_nobody_trains(tmp_path: Path) -> None:
    path = lay_out(tmp_path, made(tmp_path / "made"))
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    content = bytearray(path.read_bytes())
    content[-8192:] = bytes(8192)
    path.write_bytes(content)
    keeper = Keeper(path, log=print, aside=lambda job: job(), now_s=lambda: 4e9)
    keeper.look(1, idle=False)
    keeper.look(2, idle=True)
    keeper.look(10**11, idle=False)
    with pytest.raises(DamagedError, match=r"station\.sqlite3"):
        keeper.look(10**11, idle=True)
    assert make_sound(path, log=lambda _: None) is not None  # it looks thoroughly, as it was told to
    assert kept(path) == ALL
