"""The PostgreSQL database, by PostgreSQL's own programs: pg_dump, pg_restore and psql.

A restore is one transaction: the schema that was there is renamed and kept, or nothing has happened.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from django.db import connection

from station.errors import DamagedError, StoreError

NAME: Final = "care.pgdump"
SCHEMA: Final = "public"
KEPT: Final = "before_"  # begins the name of a schema that was there before a restore


def dump(out: Path) -> None:
    """Write the database in pg_dump's custom format. Raises StoreError.

    What restores have kept beside it is left out: it could not be there twice.
    """
    _refuse_other_schema()
    form = ("--format=custom", "--no-owner", "--no-privileges", f"--exclude-schema={KEPT}*")
    _run("pg_dump", *form, f"--file={out}", in_database=True)
    check(out)


def check(file: Path) -> None:
    """Raise StoreError where pg_restore cannot read all of a dump: a DamagedError where that is to blame."""
    try:
        _run("pg_restore", f"--file={os.devnull}", str(file))
    except StoreError as error:
        if "unsupported version" in str(error):
            raise StoreError(f"{error}: it was made by a newer one; install that here") from None
        raise DamagedError(f"{file.name}: the database is damaged ({error})") from None


def _refuse_other_schema(*, to_replace: bool = False) -> None:
    """Raise StoreError unless the tables are where a restore puts them, and it may put them there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_schema(), (SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace "
            "WHERE nspname = 'public')"
        )
        schema, is_ours = cursor.fetchone()
    name = connection.settings_dict["NAME"]
    if schema != SCHEMA:
        raise StoreError(f"database {name}: its tables are in schema {schema}; only {SCHEMA} can be kept")
    if to_replace and not is_ours:
        user = connection.settings_dict["USER"]
        raise StoreError(
            f"database {name}: {user} may not replace its schema {SCHEMA}; as its administrator run: "
            f"ALTER SCHEMA {SCHEMA} OWNER TO {user}"
        )


def is_empty() -> bool:
    """Whether no table is there."""
    return not connection.introspection.table_names()


def load(file: Path, work: Path, *, keep_as: str | None) -> None:
    """Put a dump in the place of what is there, which is kept under the schema `keep_as`; all or nothing.

    Raises StoreError; then everything is as it was.
    """
    _refuse_other_schema(to_replace=True)
    script = work / "restore.sql"
    quote = connection.ops.quote_name
    with script.open("w", encoding="utf-8") as out:
        if keep_as is not None:
            out.write(f"ALTER SCHEMA {SCHEMA} RENAME TO {quote(keep_as)};\nCREATE SCHEMA {SCHEMA};\n")
    script.chmod(0o600)
    _run("pg_restore", "--no-owner", "--no-privileges", f"--file={work / 'dump.sql'}", str(file))
    with script.open("ab") as out, (work / "dump.sql").open("rb") as dumped:
        shutil.copyfileobj(dumped, out)
    (work / "dump.sql").unlink()
    connection.close()
    options = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")
    _run("psql", *options, f"--file={script}", f"--output={os.devnull}", in_database=True)
    script.unlink()


def put_back(kept_as: str | None) -> None:
    """Undo `load`: what was restored goes, what was kept comes back."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        said = [f"DROP SCHEMA {SCHEMA} CASCADE"]
        said.append(
            f"ALTER SCHEMA {quote(kept_as)} RENAME TO {SCHEMA}" if kept_as else f"CREATE SCHEMA {SCHEMA}"
        )
        cursor.execute("; ".join(said))  # one transaction


def _run(program: str, *arguments: str, in_database: bool = False) -> None:
    found = shutil.which(program)
    if found is None:
        raise StoreError(f"{program} is not here; install it: apt-get install postgresql-client")
    env = {**os.environ, **(_where() if in_database else {})}
    done = subprocess.run(
        (found, *arguments), check=False, capture_output=True, stdin=subprocess.DEVNULL, env=env
    )
    if done.returncode:
        said = _last(done.stderr.decode(errors="replace").splitlines())
        raise StoreError(f"{program} could not do it: {said}")


def _last(lines: Sequence[str]) -> str:
    return next(
        (line for line in lines if "error" in line.lower()), lines[-1] if lines else "it said nothing"
    )


def _where() -> dict[str, str]:
    """Return the database as libpq reads it from the environment: a password on a command line is seen."""
    from psycopg import pq  # noqa: PLC0415 who keeps to SQLite needs no driver

    given = connection.get_connection_params()
    known = ((it.keyword.decode(), it.envvar) for it in pq.Conninfo.get_defaults())
    return {
        env.decode(): str(given[word]) for word, env in known if env and given.get(word) not in {None, ""}
    }
