"""Files beside the database that say how far a wipe has come; while one is under way no station starts."""

import hashlib
from pathlib import Path
from typing import Final

from station.errors import StoreError

WIPING: Final = "wiping"  # a wipe has begun, and may have been cut off
WIPED: Final = "wiped"  # whose data was removed last: a hash of the pseudonym
AGAIN: Final = "run sudo balance-station wipe again, it finishes what is left"


def check_whole(folder: Path) -> None:
    """Raise StoreError where a wipe was cut off: what is left is half of a person."""
    if (folder / WIPING).exists():
        raise StoreError(f"the data in {folder} was being wiped and the wipe was cut off; {AGAIN}")


def check_owner(folder: Path, subj: str | None) -> None:
    """Raise StoreError where the station was wiped and still speaks for the person from before.

    Else the next one would train under that pseudonym. Once it speaks for somebody else, the mark goes.
    """
    mark = folder / WIPED
    try:
        wiped = mark.read_text("ascii")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(
            f"{mark}: cannot be read ({error}); remove it once this station is enrolled"
        ) from None
    if subj is not None and wiped == hash_of(subj):
        raise StoreError(
            f"this station was wiped and is still enrolled for {subj}: enrol it for the next patient "
            f"(balance-station enrol, or [station] subj), or remove {mark} where it is the same one again"
        )
    mark.unlink(missing_ok=True)


def hash_of(subj: str) -> str:
    """Return what is kept of a pseudonym that must be known again, and not be read."""
    return hashlib.sha256(subj.encode()).hexdigest()
