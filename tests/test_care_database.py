"""DATABASE_URL: read as libpq reads it, refused in one sentence without its password."""

import re
from pathlib import Path

import pytest

from station.errors import ConfigError
from ui.care.installation.database import database, keep_connections
from ui.care.installation.folder import DataFolder
from ui.care.serving.vital import EVERY_S

UNIT = Path(__file__).parents[1] / "systemd" / "balance-care@.service"
FOLDER = DataFolder(Path("/nowhere"))


def test_a_postgresql_url_is_used_whole_and_a_commit_is_always_on_the_disk() -> None:
    found = database(FOLDER, "postgresql://care:s%40fe@db.example.org:5433/balance?sslmode=verify-full")
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert [found[part] for part in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        *("balance", "care", "s@fe", "db.example.org", "5433")
    ]
    assert found["OPTIONS"]["sslmode"] == "verify-full"
    assert found["OPTIONS"]["options"] == "-c synchronous_commit=on"


@pytest.mark.parametrize(
    "url",
    ["mysql://care:geheim@db/balance", "postgresql:", "postgresql://a:geheim%@db/x", "postgres://geheim@db"],
)
def test_another_url_is_refused_and_its_password_not_said(url: str) -> None:
    with pytest.raises(ConfigError, match=r"^DATABASE_URL: it ") as said:
        database(FOLDER, url)
    assert "geheim" not in str(said.value)


def test_a_served_site_keeps_its_connections_to_postgresql_and_sqlite_stays_as_it_is() -> None:
    postgres, sqlite = database(FOLDER, "postgresql://care@db/balance"), database(FOLDER, "")
    before = dict(sqlite["OPTIONS"])
    keep_connections(postgres)
    keep_connections(sqlite)
    assert postgres["OPTIONS"]["pool"]["max_size"] < 100, "recorders and operators need some too"
    assert postgres["CONN_HEALTH_CHECKS"], "one that died meanwhile is left"
    (watched,) = re.findall(r"^WatchdogSec=(\d+)s", UNIT.read_text(), re.M)
    assert EVERY_S + postgres["OPTIONS"]["pool"]["timeout"] < 0.75 * int(watched), "signed with a server away"
    assert sqlite["OPTIONS"] == before


def test_without_a_url_it_is_a_file_in_the_data_folder() -> None:
    assert database(FOLDER, "")["NAME"] == Path("/nowhere/care.sqlite3")
