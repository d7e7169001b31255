"""Whether a station may be updated now: nobody trains, stands there, calibrates, or is about to. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

SESSIONS: Final = 14  # the newest: they tell when somebody usually trains
DAY: Final = timedelta(days=1)

Use = Literal["free", "training", "looked after"]


def why_not_now(
    now: datetime, *, use: Use, load_n: float | None, began: Sequence[datetime], before_min: float
) -> str:
    """Return why an update has to wait, "" when it may begin.

    `began` are the beginnings of sessions, newest first; all times are local. A board that tells no load may
    have somebody on it.
    """
    if use == "training":
        return "somebody trains"
    if use == "looked after":  # between two masses the board is empty
        return "the board is being calibrated or checked"
    if load_n is None:
        return "nobody knows whether somebody stands on the board"
    if load_n > 50.0:
        return "somebody stands on the board"
    for start in began[:SESSIONS]:
        ahead = (start - now) % DAY
        if ahead < timedelta(minutes=before_min):
            return f"training usually begins at {start:%H:%M}"
    return ""
