"""A log filter for what is true again and again: said once a minute, not each time."""

import logging
from typing import Final

QUIET_S: Final = 60.0


class Seldom(logging.Filter):
    """Lets the same sentence through once in `QUIET_S`, by the time the records themselves carry."""

    def __init__(self) -> None:
        super().__init__()
        self._said_s: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether this record is to be said."""
        self._said_s = {line: at_s for line, at_s in self._said_s.items() if record.created - at_s < QUIET_S}
        line = record.getMessage()
        if line in self._said_s:
            return False
        self._said_s[line] = record.created
        return True
