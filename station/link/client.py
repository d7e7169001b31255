"""The public client: for a clinic's own script that follows stations, looks on, and says something to them.

    with Client("care.example.org", credentials=credentials_in(Path("reader-1"))) as care:
        for heard in care.follow():
            ...

A certificate of a `reader` may follow, one of a `console` may also look on and command
(docs/link-security.md). What arrives is never acknowledged: that is the recorder's, from whom this client
takes nothing away.
"""

import math
import time
from collections.abc import Callable, Collection, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec
import uuid_utils

from station.errors import ConfigError
from station.link.broker import Broker
from station.link.client_connection import NOT_CONNECTED, Connection, Waiting
from station.link.heard import Answer, Dropped, Heard, Link, Look, Message, Refused
from station.link.messages import LiveFrame, RemoteCommand, State, StationEvent, StationId, up_topic
from station.link.tls import Credentials
from station.link.watching import LEASE_S, News, Watching

__all__ = [
    "NOT_CONNECTED", "Answer", "Client", "Credentials", "Dropped", "Heard", "Link", "LiveFrame", "Look",
    "Message", "News", "Refused", "State", "StationEvent", "credentials_in",
]  # fmt: skip

PORT: Final = 8883
VALID_S: Final = 30.0  # of the 60 s that a station takes at most: clocks may be apart by half a minute
LONGEST_S: Final = 60.0
ANSWER_S: Final = 10.0
NEWS_S: Final = 0.2
LOOK_S: Final = 0.5  # without a new frame, what is seen is said again this often: it grows old


def credentials_in(folder: Path) -> Credentials:
    """Return the files that `balance-care certify NAME --out FOLDER` wrote. Raises ConfigError."""
    found = sorted(file for file in folder.glob("*.key") if (folder / f"{file.stem}.pem").exists())
    if len(found) != 1:
        raise ConfigError(
            f"{folder}: it must hold one certificate with its key, and holds {len(found)}; "
            f"run: balance-care certify reader-1 --out {folder}"
        )
    key = found[0]
    return Credentials(str(folder / "ca.pem"), str(key.with_suffix(".pem")), str(key))


def station_id(text: str) -> str:
    """Return the id of a station. Raises ConfigError for what can be none."""
    try:
        return msgspec.convert(text, StationId)
    except msgspec.ValidationError:
        allowed = "letters and digits, then also . _ -, at most 63 in all"
        raise ConfigError(f"station {text!r}: an id has {allowed}") from None


def command_of(kind: str, *, valid_s: float, **more: Any) -> RemoteCommand:
    """Return a new command, good for `valid_s` from now and for one use. Raises ConfigError."""
    if not 0 < valid_s <= LONGEST_S:
        raise ConfigError(f"a command is valid for more than 0 and at most {LONGEST_S:g} s, not {valid_s:g}")
    expires = (datetime.now(UTC) + timedelta(seconds=valid_s)).isoformat(timespec="milliseconds")
    fields = {"id": str(uuid_utils.uuid7()), "kind": kind, "expires": expires, **more}
    try:
        return msgspec.convert(fields, RemoteCommand)
    except msgspec.ValidationError as error:
        raise ConfigError(f"command {kind}: {error}") from None


