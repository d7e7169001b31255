"""A day of the kiosk in its own time: every screen again and again, holds, stations that come and go.

The kiosk is the real one with its window off-screen and its socket; the station is a script, and time jumps.
"""

import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from benchmarks.memory import PAGE_KB
from benchmarks.table import show
from station.session.protocol import encode
from station.training.snapshot import Snapshot
from ui.patient.app import Kiosk
from ui.patient.examples import LIVE, TRAIL, every_screen, snapshot
from ui.patient.link import RETRY_NS, StationLink
from ui.patient.sound.announcer import unheard
from ui.patient.window import Window
from ui.patient.words import LANGUAGES, speak

HOURS: Final = 8
SESSIONS: Final = 2  # an hour
FRAME_NS: Final = 16_666_667
HOLD_S_FULL: Final = 60.0
HOLD_S: Final = 3.0


class Row(NamedTuple):
    """State after so many hours; blocks are those of Python's allocator."""

    hour: int
    frames: int
    pages: int
    restarts: int
    blocks: int
    resident_kb: int


class Day:
    """The station's end of the socket, the kiosk's, and the time between them."""

    def __init__(self, folder: Path, window: Window) -> None:
        self._path = folder / "session.sock"
        self._window = window
        self._link = StationLink(self._path)
        self.now_ns = RETRY_NS
        self.kiosk = Kiosk(window, self._link, unheard(), now_ns=lambda: self.now_ns, say=lambda _words: None)
        self._peer: socket.socket | None = None
        self.pages = self.restarts = 0

    def start_station(self) -> None:
        """Let the station go, and another come; the kiosk finds it."""
        if self._peer is not None:
            self._peer.close()
            self.kiosk.turn()
        self._path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(str(self._path))
            listener.listen()
            self.now_ns += 2 * RETRY_NS
            self.kiosk.turn()
            self._peer, _ = listener.accept()
        self.restarts += 1

    def show(self, shown: Snapshot, seconds: float) -> None:
        """Show something for a while: what lives moves from frame to frame, a still page is left alone."""
        assert self._peer is not None
        self.pages += 1
        for frame in range(max(2, round(seconds * 1e9 / FRAME_NS))):
            at = TRAIL[frame % len(TRAIL)]
            live = msgspec.structs.replace(shown.live, x_mm=at.x_mm, y_mm=at.y_mm)
            held_s = frame * FRAME_NS / 1e9
            now = msgspec.structs.replace(shown, live=live, t_ns=self.now_ns, held_s=held_s)
            self._peer.send(encode(now))
            self.kiosk.turn()
            self.now_ns += FRAME_NS

    def close(self) -> None:
        """End both ends."""
        self._link.close()
        if self._peer is not None:
            self._peer.close()


def run(hold_s: float) -> Iterator[Row]:
    """Yield the state before the day, and after each hour of it."""
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    with tempfile.TemporaryDirectory() as folder, Window("offscreen") as window:
        day = Day(Path(folder), window)
        for hour in range(HOURS + 1):
            for session in range(SESSIONS):
                speak(LANGUAGES[(hour + session) % len(LANGUAGES)])
                day.start_station()
                for view in every_screen().values():
                    if view.snapshot is not None:
                        day.show(view.snapshot, 0.0)
                held = snapshot("hold", live=LIVE, words=(f"hour {hour}, session {session}",))
                day.show(held, hold_s)
                day.now_ns += 1_800_000_000_000
            yield Row(hour, window.frames, day.pages, day.restarts, sys.getallocatedblocks(), _resident_kb())
        day.close()


def _resident_kb() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_KB


def main(*, full: bool) -> None:
    """Print the table; hour 0 fills what is kept on purpose: fonts, letters, lines of text."""
    show("A day of the kiosk", run(HOLD_S_FULL if full else HOLD_S))


if __name__ == "__main__":
    main(full=False)
