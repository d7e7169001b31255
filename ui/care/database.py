"""Which database the care side uses."""

from typing import Any

from station.errors import ConfigError
from ui.care.folder import DataFolder

BUSY_TIMEOUT_S = 10  # site and recorder share one SQLite file; a writer waits for the other this long

# WAL lets the site read while the recorder writes. FULL: a commit is on the disk before the station is told
# that it may forget its copy.
PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON"


def database(folder: DataFolder, url: str) -> dict[str, Any]:
    """Return Django's description of the database. Raises ConfigError for a URL that is not supported."""
    if url:
        scheme = url.split(":", 1)[0]
        raise ConfigError(
            f"DATABASE_URL is {scheme}:…; only the built-in SQLite is supported so far: unset it"
        )
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
