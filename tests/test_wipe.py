"""A wipe takes all of a person off the station, and half a wipe is never trained on."""

import argparse
import itertools
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from station import wipe as verb
from station.__main__ import main
from station.arguments import add_wipe
from station.errors import StoreError
from station.session.backup import Backups
from station.session.bad_files import KEPT, prune_bad
from station.session.marker import WIPED, WIPING, check_owner
from station.session.restore import make_sound
from station.session.server import Server
from station.session.store import Header, Store
from station.session.wipe import look, wipe
from station.training.result import JournalResult

NEEDLE = "p-lemon"
HEADER = Header(
    t="2026-05-02T08:00:00Z", mono_ms=1, boot="b", clock="synced", subj=NEEDLE, rx_version=None, cal="",
    alg="", sim=True,
)  # fmt: skip
BODY = JournalResult(
    session="s-1", written="2026-05-02T08:00:00Z", counts={}, choices={}, guided={}, sim=True
)


def lived_in(folder: Path, *, sent: bool = True) -> Path:
    """Return the database of a station that somebody had, with all that may lie beside it."""
    database = folder / "station.sqlite3"
    with Store(database) as store:
        store.begin_session("s-1", started="2026-05-02T08:00:00Z", rx_version=None, subj=NEEDLE)
        store._db.execute("UPDATE session SET result = ?", (NEEDLE.encode(),))
        store.keep_prescription(1, NEEDLE.encode(), received="2026-05-02T08:00:00Z", subj=NEEDLE)
        Backups(database).take()
        store.post("result/journal", BODY, HEADER)
        if sent:
            store.acknowledged(tuple(row.id for row in store.outbox("result/journal", after=0, limit=9)))
    for name in ("station.sqlite3.bad-17", "station.sqlite3.bad-17-wal", "trial-x.bad-3", "suspect"):
        (folder / name).write_text(NEEDLE)
    for name in ("plates", "enrolment"):
        (folder / name).mkdir()
        (folder / name / "a.json").write_text("{}")
    return database


def holds_needle(folder: Path) -> list[str]:
    return [str(p) for p in folder.rglob("*") if p.is_file() and NEEDLE.encode() in p.read_bytes()]


def configured(folder: Path, subj: str = NEEDLE) -> str:
    file = folder.parent / f"{folder.name}.toml"
    file.write_text(f'[station]\nid = "station-9"\nsubj = "{subj}"\nstate = "{folder}"\n')
    return str(file)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("BALANCE_SOCKET", raising=False)
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


def test_all_of_a_person_goes_and_the_board_and_its_name_stay(home: Path) -> None:
    database = lived_in(home)
    os.link(database, home.parent / "same-blocks")
    voice = home.parent / "cache/balance-station/voice"
    voice.mkdir(parents=True)
    (voice / "hello.wav").write_text(NEEDLE)
    assert holds_needle(home)
    assert main(["wipe", "--yes", "--config", configured(home)]) == 0
    assert not holds_needle(home)
    assert {path.name for path in home.iterdir()} == {"plates", "enrolment", WIPED}
    assert not any((home.parent / "same-blocks").read_bytes()), "its blocks are not written over"
    assert not voice.exists()


def test_everything_means_calibration_and_enrolment_too(home: Path) -> None:
    lived_in(home)
    assert main(["wipe", "--yes", "--everything", "--config", configured(home)]) == 0
    assert not list(home.iterdir())


def test_a_second_wipe_finds_nothing_and_is_no_failure(home: Path) -> None:
    lived_in(home)
    for _ in range(2):
        assert main(["wipe", "--yes", "--config", configured(home)]) == 0
    assert main(["wipe", "--yes", "--config", configured(home.parent / "never")]) == 0


