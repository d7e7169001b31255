"""A backup holds everything and comes back whole, or nothing has happened; on SQLite and on PostgreSQL."""

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import psycopg
import pytest

from benchmarks.own_postgres import own_postgres, why_not
from benchmarks.tally import fresh_database
from station.errors import DamagedError, StoreError
from ui.care.folder import DataFolder
from ui.care.keeping.archive import File, Manifest, part_of, read_manifest, unpack, write_archive
from ui.care.running import at_work


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if why := why_not():
        pytest.skip(why)
    with own_postgres() as postgres:
        yield postgres.url


@dataclass
class Care:
    """A care side in a folder of its own, used by its commands."""

    data: Path
    url: str

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "BALANCE_CARE_DATA": str(self.data), "DATABASE_URL": self.url}
        command = (sys.executable, "-m", "ui.care", *arguments)
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    def do(self, *arguments: str) -> str:
        done = self(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refused(self, *arguments: str) -> str:
        done = self(*arguments)
        assert done.returncode == 1, done.stdout
        assert len(done.stderr.splitlines()) == 1
        return done.stderr

    def ask(self, query: str) -> list[tuple[object, ...]]:
        if self.url:
            with psycopg.connect(self.url) as connection:
                cursor = connection.execute(query)  # type: ignore[arg-type, unused-ignore]
                return cursor.fetchall() if cursor.description else []
        with closing(sqlite3.connect(self.data / "care.sqlite3")) as connection, connection:
            return connection.execute(query).fetchall()

    def stations(self) -> list[str]:
        return [str(sid) for (sid,) in self.ask("SELECT sid FROM care_station ORDER BY sid")]


@pytest.fixture(params=["sqlite", "postgresql"])
def care(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Care]:
    if request.param == "sqlite":
        yield begun(Care(tmp_path / "care", ""))
        return
    with fresh_database(request.getfixturevalue("server")) as url:
        yield begun(Care(tmp_path / "care", url))


def begun(care: Care) -> Care:
    care.do("migrate")
    care.do("enrol", "home-1", "--patient", "Anna Muster")
    return care


def test_a_backup_comes_back_with_database_keys_and_audit(care: Care, tmp_path: Path) -> None:
    file = tmp_path / "one.tar.gz"
    assert "secret-key, signing-key" in care.do("backup", "--out", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    assert "whole" in care.do("backup", "--check", str(file))
    key = (care.data / "signing-key").read_bytes()
    (care.data / "signing-key").unlink()
    care.do("enrol", "home-2", "--patient", "Bert Fremd")  # with a key that was made anew

    assert "is not empty; --over keeps" in care.refused("restore", str(file))
    with at_work(DataFolder(care.data)):
        assert "stop them first" in care.refused("restore", str(file), "--over")
    assert care.stations() == ["home-1", "home-2"]

    said = care.do("restore", str(file), "--over")
    assert care.stations() == ["home-1"]
    assert (care.data / "signing-key").read_bytes() == key
    (kept,) = tmp_path.glob("care.before-*")
    assert str(kept) in said
    assert (kept / "signing-key").read_bytes() != key
    if care.url:
        ((schema,),) = care.ask("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'before%'")
        assert f"DROP SCHEMA {schema} CASCADE" in said
        kept_stations = care.ask(f"SELECT sid FROM {schema}.care_station ORDER BY sid")  # noqa: S608
        assert kept_stations[1] == ("home-2",)
    actions = [action for (action,) in care.ask("SELECT action FROM care_audit ORDER BY number")]
    assert actions[-2:] == ["took a backup", "restored a backup"]
    care.do("audit", "--verify")
    assert json.loads(care.do("check", "--json"))["state"] != "bad"


def test_a_restore_that_fails_leaves_everything_as_it_was(care: Care, tmp_path: Path) -> None:
    care.ask("UPDATE care_audit SET subject = 'home-9' WHERE number = 1")
    bad = tmp_path / "bad.tar.gz"
    care.do("backup", "--out", str(bad))
    care.ask("UPDATE care_audit SET subject = 'home-1' WHERE number = 1")
    care.do("enrol", "home-2", "--patient", "Bert Fremd")
    assert "the audit in it is not whole: line 1" in care.refused("restore", str(bad), "--over")
    assert care.stations() == ["home-1", "home-2"]
    care.do("audit", "--verify")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.tar.gz", "care"]


def test_a_backup_of_a_newer_database_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    care, file = begun(Care(tmp_path / "care", "")), tmp_path / "newer.tar.gz"
    care.ask("INSERT INTO django_migrations (app, name, applied) VALUES ('care', '9999_later', '2031-01-01')")
    care.do("backup", "--out", str(file))
    assert "does not know (care.9999_later); install that version" in care.refused("restore", str(file))
    assert "care.9999_later" in care.refused("backup", "--check", str(file))
    other = Care(tmp_path / "other", "postgresql://nobody@127.0.0.1:1/nothing")
    assert "of a sqlite database, and this care side uses postgresql" in other.refused("restore", str(file))


def test_an_empty_place_takes_a_backup_without_a_word_more(tmp_path: Path) -> None:
    care, file = begun(Care(tmp_path / "care", "")), tmp_path / "one.tar.gz"
    care.do("backup", "--out", str(file))
    new = Care(tmp_path / "new", "")
    assert "before" not in new.do("restore", str(file))
    assert new.stations() == ["home-1"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["care", "new", "one.tar.gz"]


# -- the file ------------------------------------------------------------------------------------------------


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    content = tmp_path / "content"
    content.write_bytes(b"what must not change" * 100)
    files = [File("database/care.sqlite3", content), File("folder/signing-key", content)]
    manifest = Manifest(
        format="balance-care-backup-1", made="2026-05-04T09:00:00Z", version="0.1.0", database="sqlite",
        migrations=(), audit="0:0", counts={}, parts=tuple(part_of(file) for file in files),
    )  # fmt: skip
    write_archive(tmp_path / "whole.tar.gz", manifest, files)
    return tmp_path / "whole.tar.gz"


def changed(archive: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> Path:
    out = archive.with_name("changed.tar.gz")
    with tarfile.open(archive) as old, tarfile.open(out, "w:gz") as new:
        for member in old:
            stream = old.extractfile(member)
            assert stream
            found = change(member.name, stream.read())
            if found is not None:
                info = tarfile.TarInfo(found[0])
                info.size = len(found[1])
                new.addfile(info, BytesIO(found[1]))
    return out


def test_a_part_that_was_changed_is_named(archive: Path) -> None:
    assert unpack(archive) == read_manifest(archive)
    bad = changed(archive, lambda name, data: (name, b"!" + data[1:] if "key" in name else data))
    with pytest.raises(DamagedError, match="folder/signing-key is not as it was written"):
        unpack(bad)


def test_a_part_that_is_missing_or_too_many_is_named(archive: Path) -> None:
    with pytest.raises(DamagedError, match="folder/signing-key is missing"):
        unpack(changed(archive, lambda name, data: None if "key" in name else (name, data)))
    with pytest.raises(DamagedError, match="folder/other is not among"):
        unpack(changed(archive, lambda name, data: (name.replace("signing-key", "other"), data)))


def test_no_part_is_written_outside_of_its_folder(archive: Path, tmp_path: Path) -> None:
    def outward(name: str, data: bytes) -> tuple[str, bytes]:
        return name.replace("folder/", "folder/../../"), data.replace(b"folder/", b"folder/../../")

    with pytest.raises(DamagedError, match="no name of a part"):
        unpack(changed(archive, outward), tmp_path / "there")
    assert not (tmp_path / "there").exists()


@pytest.mark.parametrize("cut", range(0, 100, 7))
def test_a_file_that_was_cut_is_never_taken_for_whole(archive: Path, cut: int) -> None:
    data = archive.read_bytes()
    short = archive.with_name("short")
    short.write_bytes(data[: len(data) * cut // 100])
    with pytest.raises(StoreError, match="short: "):
        unpack(short)
