"""`balance-care restore`: a backup comes back."""

import argparse
import sys

from ui.care.installation.folder import data_folder
from ui.care.keeping.restore import restore


def run(arguments: argparse.Namespace) -> int:
    """Restore. Returns 0. Raises StationError; then everything is as it was."""
    done = restore(data_folder(), arguments.file, over=arguments.over)
    sys.stdout.write(f"restored: {done.manifest.words}\n")
    if done.kept_folder is not None:
        sys.stdout.write(f"what was there before: {done.kept_folder}; remove it when it is not needed\n")
    if done.kept_schema is not None:
        sys.stdout.write(
            f"its database before: schema {done.kept_schema}; remove it when it is not needed: "
            f"DROP SCHEMA {done.kept_schema} CASCADE\n"
        )
    sys.stdout.write("Now: balance-care check, then start recorder and site.\n")
    return 0
