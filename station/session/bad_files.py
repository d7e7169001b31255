"""Damaged files that are kept for a helper: the newest few, no more."""

from contextlib import suppress
from pathlib import Path
from typing import Final

BAD: Final = ".bad-"
KEPT: Final = 3  # of the database, and as many of trials


def prune_bad(database: Path) -> int:
    """Remove all but the newest damaged databases (with their logs) and trials; return how many went."""
    gone = 0
    for pattern in (f"{database.name}{BAD}*", f"trial-*{BAD}*"):
        files = list(database.parent.glob(pattern))
        kept = sorted({_made_ns(path) for path in files})[-KEPT:]
        for path in files:
            if _made_ns(path) not in kept:
                with suppress(OSError):
                    path.unlink()
                    gone += 1
    return gone


def _made_ns(path: Path) -> int:
    digits = path.name.rpartition(BAD)[2].partition("-")[0]
    return int(digits) if digits.isdigit() else 0