class Client:
    """One connection to the care side's broker, which comes back by itself. One certificate, one client.

    The network has a thread of its own in which nothing of the caller's runs. One thread follows and looks
    on; `command` may be called by any other meanwhile. What arrives while `follow` is being iterated waits in
    bounded memory; beyond that it is dropped, and `Dropped` says so.
    """

    def __init__(self, host: str, port: int = PORT, *, credentials: Credentials | None = None) -> None:
        """Begin to connect. Without credentials only to a broker on this machine.

        Raises ConfigError for files that cannot be used, and for a broker beyond this machine without them.
        """
        broker = Broker.reached(
            host,
            port,
            credentials or Credentials(),
            whose="this client's",
            mend="name its certificate (balance-care certify reader-1)",
        )
        self._connection = Connection(broker)

    @property
    def connected(self) -> bool:
        """Whether the connection stands now."""
        return self._connection.up

    @property
    def why(self) -> str:
        """Why it does not stand, in one sentence; empty while it does."""
        return self._connection.why

    def wait_connected(self, timeout_s: float = ANSWER_S) -> bool:
        """Return whether the connection stands, within this time."""
        return self._connection.wait_for(lambda: self._connection.up, timeout_s)

    # -- following -----------------------------------------------------------------------------------------

    def follow(
        self, *stations: str, live: bool = False, for_s: float | None = None
    ) -> Generator[Heard, None, None]:
        """Yield what these stations say (all, when none is named), for so long, or until the caller goes.

        First what the broker keeps: presence and birth of each station (`retained`). Each message comes once,
        however often it is sent; a kind this version does not know comes with `body` None, what cannot be
        used as `Refused`. `Link` tells that the connection came or went: what was said while it was away for
        up to an hour comes after it is back. `live`: also live frames that somebody's lease brings.
        """
        connection = self._connection
        filters = [up_topic(station_id(station), "#") for station in stations] or [up_topic("+", "#")]
        connection.listen(filters, live=live)
        end_s = math.inf if for_s is None else time.monotonic() + for_s
        try:
            while (heard := connection.next(end_s)) is not None:
                yield heard
        finally:
            connection.listen_no_more()

    # -- saying something ----------------------------------------------------------------------------------

    def command(
        self,
        station: str,
        kind: str,
        *,
        trial: str | None = None,
        lease_s: float | None = None,
        valid_s: float = VALID_S,
        timeout_s: float = ANSWER_S,
    ) -> Answer:
        """Say one thing to a station, once, and wait for its answer. Raises ConfigError for a bad command.

        Kinds are those of `station.link.messages.RemoteCommand`. It is good for `valid_s` (at most 60) and
        for one use; when nothing comes back within `timeout_s`, the answer says that nobody knows.
        """
        more = {} if lease_s is None else {"lease_s": lease_s}
        command = command_of(kind, valid_s=valid_s, trial=trial, **more)
        station_id(station)
        if not self.wait_connected(timeout_s):
            return Answer(station, command.id, kind, "not_sent", self.why or "the broker does not answer")
        waiting = self._connection.send(station, command, valid_s)
        self._connection.wait_for(lambda: waiting.answer is not None, timeout_s)
        return self._connection.settle(waiting, f"nothing came back within {timeout_s:g} s")

    def watch(self, station: str, *, lease_s: float = LEASE_S) -> Generator[Look, None, None]:
        """Look on at a station: yield each new frame, and twice a second how old the newest one has become.

        Holds the lease of the live view by asking again before it lapses; the patient sees that somebody
        looks on. When the caller has enough, the lease lapses within `lease_s`. Nothing is raised for a
        station or broker that is away, or a lease that is refused: `Look.why` says so.
        """
        connection, watching = self._connection, Watching(station_id(station), lease_s)
        connection.look_at(station)
        try:
            while True:
                if connection.up and watching.due(time.monotonic()):
                    self._ask_for_lease(watching, lease_s)
                frame = connection.frame(station, LOOK_S)
                if frame is not None:
                    watching.saw(frame, time.monotonic())
                away = "the station is away" if connection.is_offline(station) else connection.why
                yield watching.look(time.monotonic(), away=away)
        finally:
            connection.look_away(station)
            self._settle(watching.asked_last)

    def watch_all(
        self, wanted: Callable[[], Collection[str]], *, lease_s: float = LEASE_S
    ) -> Generator[News, None, None]:
        """Look on at several stations at once: yield what is new of them, at least five times a second.

        `wanted` is asked each time which ones they are. Leases are held as `watch` holds them, for these and
        no others; a station that comes back is asked at once.
        """
        connection, held = self._connection, dict[str, Watching]()
        try:
            while True:
                self._hold(held, set(wanted()), lease_s)
                for watching in held.values() if connection.up else ():
                    if watching.due(time.monotonic()):
                        self._ask_for_lease(watching, lease_s)
                frames, events = connection.fresh(NEWS_S)
                for frame in frames:
                    if frame.station in held:
                        held[frame.station].saw(frame, time.monotonic())
                offline = frozenset(station for station in held if connection.is_offline(station))
                now_s = time.monotonic()
                why = {station: watching.missing(now_s) for station, watching in held.items()}
                for station in held:
                    held[station].is_away(station in offline, now_s)
                yield News(frames, events, connection.why, offline, why)
        finally:
            self._hold(held, set(), lease_s)

    def _hold(self, held: dict[str, Watching], wanted: set[str], lease_s: float) -> None:
        for station in wanted - held.keys():
            held[station] = Watching(station_id(station), lease_s)
            self._connection.look_at(station)
            self._connection.look_at_events(station)
        for station in held.keys() - wanted:
            self._connection.look_away(station)
            self._connection.look_away_from_events(station)
            self._settle(held.pop(station).asked_last)

    def _ask_for_lease(self, watching: Watching, lease_s: float) -> None:
        asked = command_of("live", valid_s=VALID_S, lease_s=lease_s)
        sent = self._connection.send(watching.station, asked, VALID_S)
        self._settle(watching.asked(sent, time.monotonic()))

    def _settle(self, waiting: Waiting | None) -> None:
        if waiting is not None:
            self._connection.settle(waiting, "another was asked for")

    def close(self) -> None:
        """End the connection; may be called twice."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
