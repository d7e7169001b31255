"""`balance-ui --bench`: opens what is measured, says what came of it, as a table or as one JSON document."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pygame

from station.errors import StationError
from station.machine.reading import read_machine
from ui.patient.bench import sound
from ui.patient.bench.figures import Document, frames_document, latency_document, sound_document
from ui.patient.bench.patch import PatchWindow
from ui.patient.bench.picture import await_station, draw_frames, watch_steps
from ui.patient.display import Mode
from ui.patient.link import StationLink
from ui.patient.sound.cache import PhraseCache

BENCHES: Final = ("frames", "latency", "sound")
STEPS: Final = 20
BEEPS: Final = 20
CLICKS: Final = 10
ASK_PRESS: Final = (
    "Press the board with a fist, let go, again, 20 times. The patch on the left is white while it is "
    "pressed. For light itself film fist and patch together in slow motion (240 pictures a second) and count "
    "the pictures from touch to white: one is 4.2 ms."
)
ASK_LISTEN: Final = (
    "Now 10 clicks, each with a white patch. Film the screen with sound: from white to click is how much "
    "later one hears than sees."
)


class Options(NamedTuple):
    """What is measured where; `seconds` for frames and latency."""

    benches: tuple[str, ...]
    mode: Mode
    driver: str | None
    socket: Path
    seconds: float
    as_json: bool


def options_of(
    bench: str, mode: Mode, driver: str | None, socket: Path, seconds: float, *, as_json: bool
) -> Options:
    """Return the options of a command line; `all` is every bench."""
    return Options(BENCHES if bench == "all" else (bench,), mode, driver, socket, seconds, as_json)


def run(options: Options, say: Callable[[str], None]) -> int:
    """Measure and print. Returns 0 when all is as wanted or only simulated, 1 else. Raises StationError."""
    with PatchWindow(options.mode, options.driver, say=say) as window:
        document = measure(options, window, say)
    sys.stdout.write(
        json.dumps(document, indent=2) + "\n"
        if options.as_json
        else "".join(f"{line}\n" for line in lines(document))
    )
    good = all(document[name]["good"] for name in options.benches)
    return 0 if good or document["sim"] else 1


def measure(options: Options, window: PatchWindow, say: Callable[[str], None]) -> Document:
    """Return every figure, and why they may say nothing of a Pi. Raises StationError."""
    model = read_machine(Path("/"), free_bytes=lambda: 0).model or "a computer that does not say what it is"
    why = [] if model.startswith("Raspberry Pi") else [f"this is {model}, no Raspberry Pi"]
    if window.driver != "KMSDRM":
        why.append(f"drawn with {window.driver}, not on a screen of its own (KMSDRM)")
    document: Document = {"model": model, "driver": window.driver, "size_px": list(window.size_px)}
    for name in options.benches:
        document[name] = _MEASURES[name](options, window, say, why)
    return {"sim": bool(why), "sim_because": why, **document}


def _frames(options: Options, window: PatchWindow, _say: Callable[[str], None], _why: list[str]) -> Document:
    frames = draw_frames(window, options.seconds, time.monotonic_ns, time.sleep)
    return frames_document(frames, float(pygame.display.get_current_refresh_rate()))


def _latency(options: Options, window: PatchWindow, say: Callable[[str], None], why: list[str]) -> Document:
    link = StationLink(options.socket)
    try:
        if not await_station(link, time.monotonic_ns):
            trouble = link.trouble or "the station gives no load: balance-station check"
            raise StationError(f"{trouble}; start it: sudo systemctl start balance-station")
        if options.mode != "offscreen":
            say(ASK_PRESS)
        steps, sim = watch_steps(window, link, STEPS, options.seconds, time.monotonic_ns)
    finally:
        link.close()
    if sim:
        why.append("the board is simulated")
    return latency_document(steps)


def _sound(options: Options, window: PatchWindow, say: Callable[[str], None], why: list[str]) -> Document:
    if options.mode == "offscreen":
        os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
    driver = sound.open_mixer()
    try:
        if driver in {"dummy", "disk"}:
            why.append(f"nobody hears SDL's {driver} sound driver")
        beeps_ms = sound.time_beeps(BEEPS, time.monotonic_ns, time.sleep)
        with tempfile.TemporaryDirectory(prefix="balance-voice-") as folder:
            made, kept = sound.time_voice(PhraseCache(Path(folder)), say, time.monotonic_ns)
        if options.mode != "offscreen":
            say(ASK_LISTEN)
            sound.click(CLICKS, window, time.sleep)
    finally:
        pygame.mixer.quit()
    return {"driver": driver, **sound_document(beeps_ms, made, kept, sound.BUFFER_MS)}


Measure = Callable[[Options, PatchWindow, Callable[[str], None], list[str]], Document]
_MEASURES: Final[dict[str, Measure]] = {"frames": _frames, "latency": _latency, "sound": _sound}


def lines(document: Document) -> Iterator[str]:
    """Yield the figures as a person reads them, the verdict last."""
    if document["sim"]:
        yield f"SIMULATED: {'; '.join(document['sim_because'])}. It says nothing of a Pi."
    yield f"{document['model']}, {document['driver']}, {document['size_px'][0]} x {document['size_px'][1]} px"
    for name in BENCHES:
        figures = document.get(name)
        if figures is None:
            continue
        yield f"{name}:"
        for key, value in figures.items():
            if key not in {"good", "why"}:
                yield f"  {key.replace('_', ' '):<28}{'–' if value is None else value}"
        yield f"  {'good' if figures['good'] else 'NOT GOOD'}: {figures['why']}"
