"""Brings a database that a newer version wrote into this version's format, with all that it holds.

    python -m station.update.older DATABASE

The package runs it when an older one is installed by hand; `balance-station update` has its own way back.
"""

import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from station.errors import UpdateError
from station.session.schema import bring_up_to_date
from station.update.data import NEWER, carry_back


def carry_to_this_version(database: Path) -> bool:
    """Bring it back where it is newer; return whether it was. No station may run. Raises UpdateError."""
    if not database.exists():
        return False
    with tempfile.TemporaryDirectory() as folder:
        blank = Path(folder) / "blank.sqlite3"
        with closing(sqlite3.connect(blank, isolation_level=None)) as made:
            made.execute("BEGIN")
            bring_up_to_date(made, 0)
            made.execute("COMMIT")
        return carry_back(database, blank)


def main(argv: list[str]) -> int:
    """Bring back the one that is named; return 0, or 1 with one line on stderr."""
    database = Path(argv[0])
    try:
        if carry_to_this_version(database):
            sys.stdout.write(
                f"{database}: brought back into the format of this version; before: {database.name}{NEWER}\n"
            )
    except (UpdateError, sqlite3.Error, OSError) as error:
        sys.stderr.write(f"{error}; the station does not start until the newer version is installed again\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
