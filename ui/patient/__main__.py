"""`balance-ui`: the patient kiosk."""

import argparse
import faulthandler
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import msgspec

from station.arguments import seconds
from station.errors import StationError
from station.notify import Watchdog
from station.session.clock import WallClock
from station.starts import wait_for_turn
from ui.patient.album import Album
from ui.patient.app import Kiosk
from ui.patient.display import DRIVERS, deaf
from ui.patient.link import StationLink
from ui.patient.service.area import ServiceArea, make_rooms
from ui.patient.service.settings import SettingsFile, settings_file
from ui.patient.sound.announcer import Announcer
from ui.patient.sound.cache import PhraseCache, cache_folder
from ui.patient.sound.night import local_time
from ui.patient.sound.speaker import Silence, Speaker, open_speaker
from ui.patient.sound.talker import Talker
from ui.patient.sound.voice import Espeak
from ui.patient.window import Window
from ui.patient.words import LANGUAGES, speak

BENCH_S: Final = 60.0
RUNNING: Final = Path("/run/balance-station/session.sock")


def session_socket(environ: Mapping[str, str], running: Path = RUNNING) -> Path:
    """Return where the session of this machine listens, by the rule of the station itself.

    $BALANCE_SOCKET, else the state folder that systemd names, else the socket of the installed service if it
    is there, else the state folder of the person who runs it.
    """
    if named := environ.get("BALANCE_SOCKET"):
        return Path(named)
    if folder := environ.get("STATE_DIRECTORY"):
        return Path(folder) / running.name
    if running.exists():
        return running
    state = environ.get("XDG_STATE_HOME") or Path.home() / ".local/state"
    return Path(state) / "balance-station" / running.name


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="balance-ui", description="The patient kiosk of a balance station.")
    parser.add_argument(
        "--socket",
        type=Path,
        default=session_socket(os.environ),
        help="the station's session socket (default: $BALANCE_SOCKET, else %(default)s)",
    )
    mode = parser.add_mutually_exclusive_group()
    for name, words in (
        ("fullscreen", "fill the screen (default)"),
        ("windowed", "open a window of 1280 x 720"),
        ("offscreen", "draw without any display"),
    ):
        mode.add_argument(f"--{name}", dest="mode", action="store_const", const=name, help=words)
    parser.set_defaults(mode="fullscreen")
    parser.add_argument(
        "--driver",
        choices=DRIVERS,
        help="draw with this video driver and no other (default: $SDL_VIDEODRIVER, else Wayland or X11 of "
        "the desktop it is started in, else KMSDRM)",
    )
    parser.add_argument(
        "--language",
        choices=LANGUAGES,
        help="language of the screens (default: the one chosen in the service area, else en)",
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="the station's configuration, for what the service area runs",
    )
    parser.add_argument(
        "--forget-pin", action="store_true", help="clear the PIN of the service area, and end"
    )
    parser.add_argument("--silent", action="store_true", help="play no tones, say nothing")
    parser.add_argument("--screenshot-every", type=float, metavar="S", help="write a picture every S seconds")
    parser.add_argument("--screenshot-to", type=Path, metavar="FOLDER", help="where pictures go")
    _add_bench(parser)
    return parser


def _add_bench(parser: argparse.ArgumentParser) -> None:
    about = "measure in the place of the kiosk: frames, latency (from load to picture), sound, or all"
    parser.add_argument("--bench", choices=("frames", "latency", "sound", "all"), help=about)
    about = "with --bench: how long frames and latency are measured (default 60)"
    parser.add_argument("--seconds", type=seconds, metavar="N", help=about)
    parser.add_argument("--json", action="store_true", help="with --bench: print one JSON document")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the kiosk until it is told to end.

    Exit 0; 1 where there is no display, or not any more; 2 for wrong usage.
    """
    parser = _parser()
    options = parser.parse_args(argv)
    if (options.screenshot_every is None) != (options.screenshot_to is None):
        parser.error("--screenshot-every and --screenshot-to belong together")
    if options.screenshot_every is not None and not options.screenshot_every > 0:
        parser.error("--screenshot-every must be above 0 seconds")
    if options.driver is not None and options.mode == "offscreen":
        parser.error("--driver and --offscreen exclude each other")
    if options.bench is None and (options.json or options.seconds is not None):
        parser.error("--json and --seconds belong to --bench")
    if options.bench is not None:
        return _bench(options)
    return _forget_pin() if options.forget_pin else _run(options)


def _bench(options: argparse.Namespace) -> int:
    from ui.patient.bench.command import options_of, run

    bench = options_of(
        options.bench,
        options.mode,
        options.driver,
        options.socket,
        options.seconds or BENCH_S,
        as_json=options.json,
    )
    try:
        return run(bench, _say)
    except (StationError, OSError) as error:
        _say(f"bench {options.bench}: {error}")
    except KeyboardInterrupt:
        _say("stopped")
    return 1


def _forget_pin() -> int:
    file = SettingsFile(settings_file(os.environ), say=_say)
    if not file.write(msgspec.structs.replace(file.read(), pin=None, wrong=0)):
        return 1
    _say("the PIN is cleared; the service area asks for a new one")
    return 0


def _run(options: argparse.Namespace) -> int:
    try:
        with ExitStack() as open_now:
            wait_for_turn(say=_say)
            watchdog = Watchdog.of(os.environ)
            open_now.callback(watchdog.close)
            kiosk = _open(options, watchdog, open_now)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: kiosk.stop())
            faulthandler.enable()  # who ends a frozen kiosk with SIGABRT sees where it stood
            kiosk.run()
            watchdog.stopping()
    except (StationError, OSError) as error:
        _say(str(error))
        return 1
    return 0


def _open(options: argparse.Namespace, watchdog: Watchdog, open_now: ExitStack) -> Kiosk:
    """Open everything the kiosk owns; `open_now` closes it again."""
    file = SettingsFile(settings_file(os.environ), say=_say)
    speak(options.language or file.read().language or "en")
    window = open_now.enter_context(Window(options.mode, options.driver, say=_say))
    _say(f"drawing with the {window.driver} video driver, {window.size_px[0]} x {window.size_px[1]} px")
    if window.driver == "KMSDRM" and (trouble := deaf()):
        _say(trouble)
    speaker = _speaker(options)
    open_now.callback(speaker.close)
    wall = WallClock()
    announcer = Announcer(speaker, local=lambda: local_time(wall))
    link = StationLink(options.socket)
    open_now.callback(link.close)
    album = None if options.screenshot_to is None else Album(options.screenshot_to, options.screenshot_every)
    service = ServiceArea(make_rooms(options.config, options.socket, os.environ), link, announcer, file)
    open_now.callback(service.close)
    return Kiosk(
        window,
        link,
        announcer,
        now_ns=time.monotonic_ns,
        say=_say,
        album=album,
        service=service,
        watchdog=watchdog,
    )


def _speaker(options: argparse.Namespace) -> Speaker:
    if options.silent or options.mode == "offscreen":
        return Silence()
    cache = PhraseCache(cache_folder(os.environ))
    return open_speaker(lambda: Talker(Espeak(), cache, complain=_say), complain=_say)


def _say(words: str) -> None:
    print(f"balance-ui: {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
