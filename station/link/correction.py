"""When something really was that was made while the clock was not set: known once it is, within one boot."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from station.session.store import Header


def corrected(made: Header, now: Header) -> str | None:
    """Return the time (RFC 3339, UTC) at which `made` was made, by the clock of `now`; None where unknown.

    Monotonic times are comparable within one boot only: after a loss of power nobody knows.
    """
    if made.clock == "synced" or now.clock != "synced" or made.boot != now.boot:
        return None
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(now.t) - timedelta(milliseconds=now.mono_ms - made.mono_ms)
        return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return None