def test_what_the_care_team_does_not_have_is_not_wiped_unasked(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lived_in(home, sent=False)
    assert main(["wipe", "--yes", "--config", configured(home)]) == 1
    assert "has not confirmed 1 message" in capsys.readouterr().err
    assert holds_needle(home)
    assert main(["wipe", "--yes", "--even-unsent", "--config", configured(home)]) == 0
    assert not holds_needle(home)


@pytest.mark.parametrize("spoil", ["open session", "trial under way", "unreadable"])
def test_what_is_not_even_a_message_yet_counts_as_unsent(home: Path, spoil: str) -> None:
    database = lived_in(home)
    if spoil == "open session":
        with Store(database) as store:
            store.begin_session("s-2", started="2026-05-02T09:00:00Z", rx_version=None)
    elif spoil == "trial under way":
        (home / "trial-y.part").write_bytes(b"{}")
    else:
        database.write_bytes(b"no database" * 500)
    assert look(database).unsent in {1, None}
    assert main(["wipe", "--yes", "--config", configured(home)]) == 1


@pytest.mark.parametrize(("typed", "gone"), [("station-9", True), ("yes", False), ("", False)])
def test_the_stations_name_must_be_typed(home: Path, typed: str, gone: bool) -> None:
    lived_in(home)
    args = ["--config", configured(home)]

    def ask(_words: str) -> str:
        if not typed:
            raise EOFError
        return typed

    assert verb.run(parsed(args), ask=ask) == (0 if gone else 1)
    assert bool(holds_needle(home)) is not gone


def parsed(args: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_wipe(parser)
    return parser.parse_args(args)


def test_nothing_is_wiped_under_a_running_station(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lived_in(home)
    running = Server(home / "session.sock")
    try:
        assert main(["wipe", "--yes", "--config", configured(home)]) == 1
    finally:
        running.close()
    assert "systemctl stop balance-station" in capsys.readouterr().err
    assert holds_needle(home)


def test_nothing_is_wiped_under_a_running_uplink(home: Path) -> None:
    database = lived_in(home)
    with Store(database) as uplink:
        uplink.backlog()
        with pytest.raises(StoreError, match="stop balance-uplink"):
            look(database)
        with pytest.raises(StoreError, match="stop balance-uplink"):
            wipe(database, subj=NEEDLE, everything=False)
    assert not (home / WIPING).exists()
    assert holds_needle(home)


def cut_after(monkeypatch: pytest.MonkeyPatch, calls: int) -> None:
    """Let the power go at the removal of a file."""
    unlink, left = Path.unlink, itertools.count()

    def until(path: Path, missing_ok: bool = False) -> None:
        if next(left) >= calls:
            raise OSError(5, "cut off", str(path))
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", until)


@pytest.mark.parametrize("calls", range(9))
def test_a_wipe_cut_off_keeps_the_station_from_starting_until_it_is_finished(
    home: Path, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = lived_in(home)
    with monkeypatch.context() as patched:
        cut_after(patched, calls)
        with pytest.raises(StoreError, match="wipe again"):
            wipe(database, subj=NEEDLE, everything=False)
    starts: list[Callable[[], object]] = [
        lambda: Store(database), lambda: make_sound(database, log=lambda _: None)
    ]  # fmt: skip
    for start in starts:
        with pytest.raises(StoreError, match="finishes what is left"):
            start()
    assert main(["wipe", "--config", configured(home)]) == 0  # what was agreed to is not asked again
    assert not holds_needle(home)
    Store(database).close()


def test_a_wiped_station_does_not_let_the_next_one_train_as_the_one_before(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lived_in(home)
    config = configured(home)
    assert main(["wipe", "--yes", "--config", config]) == 0
    for process in ("run", "uplink"):
        assert main([process, "--config", config]) == 1
        assert "still enrolled for p-lemon" in capsys.readouterr().err
    check_owner(home, "p-orange")
    check_owner(home, NEEDLE)  # the mark went with the new name
    assert not (home / WIPED).exists()


def test_a_strangers_file_is_left_alone_and_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lived_in(home)
    (home / "holiday.jpg").write_text("sea")
    assert main(["wipe", "--yes", "--config", configured(home)]) == 0
    assert "left alone: holiday.jpg" in capsys.readouterr().out
    assert (home / "holiday.jpg").exists()


def test_a_link_is_removed_and_what_it_leads_to_is_not_written_over(home: Path) -> None:
    lived_in(home)
    (home.parent / "else").write_text("not the station's")
    (home / "ledger-99999999").symlink_to(home.parent / "else")
    assert main(["wipe", "--yes", "--config", configured(home)]) == 0
    assert (home.parent / "else").read_text() == "not the station's"


def test_a_wiped_station_begins_like_a_new_one(home: Path) -> None:
    database = lived_in(home)
    wipe(database, subj=None, everything=False)
    with Store(database) as store:
        assert store.newest_prescription() is None
        assert store.backlog().depth == 0
    with sqlite3.connect(database) as again:
        assert again.execute("SELECT COUNT(*) FROM session").fetchone() == (0,)


def test_of_damaged_files_the_newest_few_are_kept_with_their_logs(tmp_path: Path) -> None:
    database = tmp_path / "station.sqlite3"
    for made_ns in range(100, 110):
        for name in (
            f"{database.name}.bad-{made_ns}",
            f"{database.name}.bad-{made_ns}-wal",
            f"trial-a.bad-{made_ns}",
        ):
            (tmp_path / name).touch()
    make_sound(database, log=lambda _: None)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {
        name
        for made_ns in range(110 - KEPT, 110)
        for name in (
            f"{database.name}.bad-{made_ns}",
            f"{database.name}.bad-{made_ns}-wal",
            f"trial-a.bad-{made_ns}",
        )
    }
    assert prune_bad(database) == 0
