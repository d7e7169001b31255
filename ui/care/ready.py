"""Whether the database is there and up to date."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from station.errors import StoreError
from ui.care.folder import data_folder


def require_database() -> None:
    """Raise StoreError, saying what to run, unless every migration is applied."""
    file = data_folder().database
    # Looking would make an empty file.
    if connection.vendor == "sqlite" and not connection.in_atomic_block and not file.exists():
        raise StoreError(f"{file}: there is no care database yet; run: balance-care migrate")
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        where = file if connection.vendor == "sqlite" else f"database {connection.settings_dict['NAME']}"
        raise StoreError(
            f"{where}: the care database is missing or of an older version; run: balance-care migrate"
        )
