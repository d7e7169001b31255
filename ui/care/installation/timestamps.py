"""Times out of PostgreSQL, read quickly: a list of a thousand patients has thousands of them.

Django reads each with psycopg's own loader, written in Python for every form of time there is. Its
connections are in UTC, and the form PostgreSQL gives times then is one that Python itself reads far sooner.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db import DEFAULT_DB_ALIAS, connections


def read_times_quickly() -> None:
    """Have the connections that Django makes to PostgreSQL read times so; nothing on another database."""
    if connections[DEFAULT_DB_ALIAS].vendor != "postgresql":
        return
    from django.db.backends.postgresql.psycopg_any import (  # type: ignore[import-untyped]  # noqa: PLC0415
        get_adapters_template,
    )

    # The one map of adapters for all of Django's connections with these two settings.
    get_adapters_template(True, UTC).register_loader("timestamptz", loader())  # noqa: FBT003 Django's own


def loader() -> Any:
    """Return the class that reads one. A process without PostgreSQL asks for none."""
    from psycopg.types.datetime import TimestamptzLoader  # noqa: PLC0415 who keeps to SQLite has no driver

    class UtcLoader(TimestamptzLoader):
        """Reads `2026-11-29 16:27:59.85+00`; what has another form is left to psycopg."""

        timezone: ClassVar = UTC  # Django asks a loader for it

        def load(self, data: Any) -> datetime:
            text = bytes(data)
            if text.endswith(b"+00"):
                try:
                    return datetime.fromisoformat(text.decode())
                except ValueError:
                    pass  # before the year 1, or after 9999: psycopg has a sentence for it
            return super().load(data)

    return UtcLoader
