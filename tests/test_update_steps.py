"""An update broken off anywhere ends in the new version or in the old one, with nothing finished lost."""

import hashlib
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.errors import StoreError, UpdateError
from station.link.whole_file import write_whole
from station.session.schema import VERSION, bring_up_to_date
from station.session.store import Store
from station.update import steps
from station.update.data import NEWER, carry_back, keep_copy
from station.update.older import carry_to_this_version
from station.update.quiet import why_not_now
from station.update.release import Here, Release, decode_release, judge
from station.update.sign import sign_release
from station.update.steps import HEALTHY_WITHIN_S, MOST_BOOTS, UNDER_WAY, Update

NOW = datetime(2026, 12, 1, tzinfo=UTC)
HERE = Here("1.2.0", "trixie", "arm64", 7)
SEED = bytes(range(32))
PUBLIC = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()


def release(version: str = "1.3.0", number: int = 8, **other: object) -> Release:
    package = version.encode()
    facts = {
        "file": f"balance-station_{version}.deb", "size": len(package), "debian": "trixie", "arch": "arm64",
        "sha256": hashlib.sha256(package).hexdigest(), "expires": "2027-03-01T00:00:00Z",
    }  # fmt: skip
    return msgspec.convert({**facts, "version": version, "number": number, **other}, Release)


def signed(made: Release, seed: bytes = SEED) -> bytes:
    return sign_release(made, seed)


def test_a_release_signed_with_the_key_of_this_station_is_taken() -> None:
    made = release()
    assert decode_release(signed(made), [PUBLIC]) == made
    judge(made, HERE, NOW, synced=True)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (signed(release(), bytes(32)), "no release key of this station"),
        (signed(release()).replace(b"1.3.0", b"1.4.0"), "changed after it was signed"),
        (b"{}", "no signed release"),
        (b"\xff", "no signed release"),
    ],
)
def test_what_nobody_signed_is_refused_with_the_reason(document: bytes, why: str) -> None:
    with pytest.raises(UpdateError, match=why):
        decode_release(document, [PUBLIC])


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (release(debian="bookworm"), "it is for bookworm on arm64"),
        (release(arch="amd64"), "on amd64, and this is trixie on arm64"),
        (release(number=7), "number 7 was taken"),
        (release(expires="2026-11-30T00:00:00Z"), "to be used until"),
        (release(expires="some day"), "expires"),
        (release("1.2.0"), "installed already"),
        (release("1.1.9"), "not signed as a way back"),
        (release("1.1.9", downgrade_from=("1.1.95",)), "not signed as a way back"),
        (release(least="1.2.5"), "follows on version 1.2.5"),
    ],
)
def test_a_release_that_does_not_fit_is_refused(made: Release, why: str) -> None:
    with pytest.raises(UpdateError, match=why):
        judge(made, HERE, NOW, synced=True)


def test_an_older_version_signed_as_a_way_back_from_this_one_is_taken_once() -> None:
    back = release("1.1.9", downgrade_from=("1.2.0",))
    judge(back, HERE, NOW, synced=True)
    with pytest.raises(UpdateError, match="it is an old one"):
        judge(back, HERE._replace(number=back.number), NOW, synced=True)


class Killed(BaseException):
    """The power is gone."""


class Computer:
    """A computer whose power goes at the `cut`-th thing that is done; what was done stays."""

    def __init__(self, *, well: bool = True, cut: int | None = None) -> None:
        self.installed, self.well, self.cut, self.done = "1.2.0", well, cut, 0
        self.kept = self.broken = self.refuses = False
        self.started = 0

    def count(self) -> None:
        self.done += 1
        if self.cut is not None and self.done > self.cut:
            self.cut = None
            raise Killed

    def version(self) -> str:
        return self.installed

    def version_of(self, package: Path) -> str:
        return package.read_bytes().decode()

    def arm(self, kept: Path) -> None:
        assert kept.exists()
        self.count()

    def install(self, package: Path) -> None:
        if self.refuses:
            raise UpdateError("apt-get install new.deb: E: Could not get lock")
        self.installed = ""  # half unpacked
        self.count()
        self.installed = package.read_bytes().decode()
        self.count()

    def start(self) -> None:
        self.count()
        self.started += 1

    def keep_data(self) -> None:
        self.count()
        self.kept = True

    def return_data(self) -> None:
        self.count()
        assert self.kept

    def trouble(self) -> str:
        return "" if self.well or self.installed == "1.2.0" else "the session is not ready"


@pytest.fixture
def cuts(monkeypatch: pytest.MonkeyPatch) -> list[Computer]:
    """Cut the power before and after each file that is written, too."""
    computers: list[Computer] = []

    def cut(file: Path, content: bytes, *, mode: int) -> None:
        computers[-1].count()
        write_whole(file, content, mode=mode)
        computers[-1].count()

    monkeypatch.setattr(steps, "write_whole", cut)
    return computers


