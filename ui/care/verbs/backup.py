"""`balance-care backup FILE`: database, keys and authority as one file."""

import argparse
import sys

from ui.care.installation.folder import data_folder
from ui.care.installation.ready import require_database
from ui.care.keeping.archive import Manifest
from ui.care.keeping.backup import back_up
from ui.care.keeping.restore import check


def run(arguments: argparse.Namespace) -> int:
    """Make a backup, or look through one. Returns 0. Raises StationError."""
    if arguments.check:
        manifest = check(arguments.file)
        sys.stdout.write(f"{arguments.file}: whole, {manifest.words}\n")
        return 0
    require_database()
    manifest = back_up(data_folder(), arguments.file)
    sys.stdout.write(f"{arguments.file}: {manifest.words}\n{_warned(manifest)}\n")
    return 0


def _warned(manifest: Manifest) -> str:
    held = "names and results of every patient, accounts with their second factors"
    keys = (
        ", ".join(name.rstrip("/") for name in manifest.secrets) or "none; keep those of the unit elsewhere"
    )
    return f"It holds {held}, and these secrets: {keys}. Whoever has it has all of that: keep it encrypted."
