"""A log filter: what was refused is a line, not a page of the program's inside."""

import logging


class Refusals(logging.Filter):
    """Takes the trace from records of refusals (a status below 500); those of faults keep it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return True: every record is said."""
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = None
        return True
