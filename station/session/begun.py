"""When something was begun, as well as it is known at its end: the clock may have been set meanwhile."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from station.session.moment import Moment
from station.training.result import Clock


class Begun(NamedTuple):
    """A time (RFC 3339, UTC), and whether it may be believed."""

    started: str
    clock: Clock


def begun(then: Moment | None, text: str, now: Moment) -> Begun:
    """Return when it was begun, told `now`; `text` is what the clock said of it, `then` a moment soon after.

    Within one boot the monotonic clock tells by how much the clock was set; over two boots nobody knows.
    """
    if then is None or then.synced:
        return Begun(text, "synced")
    if not now.synced or then.boot != now.boot:
        return Begun(text, "unsynced")
    set_by = datetime.fromisoformat(now.t) - datetime.fromisoformat(then.t)
    at = datetime.fromisoformat(text) + set_by - timedelta(seconds=now.mono_s - then.mono_s)
    return Begun(at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"), "synced")
