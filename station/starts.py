"""Starts that follow each other too soon: each waits longer than the one before, and none is given up.

systemd's own RestartSteps= is no help: systemd 252 does not know it, and later ones never forget, so that a
kiosk that died now and then in a year would take its longest wait for ever.
"""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

STEADY_S: Final = 20.0  # a run that lasted this long was a good one
WAITS_S: Final = (0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 5.0, 10.0, 20.0, 30.0)  # by short runs in a row
FILE: Final = "starts.json"


class Last(msgspec.Struct, frozen=True, kw_only=True):
    """The start before: when it was (CLOCK_MONOTONIC, s), and how many in a row had been short by then."""

    began_s: float
    short: int = 0


def wait_for_turn(
    environ: Mapping[str, str] = os.environ,
    *,
    say: Callable[[str], None],
    now_s: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Wait as long as a start after so many short runs has to; at once where no unit is behind it.

    The unit's runtime folder must outlive a restart (RuntimeDirectoryPreserve=restart). A clean stop empties
    it, so whoever starts the unit by hand never waits.
    """
    folder = environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
    if not folder or "NOTIFY_SOCKET" not in environ:
        return
    file = Path(folder) / FILE
    short = _short_runs(_last(file), now_s())
    wait_s = WAITS_S[min(short, len(WAITS_S) - 1)]
    if wait_s:
        say(f"ended {short} times in a row within {STEADY_S:g} s; starting in {wait_s:g} s")
        sleep(wait_s)
    _keep(file, Last(began_s=now_s(), short=short))


def _short_runs(last: Last | None, now_s: float) -> int:
    if last is None or not 0 <= now_s - last.began_s < STEADY_S:
        return 0
    return last.short + 1


def _last(file: Path) -> Last | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Last)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None  # the first start, or one cut short: nobody waits for that


def _keep(file: Path, last: Last) -> None:
    try:
        file.write_bytes(msgspec.json.encode(last))
    except OSError:
        return  # a full or read-only folder must not keep a station from starting