def carry_through(folder: Path, computer: Computer) -> tuple[steps.State, list[str]]:
    """Stage and advance, after each loss of power as the next boot does; return the end and what was said."""
    said: list[str] = []
    boot, now_s, staged = 0, 0.0, False
    for _ in range(200):
        update = Update(folder, computer, boot=str(boot), now_s=lambda: now_s, log=said.append)  # noqa: B023
        try:
            if not staged and update.state.step == "idle":
                old = release("1.2.0", 7)
                update.stage((release(), b"1.3.0"), (old, b"1.2.0"))
            staged = True
            if update.advance().step not in UNDER_WAY:
                return update.state, said
        except Killed:
            boot, now_s = boot + 1, 0.0
        now_s += 20.0
    raise AssertionError("the update never ends")


@pytest.mark.parametrize("well", [True, False])
def test_power_lost_at_every_step_ends_in_one_version_or_the_other(
    tmp_path: Path, cuts: list[Computer], *, well: bool
) -> None:
    cuts.append(Computer(well=well))
    carry_through(tmp_path / "whole", cuts[-1])
    moments = cuts[-1].done
    assert moments > 20
    for cut in range(moments):
        cuts.append(Computer(well=well, cut=cut))
        state, _ = carry_through(tmp_path / str(cut), cuts[-1])
        assert cuts[-1].cut is None, "the power never went"
        assert (state.step, cuts[-1].installed) == (("done", "1.3.0") if well else ("returned", "1.2.0"))
        assert state.number == 8


def test_a_version_that_is_not_healthy_within_five_minutes_goes_back_by_itself(tmp_path: Path) -> None:
    state, said = carry_through(tmp_path, Computer(well=False))
    assert (state.step, state.why) == ("returned", "the session is not ready")
    assert said == [
        "installing version 1.3.0: some minutes, leave the station switched on",
        "version 1.3.0 is not well yet: the session is not ready",
        "version 1.3.0 is not healthy: the session is not ready; back to 1.2.0",
        "version 1.2.0 is back",
    ]


def test_a_version_that_makes_the_computer_start_again_and_again_goes_back(tmp_path: Path) -> None:
    computer = Computer(well=False)
    Update(tmp_path, computer, boot="0", now_s=lambda: 0.0, log=lambda _: None).stage(
        (release(), b"1.3.0"), (release("1.2.0", 7), b"1.2.0")
    )
    for boot in range(MOST_BOOTS + 4):
        update = Update(tmp_path, computer, boot=str(boot // 2), now_s=lambda: 1.0, log=lambda _: None)
        update.advance()
    for boot in range(50, 50 + MOST_BOOTS + 1):
        update = Update(tmp_path, computer, boot=str(boot), now_s=lambda: 1.0, log=lambda _: None)
        update.advance()
    assert (update.state.step, computer.installed) == ("returned", "1.2.0")


def test_where_nothing_can_be_installed_the_version_there_is_runs_on(tmp_path: Path) -> None:
    computer = Computer()
    update = Update(tmp_path, computer, boot="0", now_s=lambda: 0.0, log=lambda _: None)
    update.stage((release(), b"1.3.0"), (release("1.2.0", 7), b"1.2.0"))
    computer.refuses = True
    for _ in range(3):
        update.advance()
    assert (update.state.step, computer.installed, computer.started) == ("returned", "1.2.0", 1)
    assert "Could not get lock" in update.state.why


def test_without_a_way_back_nothing_begins(tmp_path: Path) -> None:
    update = Update(tmp_path, Computer(), boot="0", now_s=lambda: HEALTHY_WITHIN_S, log=lambda _: None)
    with pytest.raises(UpdateError, match="no way back"):
        update.stage((release(), b"1.3.0"))
    with pytest.raises(UpdateError, match=r"not the package of version 1\.2\.0"):
        update.stage((release(), b"1.3.0"), (release("1.2.0", 7), b"other"))
    with pytest.raises(UpdateError, match="fetch it again"):
        update.stage((release(), b"half"), (release("1.2.0", 7), b"1.2.0"))
    assert update.state.step == "idle"


def test_a_package_that_was_signed_as_another_version_is_refused_before_anything_begins(
    tmp_path: Path,
) -> None:
    update = Update(tmp_path, Computer(), boot="0", now_s=lambda: 0.0, log=lambda _: None)
    other = release(size=len(b"1.2.9"), sha256=hashlib.sha256(b"1.2.9").hexdigest())
    with pytest.raises(UpdateError, match=r"holds version 1\.2\.9 and was signed as 1\.3\.0"):
        update.stage((other, b"1.2.9"), (release("1.2.0", 7), b"1.2.0"))
    assert update.state.step == "idle"
    assert not (tmp_path / "new.deb").exists()
    update.stage((release(), b"1.3.0"))  # the way back that was good is kept


def test_an_update_that_waits_can_be_called_off_and_taken_again(tmp_path: Path) -> None:
    update = Update(tmp_path, Computer(), boot="0", now_s=lambda: 0.0, log=lambda _: None)
    with pytest.raises(UpdateError, match="no update waits"):
        update.call_off()
    update.stage((release(), b"1.3.0"), (release("1.2.0", 7), b"1.2.0"))
    assert update.state.number == 8
    assert update.call_off() == "1.3.0"
    assert (update.state.step, update.state.number) == ("idle", 0)
    assert not (tmp_path / "new.deb").exists()
    update.stage((release(), b"1.3.0"))
    update.advance()
    with pytest.raises(UpdateError, match=r"has begun \(installing\)"):
        update.call_off()


def test_what_was_installed_is_the_next_way_back(tmp_path: Path) -> None:
    computer = Computer()
    carry_through(tmp_path, computer)
    update = Update(tmp_path, computer, boot="9", now_s=lambda: 0.0, log=lambda _: None)
    update.stage((release("1.4.0", 9), b"1.4.0"))
    assert update.state.before == "1.3.0"
    with pytest.raises(UpdateError, match="under way"):
        update.stage((release("1.5.0", 10), b"1.5.0"))


def test_results_kept_under_a_newer_format_are_there_in_the_older_one(tmp_path: Path) -> None:
    live, copy = tmp_path / "station.sqlite3", tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(live, isolation_level=None)) as db:
        db.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA user_version = 3;"
            "CREATE TABLE outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT);"
            "INSERT INTO outbox (body) VALUES ('one')"
        )
    keep_copy(live, copy)
    with closing(sqlite3.connect(live, isolation_level=None)) as db:
        db.executescript(
            "PRAGMA user_version = 4; ALTER TABLE outbox ADD COLUMN more TEXT; CREATE TABLE fresh (x);"
            "DELETE FROM outbox; INSERT INTO outbox (body, more) VALUES ('two', 'x'), ('three', 'y');"
            "DELETE FROM outbox WHERE body = 'three'"
        )
    assert carry_back(live, copy)
    assert not carry_back(live, copy)
    with closing(sqlite3.connect(live)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (3,)
        assert db.execute("SELECT * FROM outbox").fetchall() == [(2, "two")]
        db.execute("INSERT INTO outbox (body) VALUES ('four')")
        assert db.execute("SELECT MAX(seq) FROM outbox").fetchone() == (4,)  # 3 was given once
    assert (tmp_path / f"station.sqlite3{NEWER}").exists()


def test_a_database_of_the_same_format_is_left_alone_with_what_was_done_meanwhile(tmp_path: Path) -> None:
    live, copy = tmp_path / "station.sqlite3", tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(live)) as db:
        db.execute("CREATE TABLE note (x)")
        keep_copy(live, copy)
        db.execute("INSERT INTO note VALUES (1)")
        db.commit()
    assert not carry_back(live, copy)
    with closing(sqlite3.connect(live)) as db:
        assert db.execute("SELECT COUNT(*) FROM note").fetchone() == (1,)


