"""A clinic's own script: what stations say, a line each, until Ctrl-C.

    python follow_results.py 127.0.0.1:PORT                   # the broker of `make run`, which says its port
    python follow_results.py care.example.org:8883 reader-1   # the folder of `balance-care certify reader-1`
    python follow_results.py care.example.org:8883 reader-1 --station home-1

`pip install balance-station` is all it needs; there is no Django in it.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from station.errors import StationError
from station.link.client import Client, Credentials, Dropped, Heard, Link, Message, Refused, credentials_in
from station.link.messages import Birth, State, StationEvent
from station.training.result import SessionResult, TrialResult


def lines(heard: Iterable[Heard]) -> Iterator[str]:
    """Yield what is worth a line."""
    for one in heard:
        match one:
            case Link(up=up, why=why):
                yield "-- connected" if up else f"-- not connected: {why}"
            case Dropped():
                yield f"-- {one}"
            case Refused(topic=topic, reason=reason):
                yield f"-- {topic}: {reason}"
            case Message():
                yield f"{one.station}: {words(one)}{' (simulated)' if one.envelope.sim else ''}"


def words(message: Message) -> str:
    """Return what a message says."""
    text = message.kind
    match message.body:
        case State(online=online):
            text = "is there" if online else "has gone"
        case Birth() as birth:
            text = f"version {birth.sw}, plate {birth.cal}, {birth.outbox_depth} messages wait there"
        case TrialResult() as trial:
            text = f"{trial.routine}, rung {trial.rung}: {trial.outcome}, {trial.hold_s:.1f} s"
            sway = trial.measures.get("velocity_mm_s")
            text += "" if sway is None else f", {sway:.1f} mm/s"
        case SessionResult() as session:
            text = f"session ended ({session.ended_by}) after {session.trials} trials"
        case StationEvent() as event:
            text = f"event {event.kind} {event.detail or ''}".rstrip()
        case None:
            text = f"{message.kind}, which this version does not know; kept as it came"
    return text


def main(argv: Sequence[str] | None = None) -> int:
    """Follow until Ctrl-C; return 0, or 1 with one line about what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("broker", metavar="HOST:PORT")
    parser.add_argument("certificate", nargs="?", type=Path, metavar="FOLDER")
    parser.add_argument("--station", action="append", default=[], help="only this one; may be given again")
    asked = parser.parse_args(argv)
    host, _, port = asked.broker.rpartition(":")
    if not host or not port.isdecimal():
        parser.error(f"{asked.broker!r} is not HOST:PORT")
    try:
        credentials = credentials_in(asked.certificate) if asked.certificate else Credentials()
        with Client(host, int(port), credentials=credentials) as care:
            for line in lines(care.follow(*asked.station)):
                print(line, flush=True)
    except StationError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
