"""What the voice costs a frame: while it is silent, while it makes all its phrases, and while it hangs.

Off-screen, with SDL's sound device that plays to nobody. Sixty frames a second, a page with other words every
half second between moving frames of a hold; the time of a frame is that of announcing and drawing it.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import time as time_of_day
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from benchmarks.table import show
from ui.patient.examples import every_screen, snapshot
from ui.patient.sound.announcer import Announcer
from ui.patient.sound.cache import PhraseCache
from ui.patient.sound.speaker import Loudspeaker, Silence, Speaker
from ui.patient.sound.talker import Talker
from ui.patient.sound.voice import PROGRAM, Espeak
from ui.patient.view import View
from ui.patient.window import Window

FRAME_S: Final = 1 / 60
OPENING_S: Final = 1.0
SPOKEN: Final = ("23-weigh", "14-setup-one-leg", "36-rest", "22-step-on")
EVERY_FRAMES: Final = 30
PROGRAMS: Final = {"hangs": "exec sleep 600", "crashes": "kill -SEGV $$", "babbles": "exec cat /dev/zero"}


class Row(NamedTuple):
    """Frames with one voice, milliseconds each; `late` took longer than a frame has."""

    voice: str
    frames: int
    phrases_kept: int
    median_ms: float
    p99_ms: float
    most_ms: float
    late: int
    announcing_median_us: float
    announcing_most_us: float


def run(frames: int) -> Iterator[Row]:
    """Yield a row for silence, for espeak-ng that makes everything anew, and for each kind of trouble."""
    os.environ.update(SDL_VIDEODRIVER="dummy", SDL_AUDIODRIVER="dummy")
    with Window("offscreen") as window, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield _row("none", window, Silence(), folder / "none", frames)
        for voice, program in ("makes all", PROGRAM), *((kind, _write(folder, kind)) for kind in PROGRAMS):
            cache = folder / f"cache {voice}"
            speaker = Loudspeaker(
                Talker(Espeak(program), PhraseCache(cache), complain=_ignore), complain=_ignore
            )
            time.sleep(OPENING_S)
            yield _row(voice, window, speaker, cache, frames)
            speaker.close()


def _ignore(_trouble: str) -> None:
    pass


def _write(folder: Path, kind: str) -> str:
    file = folder / kind
    file.write_text(f"#!/bin/sh\n{PROGRAMS[kind]}\n")
    file.chmod(0o755)
    return str(file)


def _row(voice: str, window: Window, speaker: Speaker, cache: Path, frames: int) -> Row:
    announcer = Announcer(speaker, local=lambda: time_of_day(12))
    announcer.tell(View(snapshot("plan")), 0)  # everything is prepared from here on
    frame_ms, announcing_us = [], []
    for view in _shown(frames):
        begun_ns = time.perf_counter_ns()
        announcer.tell(view, begun_ns)
        told_ns = time.perf_counter_ns()
        window.show(view)
        ended_ns = time.perf_counter_ns()
        frame_ms.append((ended_ns - begun_ns) / 1e6)
        announcing_us.append((told_ns - begun_ns) / 1e3)
        time.sleep(max(0.0, FRAME_S - (ended_ns - begun_ns) / 1e9))
    return Row(
        voice,
        frames,
        len(list(cache.glob("*.wav"))),
        statistics.median(frame_ms),
        statistics.quantiles(frame_ms, n=100)[98],
        max(frame_ms),
        sum(ms > 1000 * FRAME_S for ms in frame_ms),
        statistics.median(announcing_us),
        max(announcing_us),
    )


def _shown(frames: int) -> Iterator[View]:
    screens = every_screen()
    hold = screens["25-hold"].snapshot
    assert hold is not None
    for n in range(frames):
        if n % EVERY_FRAMES == 0:
            yield screens[SPOKEN[n // EVERY_FRAMES % len(SPOKEN)]]
        else:
            live = msgspec.structs.replace(hold.live, x_mm=n % 20.0)
            yield View(msgspec.structs.replace(hold, live=live, t_ns=n))


def main(*, full: bool) -> None:
    """Print the table."""
    show("The kiosk's voice", run(3000 if full else 300))


if __name__ == "__main__":
    main(full=False)
