"""What the uplink has noted of the care team's computer."""

import sqlite3
from contextlib import suppress
from typing import Final, Protocol

import msgspec

from station.errors import StoreError
from station.training.health import CareSide

CARE_NOTE: Final = "care_side"


class Notes(Protocol):
    """Where small things are remembered."""

    def note(self, key: str) -> bytes | None:
        """Return a small thing."""
        ...


def known_care_side(notes: Notes) -> CareSide | None:
    """Return whether it answers, and since when; None where nobody knows."""
    with suppress(StoreError, sqlite3.Error, msgspec.DecodeError):
        note = notes.note(CARE_NOTE)
        return None if note is None else msgspec.json.decode(note, type=CareSide | None)
    return None
