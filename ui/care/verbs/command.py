"""`balance-care command`: one command to a station now, and its answer; or the live view, until Ctrl-C."""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Final

import msgspec
from django.contrib.auth.models import User
from rich.console import Console
from rich.live import Live

from station.errors import ConfigError, StationError
from station.link.client import Answer, Client, Look, station_id
from ui.care.installation.ready import require_database
from ui.care.wall.console import console, giver, note
from ui.care.wall.live_line import live_line

DONE: Final = {
    "start": "{station}: Start was pressed.",
    "pause": "{station}: Pause was pressed.",
    "stop": "{station}: Stop was pressed.",
    "mark": "{station}: this instant is marked.",
    "identify": "{station}: it shows for ten seconds that it is this board.",
    "raw": "{station}: the trace comes again, with what it sends next.",
}
LINE_EVERY_S: Final = 1.0  # where there is no terminal to draw on


def run(arguments: argparse.Namespace) -> int:
    """Say it, wait, print what became of it. Returns 0, or 1 when it was not done. Raises StationError."""
    station, kind = station_id(arguments.station), arguments.kind
    if (kind == "raw") != (arguments.trial is not None):
        raise ConfigError(
            "--trial ID names the trial whose trace is asked for; it belongs to raw, and only there"
        )
    # Nothing here may keep a stop from a station: not a database in trouble, and not a name.
    who = None if kind == "stop" else _who(arguments.by, station)
    with console() as care:
        if kind == "live":
            return _look_on(care, station, who, arguments)
        return _command(care, station, who, arguments)


def _who(name: str | None, station: str) -> User:
    require_database()
    return giver(name, station)


# -- one command ---------------------------------------------------------------------------------------------


def _command(care: Client, station: str, who: User | None, arguments: argparse.Namespace) -> int:
    answer: Answer | None = None
    try:
        answer = care.command(station, arguments.kind, trial=arguments.trial, timeout_s=arguments.wait)
        return _print(answer, as_json=arguments.json)
    finally:  # also when somebody did not wait for the answer
        state, id_ = (answer.state, answer.command) if answer else ("unanswered", "")
        if arguments.kind == "stop":
            require_database()
            who = _known(arguments.by, station)
        note(who, f"command {arguments.kind}: {state}", station, id_)


def _known(name: str | None, station: str) -> User | None:
    try:
        return giver(name, station)
    except ConfigError:
        return None


def _print(answer: Answer, *, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(json.dumps(answer._asdict()) + "\n")
    elif answer.state == "done":
        sys.stdout.write(DONE[answer.kind].format(station=answer.station) + "\n")
    else:
        sys.stderr.write(f"{answer}\n")
    sys.stdout.flush()
    return 0 if answer.state == "done" else 1


# -- the live view -------------------------------------------------------------------------------------------


def _look_on(care: Client, station: str, who: User | None, arguments: argparse.Namespace) -> int:
    begun_s, seen, why = time.monotonic(), False, ""
    note(who, "live view: begun", station, "")
    try:
        with _ended_by_signals(), closing(care.watch(station)) as looks, _printer(station, arguments) as show:
            for look in looks:
                seen, why = seen or not look.stale, look.why
                show(look)
                if time.monotonic() - begun_s >= arguments.seconds:
                    break
    except KeyboardInterrupt:
        pass
    finally:
        note(who, f"live view: ended after {time.monotonic() - begun_s:.0f} s", station, "")
    if not seen:
        raise StationError(f"{station}: nothing was seen: {why or 'it was ended too soon'}")
    return 0


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM end the view as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _printer(station: str, arguments: argparse.Namespace) -> Iterator[Callable[[Look], None]]:
    if arguments.json:
        yield lambda look: _write(json_line(station, look))
    elif sys.stdout.isatty():
        with Live(console=Console(), auto_refresh=False, transient=False) as live:
            yield lambda look: live.update(live_line(station, look), refresh=True)
    else:
        yield _Lines(station)


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def json_line(station: str, look: Look) -> str:
    """Return one look as one JSON document on a line."""
    frame = None if look.frame is None else msgspec.to_builtins(look.frame)
    age_s = None if look.age_s is None else round(look.age_s, 3)
    return json.dumps(
        {"station": station, "stale": look.stale, "age_s": age_s, "why": look.why, "frame": frame},
        ensure_ascii=False,
    )


class _Lines:
    """A line a second, and one at once when the picture becomes stale, or live again."""

    def __init__(self, station: str) -> None:
        self._station = station
        self._next_s = 0.0
        self._stale: bool | None = None

    def __call__(self, look: Look) -> None:
        now_s = time.monotonic()
        if now_s < self._next_s and look.stale == self._stale:
            return
        self._next_s, self._stale = now_s + LINE_EVERY_S, look.stale
        _write(live_line(self._station, look).plain)
