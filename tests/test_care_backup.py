"""A backup holds everything and comes back whole, or nothing has happened; on SQLite and on PostgreSQL."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from benchmarks.own_postgres import own_postgres, why_not
from benchmarks.tally import fresh_database
from station.errors import DamagedError, StoreError
from ui.care.installation.folder import DataFolder
from ui.care.installation.running import at_work
from ui.care.keeping.archive import File, Manifest, part_of, read_manifest, unpack, write_archive

# Commands one after another in one process: to start it is what takes long.
COMMANDS = """
import contextlib, io, json, sys
from django.db import connections
from ui.care.__main__ import main
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(json.loads(line))
        connections.close_all()
    print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)
"""
# As a version did whose newest migration this was.
EARLIER = """
import sys
from pathlib import Path
import django; django.setup()
from django.core.management import call_command
from ui.care.installation.folder import data_folder
from ui.care.keeping.backup import back_up
call_command("migrate", "care", sys.argv[1], verbosity=0)
back_up(data_folder(), Path(sys.argv[2]))
"""
SMALL_KB = 300
BEGUN = "begun"


@dataclass
class Care:
    """A care side in a folder of its own, used by its commands."""

    data: Path
    url: str
    child: subprocess.Popen[str]

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        assert self.child.stdin
        assert self.child.stdout
        self.child.stdin.write(f"{json.dumps(arguments)}\n")
        self.child.stdin.flush()
        code, out, err = json.loads(self.child.stdout.readline())
        return code, out, err

    def do(self, *arguments: str) -> str:
        code, out, err = self(*arguments)
        assert code == 0, err
        return out

    def refused(self, *arguments: str) -> str:
        code, out, err = self(*arguments)
        assert code == 1, out
        assert len(err.splitlines()) == 1
        return err

    def ask(self, query: str) -> list[tuple[object, ...]]:
        if self.url:
            with psycopg.connect(self.url) as server:
                cursor = server.execute(query)  # type: ignore[arg-type, unused-ignore]
                return cursor.fetchall() if cursor.description else []
        with closing(sqlite3.connect(self.data / "care.sqlite3")) as connection, connection:
            return connection.execute(query).fetchall()

    def back_up_as_of(self, migration: str, file: Path) -> None:
        """Bring the database into the form that an earlier version had, and back it up."""
        env = {**os.environ, "BALANCE_CARE_DATA": str(self.data), "DATABASE_URL": self.url}
        env["DJANGO_SETTINGS_MODULE"] = "ui.care.settings"
        subprocess.run((sys.executable, "-c", EARLIER, migration, str(file)), env=env, check=True)

    def stations(self) -> list[str]:
        return [str(sid) for (sid,) in self.ask("SELECT sid FROM care_station ORDER BY sid")]


@contextmanager
def care_in(data: Path, url: str) -> Iterator[Care]:
    env = {**os.environ, "BALANCE_CARE_DATA": str(data), "DATABASE_URL": url}
    command = (sys.executable, "-u", "-c", COMMANDS)
    with subprocess.Popen(
        command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        yield Care(data, url, child)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if why := why_not():
        pytest.skip(why)
    with own_postgres(durable=False) as postgres:
        yield postgres.url


@pytest.fixture(scope="module")
def begun(
    tmp_path_factory: pytest.TempPathFactory, migrated_care: Path, request: pytest.FixtureRequest
) -> Callable[[str], tuple[Path, str]]:
    """Make a care side with one station of a kind, once: copies of folder and database are what tests use."""
    made: dict[str, tuple[Path, str]] = {}

    def make(kind: str) -> tuple[Path, str]:
        if kind not in made:
            url, data = "", tmp_path_factory.mktemp(kind) / "care"
            if kind == "postgresql":
                server = request.getfixturevalue("server")
                with psycopg.connect(server, autocommit=True) as connection:
                    connection.execute(f"CREATE DATABASE {BEGUN}")
                url = urlsplit(server)._replace(path=f"/{BEGUN}").geturl()
            else:
                shutil.copytree(migrated_care, data)
            with care_in(data, url) as care:
                care.do("migrate")  # a glance, where it was copied
                care.do("enrol", "home-1", "--patient", "Anna Muster")
            made[kind] = data, url
        return made[kind]

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def care(
    request: pytest.FixtureRequest, tmp_path: Path, begun: Callable[[str], tuple[Path, str]]
) -> Iterator[Care]:
    data, url = begun(request.param)
    shutil.copytree(data, tmp_path / "care")
    with ExitStack() as stack:
        if url:
            url = stack.enter_context(fresh_database(request.getfixturevalue("server"), like=BEGUN))
        yield stack.enter_context(care_in(tmp_path / "care", url))


@pytest.fixture
def on_sqlite(tmp_path: Path, begun: Callable[[str], tuple[Path, str]]) -> Iterator[Care]:
    shutil.copytree(begun("sqlite")[0], tmp_path / "care")
    with care_in(tmp_path / "care", "") as care:
        yield care


def test_a_backup_comes_back_with_database_keys_and_audit(care: Care, tmp_path: Path) -> None:
    file = tmp_path / "one.tar.gz"
    assert "secret-key, signing-key" in care.do("backup", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    assert "whole" in care.do("backup", "--check", str(file))
    assert "it is there already" in care.refused("backup", str(file))
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


def test_what_was_restored_once_is_backed_up_and_restored_again(care: Care, tmp_path: Path) -> None:
    care.do("backup", str(tmp_path / "one"))
    care.do("restore", str(tmp_path / "one"), "--over")
    care.do("backup", str(tmp_path / "two"))
    if care.url:  # the schema that was kept would be there twice
        care.ask("ALTER SCHEMA public RENAME TO before_any; CREATE SCHEMA public")
        care.ask("DROP SCHEMA before_any CASCADE")
    shutil.rmtree(care.data)
    assert "before" not in care.do("restore", str(tmp_path / "two"))
    assert care.stations() == ["home-1"]
    care.do("audit", "--verify")


def test_a_backup_of_an_earlier_version_comes_back_in_the_form_of_this_one(
    care: Care, tmp_path: Path
) -> None:
    newest = "SELECT name FROM django_migrations WHERE app = 'care' ORDER BY id DESC LIMIT 1"
    file, now = tmp_path / "old.tar.gz", care.ask(newest)
    care.back_up_as_of("0013_language", file)
    assert care.ask(newest) == [("0013_language",)]
    care.do("restore", str(file), "--over")
    assert care.ask(newest) == now
    assert care.stations() == ["home-1"]
    care.do("audit", "--verify")


def test_a_restore_that_fails_leaves_everything_as_it_was(care: Care, tmp_path: Path) -> None:
    care.ask("UPDATE care_audit SET subject = 'home-9' WHERE number = 1")
    bad, cut = tmp_path / "bad.tar.gz", tmp_path / "cut.tar.gz"
    care.do("backup", str(bad))
    cut.write_bytes(bad.read_bytes()[:-40])
    cut.chmod(0o600)
    care.ask("UPDATE care_audit SET subject = 'home-1' WHERE number = 1")
    care.do("enrol", "home-2", "--patient", "Bert Fremd")
    assert "the audit in it is not whole: line 1" in care.refused("restore", str(bad), "--over")
    assert "cut.tar.gz: " in care.refused("restore", str(cut), "--over")
    assert "cut.tar.gz: " in care.refused("backup", "--check", str(cut))
    bad.chmod(0o640)
    assert f"run: chmod 600 {bad}" in care.refused("restore", str(bad), "--over")
    if care.url:
        with psycopg.connect(care.url):
            bad.chmod(0o600)
            assert "others are connected to it (127.0.0.1)" in care.refused("restore", str(bad), "--over")
    assert care.stations() == ["home-1", "home-2"]
    care.do("audit", "--verify")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.tar.gz", "care", "cut.tar.gz"]


def test_nothing_runs_where_a_restore_was_cut_off_until_it_is_done_again(
    on_sqlite: Care, tmp_path: Path
) -> None:
    file = tmp_path / "one.tar.gz"
    on_sqlite.do("backup", str(file))
    (on_sqlite.data / "restore-began").touch()
    assert "a restore was cut off" in on_sqlite.refused("recorder")
    on_sqlite.do("restore", str(file), "--over")
    assert on_sqlite.stations() == ["home-1"]


def test_a_backup_of_a_newer_database_or_of_another_kind_is_refused(on_sqlite: Care, tmp_path: Path) -> None:
    care, now = on_sqlite, tmp_path / "now.tar.gz"
    care.do("backup", str(now))

    def later(name: str, data: bytes) -> tuple[str, bytes]:
        manifest = name == "manifest.json"
        return name, data.replace(b"care.0001_initial", b"care.9999_later") if manifest else data

    file = changed(now, later)
    file.chmod(0o600)
    assert "does not know (care.9999_later); install that version" in care.refused("restore", str(file))
    assert "care.9999_later" in care.refused("backup", "--check", str(file))
    with care_in(tmp_path / "other", "postgresql://nobody@127.0.0.1:1/nothing") as other:
        said = other.refused("restore", str(file))
    assert "of a sqlite database, and this care side uses postgresql" in said


def test_an_empty_place_takes_a_backup_without_a_word_more(on_sqlite: Care, tmp_path: Path) -> None:
    file = tmp_path / "one.tar.gz"
    on_sqlite.do("backup", str(file))
    with care_in(tmp_path / "new", "") as new:
        assert "before" not in new.do("restore", str(file))
        assert new.stations() == ["home-1"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["care", "new", "one.tar.gz"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes a disk that is full")
def test_a_full_disk_is_said_and_nothing_stays_on_it(on_sqlite: Care, tmp_path: Path) -> None:
    disk, file = tmp_path / "disk", tmp_path / "one.tar.gz"
    disk.mkdir()
    on_sqlite.do("backup", str(file))
    care = f"{sys.executable} -m ui.care"
    out = f"{care} backup {disk}/two; ls -A {disk}"
    back = f"BALANCE_CARE_DATA={disk}/care {care} restore {file}; ls -A {disk}"
    for then, verb in ((out, "backup"), (back, "restore")):
        script = f"mount -t tmpfs -o size={SMALL_KB}k tmpfs {disk} && {then}"
        env = {**os.environ, "BALANCE_CARE_DATA": str(on_sqlite.data), "DATABASE_URL": ""}
        command = ("unshare", "-m", "sh", "-c", script)
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        if "unshare" in done.stderr or "mount:" in done.stderr:
            pytest.skip(f"no disk can be made here: {done.stderr}")
        assert len(done.stderr.splitlines()) == 1
        assert f"balance-care {verb}: " in done.stderr
        assert "full" in done.stderr or "No space" in done.stderr
        assert done.stdout == ""


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
