"""The kiosk's loop: take in, decide, draw only what has changed. This is the one owner of time."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

import pygame

from station.notify import Watchdog
from station.session.protocol import Command, TakeButtons
from station.training.snapshot import Snapshot
from ui.patient.album import Album
from ui.patient.canvas import Turn
from ui.patient.dialogue import Dialogue
from ui.patient.gestures import GestureReader, Key, Tap, place_of
from ui.patient.link import StationLink, StationPress
from ui.patient.service.area import ServiceArea
from ui.patient.sound.announcer import Announcer
from ui.patient.stagehand import Stagehand, page_name
from ui.patient.view import LIVE_PHASES, CopPoint, View
from ui.patient.window import Window

NS: Final = 1_000_000_000
FRAME_NS: Final = NS // 60
# A page on which nothing has moved for so long is turned five times a second, and when the station says
# something; a touch is looked for 20 times a second, and so waits 33 ms longer.
STILL_AFTER_NS: Final = 5 * NS
STILL_TURN_NS: Final = NS // 5
TOUCH_NS: Final = NS // 20
TRAIL_NS: Final = 1_200_000_000
# After these the window may be empty, or of another size.
WIPED: Final = frozenset(
    {
        pygame.VIDEORESIZE,
        pygame.WINDOWEXPOSED,
        pygame.WINDOWSHOWN,
        pygame.WINDOWRESTORED,
        pygame.WINDOWSIZECHANGED,
    }
)


class Trail:
    """Where the CoP has been during the last moments of this hold."""

    def __init__(self) -> None:
        self._points: deque[tuple[int, CopPoint]] = deque()

    def follow(self, snapshot: Snapshot) -> None:
        """Take in the newest snapshot; a CoP that is not known ends the trail."""
        live = snapshot.live
        if snapshot.phase != "hold" or live.x_mm is None or live.y_mm is None or snapshot.board_fault:
            self._points.clear()
            return
        self._points.append((snapshot.t_ns, CopPoint(live.x_mm, live.y_mm)))
        while self._points[0][0] < snapshot.t_ns - TRAIL_NS or self._points[0][0] > snapshot.t_ns:
            self._points.popleft()

    def points(self) -> tuple[CopPoint, ...]:
        """Return the points, oldest first."""
        return tuple(point for _, point in self._points)


class Kiosk:
    """One kiosk in front of one station."""

    def __init__(  # noqa: PLR0913 - all that it works with
        self,
        window: Window,
        link: StationLink,
        announcer: Announcer,
        *,
        now_ns: Callable[[], int],
        say: Callable[[str], None],
        album: Album | None = None,
        service: ServiceArea | None = None,
        watchdog: Watchdog | None = None,
    ) -> None:
        """Take what the kiosk works with; `say` is told, once, when the station is away."""
        self._window = window
        self._stagehand = Stagehand(window, say)
        self._watchdog = watchdog
        self._link = link
        self._announcer = announcer
        self._now_ns = now_ns
        self._say = say
        self._album = album
        self._service = service
        self._said = ""
        self._gestures = GestureReader()
        self._dialogue = Dialogue()
        self._trail = Trail()
        self.running = True

    def stop(self) -> None:
        """End the loop after this turn."""
        self.running = False

    def run(self) -> None:
        """Turn until stopped; at most 60 frames a second, and no work while nothing happens."""
        drawn_ns = self._now_ns()
        while self.running:
            begun_ns = self._now_ns()
            if self.turn():
                drawn_ns = begun_ns
                time.sleep(self._until_s(begun_ns + FRAME_NS))  # never more than 60 frames a second
            elif begun_ns - drawn_ns < STILL_AFTER_NS:
                self._link.wait(self._until_s(begun_ns + FRAME_NS))  # a new sample is drawn at once
            else:
                self._rest(begun_ns + STILL_TURN_NS)

    def _rest(self, until_ns: int) -> None:
        """Wait until then, for a word of the station or for a touch."""
        touched = False
        while self.running and not touched and self._now_ns() < until_ns:
            if self._link.wait(TOUCH_NS / NS):
                return
            touched = pygame.event.peek(pump=True)

    def _until_s(self, t_ns: int) -> float:
        return max(0, t_ns - self._now_ns()) / NS

    def turn(self) -> bool:
        """Do one turn: station, person, screen. Return whether a frame was drawn."""
        now_ns = self._now_ns()
        for snapshot in self._link.update(now_ns):
            self._hear(snapshot)
        self._dialogue.turn_to(self._link.newest, now_ns)
        if self._service is not None:
            self._service.turn(now_ns)
            self.running = self.running and not self._service.ended
        for command in self._commands(pygame.event.get(), now_ns):
            self._link.send(command, now_ns)
        self._answer(now_ns)
        view = self.view(now_ns)
        self._announcer.tell(view, now_ns)
        drawn = self._stagehand.show(view)
        self._link.take_buttons(self._wanted(view), now_ns)
        if self._album is not None:
            self._album.keep(now_ns, self._window.screenshot)
        self._tell_trouble()
        if self._watchdog is not None:
            self._watchdog.turned(now_ns, page_name(view))
        return drawn

    def _answer(self, now_ns: int) -> None:
        """Take the station's own buttons, and send an answer that was left alone."""
        commands = [self._pressed(press, now_ns) for press in self._link.presses()]
        for command in (*commands, self._dialogue.left_alone(now_ns)):
            if command is not None:
                self._link.send(command, now_ns)

    def _pressed(self, press: StationPress, now_ns: int) -> Command | None:
        """Do what a press of the station's own buttons means here; it is a key like any other."""
        if press == "both":
            if self._service is not None:
                self._service.open_by_buttons(now_ns)
            return None
        key: Key = "go" if press == "start" else "stop"
        if self._service is not None and self._service.takes_key(key, now_ns):
            return None
        return self._dialogue.key(key, self._window.buttons, now_ns)

    def _wanted(self, view: View) -> TakeButtons:
        """Return which of the station's own buttons have something to do on the page that is shown."""
        if view.service is not None or view.pad is not None:
            return TakeButtons(buttons=("start", "stop"))
        turns = (b.action for b in self._window.buttons if isinstance(b.action, Turn))
        return TakeButtons(buttons=("start",) if any(turn.leaf > view.leaf for turn in turns) else ())

    def _tell_trouble(self) -> None:
        if self._link.trouble != self._said:
            self._said = self._link.trouble
            self._say(self._said or "the station is there")

    def view(self, now_ns: int) -> View:
        """Return what is to be seen at this time."""
        snapshot = self._link.newest
        stale = snapshot is not None and snapshot.phase in LIVE_PHASES and self._link.is_stale(now_ns)
        return View(
            snapshot,
            interrupted=self._link.interrupted,
            stale=stale,
            trail=() if stale else self._trail.points(),
            chosen=self._dialogue.chosen,
            taken_in_s=self._dialogue.taken_in_s(now_ns),
            leaf=self._dialogue.leaf,
            pressed=self._dialogue.pressed,
            pad=self._dialogue.pad_view(),
            service=None if self._service is None else self._service.view(now_ns),
        )

    def _hear(self, snapshot: Snapshot) -> None:
        self._trail.follow(snapshot)
        self._announcer.hear(snapshot)

    def _commands(self, events: Iterable[pygame.event.Event], now_ns: int) -> list[Command]:
        commands: list[Command | None] = []
        for event in events:
            if event.type == pygame.QUIT:
                self._window.asked_to_end()
                self.stop()
            elif event.type in WIPED:
                self._window.wiped()
            else:
                commands.append(self._command(event, now_ns))
        return [command for command in commands if command is not None]

    def _command(self, event: pygame.event.Event, now_ns: int) -> Command | None:
        gesture = self._gestures.read(event, self._window.size_px, now_ns)
        if self._service is not None:
            place = place_of(event, self._window.size_px)
            at = None if place is None else self._window.to_page(place)
            if self._service.takes(event, gesture, at, self._window.buttons, now_ns):
                return None
        if gesture is None:
            return None
        if isinstance(gesture, Tap):
            return self._dialogue.tap(self._window.to_page(gesture), self._window.buttons, now_ns)
        return self._dialogue.key(gesture, self._window.buttons, now_ns)
