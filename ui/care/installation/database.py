"""Which database the care side uses: a SQLite file of its own, or the PostgreSQL that DATABASE_URL names."""

from typing import Any

from station.errors import ConfigError
from ui.care.installation.folder import DataFolder

BUSY_TIMEOUT_S = 10  # site and recorder share one SQLite file; a writer waits for the other this long
CONNECT_TIMEOUT_S = 10
# A database beyond this machine may vanish without a word; the recorder must notice (libpq, section 34.1.2).
SILENT_PEER = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}

# The server takes 100 by default, recorders among them. Who finds none free is told so after `timeout`, with
# the server away too: the site's sign of life has to come in time then. Without `reconnect_timeout` a pool
# waits ever longer between its attempts, up to minutes after the server is back.
POOL = {"min_size": 1, "max_size": 40, "timeout": 3.0, "reconnect_timeout": 3.0, "max_idle": 300.0}

# WAL lets the site read while the recorder writes. FULL: a commit is on the disk before the station is told
# that it may forget its copy.
PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON"


def database(folder: DataFolder, url: str) -> dict[str, Any]:
    """Return Django's description of the database. Raises ConfigError for a URL that is not supported."""
    return _postgres(url) if url else _sqlite(folder)


def keep_connections(described: dict[str, Any]) -> None:
    """Have a process keep its connections to PostgreSQL from page to page; `described` is as above.

    A new one costs a page some 20 ms: its server process has everything to look up again.
    """
    if described["ENGINE"] == "django.db.backends.postgresql":
        described["OPTIONS"]["pool"] = dict(POOL)
        described["CONN_HEALTH_CHECKS"] = True  # one that died meanwhile is left, and another one made


def _sqlite(folder: DataFolder) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": folder.database,
        "OPTIONS": {
            "timeout": BUSY_TIMEOUT_S,
            # A transaction that read first could otherwise not be upgraded when another has written since.
            "transaction_mode": "IMMEDIATE",
            "init_command": PRAGMAS,
        },
    }


def _postgres(url: str) -> dict[str, Any]:
    """Return the parts of a URL as libpq itself reads it: sslmode and all else it knows may stand there."""
    from psycopg import ProgrammingError  # noqa: PLC0415 who keeps to SQLite needs no driver
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    scheme, _, rest = url.partition("://")
    if scheme not in {"postgresql", "postgres"} or not rest:
        raise ConfigError(
            "DATABASE_URL: it must be postgresql://USER:PASSWORD@HOST/DATABASE (unset: a SQLite file)"
        )
    try:
        parts: dict[str, Any] = {**SILENT_PEER, "connect_timeout": CONNECT_TIMEOUT_S, **conninfo_to_dict(url)}
    except ProgrammingError as error:  # what it says may hold a part of the password
        raise ConfigError(
            "DATABASE_URL: it cannot be read as a PostgreSQL URL (percent-encode its password)"
        ) from error
    name = parts.pop("dbname", None)
    if not name:
        raise ConfigError("DATABASE_URL: it names no database; end it with /DATABASE")
    # As FULL above, whatever the server's default is.
    parts["options"] = f"{parts.get('options', '')} -c synchronous_commit=on".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": parts,
    }
