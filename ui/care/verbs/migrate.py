"""`balance-care migrate`: make the data folder and the database, or bring them up to date."""

import argparse

from django.core.management import call_command

from ui.care.installation.folder import data_folder
from ui.care.installation.ready import refuse_newer_database


def run(_arguments: argparse.Namespace) -> int:
    """Migrate. Returns 0. Raises StoreError for a database of a newer version."""
    folder = data_folder()
    folder.create()
    refuse_newer_database()
    call_command("migrate", interactive=False, verbosity=0)
    if folder.database.exists():
        folder.database.chmod(0o600)  # it holds the names; SQLite gives its side files the same mode
    return 0
