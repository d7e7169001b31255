"""One connection to the stations for everybody at the wall, and only while somebody is there."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, closing, suppress
from functools import cache
from typing import Final

from station.errors import StationError
from station.link.client import Answer, Client
from ui.care.wall.console import console
from ui.care.wall.hub import Board, Hub, Mark

log = logging.getLogger(__name__)

LINGER_S: Final = 5.0  # a page that is loaded again finds the connection standing; leases are let go at once
AGAIN_S: Final = 3.0  # a connection that could not be made
CONNECT_S: Final = 0.6
ANSWER_S: Final = 1.6  # with what the way to the browser takes, two seconds
MOST_VIEWERS: Final = 60
NOT_THERE: Final = "the broker does not answer"


class Viewer:
    """Somebody at the wall: woken in their own event loop, however much comes meanwhile once."""

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}
        self._loop = asyncio.get_running_loop()
        self._new = asyncio.Event()

    def wake(self) -> None:
        """Say, from any thread, that something is new."""
        if not self._new.is_set():
            with suppress(RuntimeError):  # their loop has ended
                self._loop.call_soon_threadsafe(self._new.set)

    async def wait(self, timeout_s: float) -> None:
        """Return when something is new, at the latest after this time."""
        # Before Python 3.12 `wait_for` loses a cancellation that comes with the news: a browser that goes.
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._new.wait()
        self._new.clear()


class Feed:
    """Fans what one client hears out to every viewer. Every method may be called from any thread."""

    def __init__(
        self,
        connect: Callable[[], AbstractContextManager[Client]] = console,
        *,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connect, self.now_s = connect, now_s
        self._hub = Hub()
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._viewers: set[Viewer] = set()
        self._speakers = 0
        self._linger_until_s = 0.0
        self.ended = False
        self._care: Client | None = None
        self._thread: threading.Thread | None = None

    # -- viewers -------------------------------------------------------------------------------------------

    def join(self, viewer: Viewer, stations: Collection[str], marks: dict[str, list[Mark]]) -> bool:
        """Let somebody look at these stations; return whether there is room for them."""
        with self._lock:
            if len(self._viewers) >= MOST_VIEWERS and viewer not in self._viewers:
                return False
            self._viewers.add(viewer)
            self._hub.look(viewer, stations)
            for station, of_station in marks.items():
                self._hub.recall(station, of_station)
            self._need()
        return True

    def leave(self, viewer: Viewer) -> None:
        """Let somebody go; may be called twice."""
        with self._lock:
            self._viewers.discard(viewer)
            self._hub.leave(viewer)
            self._linger_until_s = self.now_s() + LINGER_S

    def end(self) -> None:
        """Let everybody go, and nobody in any more; fit for a signal handler, hence without the lock."""
        self.ended = True
        for viewer in tuple(self._viewers):
            viewer.wake()

    def news(self, viewer: Viewer) -> list[Board]:
        """Return the boards that are other than this viewer saw them."""
        with self._lock:
            return self._hub.news(viewer, viewer.seen)

    @property
    def link(self) -> str:
        """Why no board can be seen, empty while the broker is there."""
        return self._hub.link

    @property
    def wanted(self) -> frozenset[str]:
        """The boards that somebody looks at now."""
        with self._lock:
            return self._hub.wanted

    # -- saying something ----------------------------------------------------------------------------------

    def command(self, station: str, kind: str) -> Answer:
        """Say one thing to a station now, and return its answer within about two seconds."""
        begun_s = self.now_s()
        with self._changed:
            self._speakers += 1
            self._need()
            self._changed.wait_for(lambda: self._care is not None or self._hub.link, CONNECT_S)
            care, why = self._care, self._hub.link
        try:
            if care is None or not care.wait_connected(CONNECT_S):
                return Answer(station, "", kind, "not_sent", why or (care and care.why) or NOT_THERE)
            left_s = max(0.5, ANSWER_S - (self.now_s() - begun_s))
            return care.command(station, kind, timeout_s=left_s)
        finally:
            with self._lock:
                self._speakers -= 1
                self._linger_until_s = max(self._linger_until_s, self.now_s() + LINGER_S)

    # -- the thread that listens ---------------------------------------------------------------------------

    def _need(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="wall", daemon=True)
            self._thread.start()

    def _is_needed(self) -> bool:
        """Return whether to go on; once not, this thread is done, and who comes next begins another."""
        with self._lock:
            needed = bool(self._viewers or self._speakers) or self.now_s() < self._linger_until_s
            if not needed:
                self._thread, self._care = None, None
                self._hub.away("")
            return needed

    def _run(self) -> None:
        while True:
            try:
                if self._listen():
                    return
            except StationError as error:
                self._is_away(str(error))
            except Exception:  # whatever it was, the wall says so and comes back
                log.exception("the wall's connection has ended")
                self._is_away("the wall's connection has ended; it is tried again")
            if not self._wait_to_try_again():
                return

    def _listen(self) -> bool:
        """Take in what comes. Returns True once nobody needs it any more."""
        with self._connect() as care, closing(care.watch_all(self._wanted_now)) as heard:
            with self._changed:
                self._care = care
                self._changed.notify_all()
            for news in heard:
                with self._lock:
                    new = self._hub.take(news, self.now_s())
                    viewers = list(self._viewers) if new else []
                for viewer in viewers:
                    viewer.wake()
                if not self._is_needed():
                    return True
        return False

    def _wanted_now(self) -> frozenset[str]:
        with self._lock:
            return self._hub.wanted

    def _is_away(self, why: str) -> None:
        with self._changed:
            self._care = None
            self._hub.away(why)
            viewers = list(self._viewers)
            self._changed.notify_all()
        for viewer in viewers:
            viewer.wake()

    def _wait_to_try_again(self) -> bool:
        end_s = self.now_s() + AGAIN_S
        while self.now_s() < end_s:
            if not self._is_needed():
                return False
            time.sleep(0.1)
        return True


@cache
def feed() -> Feed:
    """Return the one of this process."""
    return Feed()