def test_an_update_waits_for_whoever_trains_stands_there_or_is_about_to() -> None:
    def why(**other: object) -> str:
        facts: dict[str, object] = {"use": "free", "load_n": 0.0, "began": [], "before_min": 60, **other}
        return why_not_now(NOW, **facts)  # type: ignore[arg-type]

    assert why() == ""
    assert why(use="training") == "somebody trains"
    assert why(use="looked after") == "the board is being calibrated or checked"
    assert why(load_n=300.0) == "somebody stands on the board"
    assert why(load_n=None).startswith("nobody knows")
    yesterday = NOW - timedelta(hours=23, minutes=30)
    assert why(began=[yesterday]) == "training usually begins at 00:30"
    assert why(began=[NOW - timedelta(hours=22)]) == ""


def test_an_older_package_installed_by_hand_finds_every_result_of_the_newer_one(tmp_path: Path) -> None:
    live = tmp_path / "station.sqlite3"
    with closing(sqlite3.connect(live, isolation_level=None)) as db:
        db.execute("BEGIN")
        bring_up_to_date(db, 0)
        db.execute("COMMIT")
        db.executescript(
            "ALTER TABLE trial ADD COLUMN of_tomorrow TEXT NOT NULL DEFAULT 'new';"
            "CREATE TABLE of_tomorrow (x);"
            "INSERT INTO session (id, started) VALUES ('s', '2026-05-01T08:00:00Z');"
            "INSERT INTO trial (id, session, result, raw) VALUES ('t', 's', '{}', x'01')"
        )
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(StoreError, match="written by a newer station"):
        Store(live)
    assert carry_to_this_version(live)
    assert not carry_to_this_version(live)
    with closing(Store(live)), closing(sqlite3.connect(live)) as db:
        assert db.execute("SELECT id, session, raw FROM trial").fetchall() == [("t", "s", b"\x01")]
    assert (tmp_path / f"station.sqlite3{NEWER}").exists()


def test_where_no_station_ever_ran_a_step_back_makes_no_database(tmp_path: Path) -> None:
    assert not carry_to_this_version(tmp_path / "station.sqlite3")
    assert list(tmp_path.iterdir()) == []
