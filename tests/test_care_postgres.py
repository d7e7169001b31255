"""A real PostgreSQL server of the tests' own: what comes in is filed there as on SQLite."""

import os
import subprocess
import sys

import pytest

from benchmarks.own_postgres import own_postgres, why_not

RUN = ("tests/test_care_intake.py", "tests/test_care_dating.py", "tests/test_care_audit.py")


@pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="all of it runs on PostgreSQL already")
def test_what_stations_send_is_filed_on_postgresql_as_on_sqlite() -> None:
    if why := why_not():
        pytest.skip(why)
    with own_postgres(durable=False) as server:
        done = subprocess.run(
            (sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *RUN),
            env={**os.environ, "DATABASE_URL": server.url, "PYTEST_ADDOPTS": ""},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-4000:]
