"""When the kiosk speaks, and how loud: softer at night, and then without a voice unless it was asked for.

An unknown time counts as day. Somebody who trains is awake and needs the words; only the greeting, which can
come by itself after a power cut, waits for a clock that may be believed.
"""

from datetime import time
from typing import Final, Literal

from station.session.clock import WallClock

VoiceMode = Literal["by-day", "on", "off"]

NIGHT_FROM: Final = time(21)
NIGHT_TO: Final = time(8)
SOFTER_STEPS: Final = 2
SOFTEST: Final = 1
LOUDEST_STEP: Final = 5


def local_time(wall: WallClock) -> time | None:
    """Return the time of day where the station stands; None when its clock may not be believed."""
    return wall.now().astimezone().time() if wall.state() == "synced" else None


def is_night(at: time | None) -> bool:
    """Return whether people may be asleep at this local time."""
    return at is not None and (at >= NIGHT_FROM or at < NIGHT_TO)


def speaks(mode: VoiceMode, at: time | None) -> bool:
    """Return whether pages are read out at this local time."""
    return mode == "on" or (mode == "by-day" and not is_night(at))


def volume_at(volume: int, at: time | None) -> int:
    """Return the step of volume (1 to 5) in force at this local time, of the step chosen for the day."""
    return max(SOFTEST, volume - SOFTER_STEPS) if is_night(at) else volume
