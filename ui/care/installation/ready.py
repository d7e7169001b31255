"""Whether the database is there and up to date."""

from collections.abc import Iterable

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from station.errors import StoreError
from ui.care.installation.folder import data_folder


def require_database() -> None:
    """Raise StoreError, saying what to run, unless every migration is applied and no other."""
    file = data_folder().database
    # Looking would make an empty file.
    if connection.vendor == "sqlite" and not connection.in_atomic_block and not file.exists():
        raise StoreError(f"{file}: there is no care database yet; run: balance-care migrate")
    refuse_newer_database()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise StoreError(
            f"{_where()}: the care database is missing or of an older version; run: balance-care migrate"
        )


def refuse_newer_database() -> None:
    """Raise StoreError where a newer version has changed the database: this one cannot write it."""
    applied = MigrationLoader(connection).applied_migrations
    for app, name in newer_migrations(applied):
        raise StoreError(
            f"{_where()}: the care database is of a newer version ({app} {name}); install that version "
            "again. It was left as it is, and stations keep what they have to send until then"
        )


def newer_migrations(applied: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return those of applied migrations, (app, name), that only a newer version can have.

    Migrations are numbered; what is unknown and below the newest known was replaced, and is of the past.
    """
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    newest: dict[str, str] = {}
    for app, name in known:
        newest[app] = max(name, newest.get(app, ""))
    return [(app, name) for app, name in sorted(applied) if app in newest and name > newest[app]]


def _where() -> str:
    sqlite = connection.vendor == "sqlite"
    return str(data_folder().database) if sqlite else f"database {connection.settings_dict['NAME']}"
