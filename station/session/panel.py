"""The panel beside the screen: start and stop buttons, status LED, buzzer. A client of the session's socket.

It is a process of its own (`balance-station panel`): GPIO never enters the session, and a panel that dies or
is absent changes nothing for the patient. Buttons mean what they mean on the screen: start goes on and says
yes, stop stops, or says no where yes or no is asked. A question is answered by its key, and only by a press
that came after it could be read. Other questions are answered on the screen: there each start marks the next
answer, and the session passes the press on. Both held lead to the service area.
"""

import select
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, Protocol

from station.errors import MessageError
from station.session.client import SessionClient
from station.session.protocol import Answer, Command, Event, Press
from station.training.snapshot import Snapshot

Button = Literal["start", "stop", "both"]  # both: held together for a while
Lamp = Literal["off", "on", "blink"]  # the station is away, is there, needs help or is looked for
Beep = Literal["begin", "pause", "done", "here", "alarm"]

# A trembling finger may press twice; a page may change under a finger that is already on its way.
REPEAT_NS: Final = 400_000_000
SETTLE_NS: Final = 400_000_000
RETRY_NS: Final = 1_000_000_000
# Events of the session that want somebody to come.
ALARMS: Final = frozenset({"possible_fall"})


class Buttons:
    """What a press means on the page the person has in front of them. Times are the caller's, in ns."""

    def __init__(self) -> None:
        self._page: tuple[object, ...] = ()
        self._page_ns = 0
        self._press_ns: int | None = None
        self._snapshot: Snapshot | None = None

    def turn_to(self, snapshot: Snapshot | None, now_ns: int) -> None:
        """Take note of what the screen shows now."""
        page: tuple[object, ...] = ()
        if snapshot is not None:
            page = (snapshot.phase, snapshot.question, snapshot.exercise_number, snapshot.attempt)
        if page != self._page:
            self._page, self._page_ns = page, now_ns
        self._snapshot = snapshot

    def press(self, button: Button, now_ns: int) -> Command | None:
        """Return what this press says to the session; None when it says nothing on this page."""
        if button == "both":
            return None if self._snapshot is None else Press(button="both")
        if self._press_ns is not None and now_ns - self._press_ns < REPEAT_NS:
            return None
        command = self._meant(button)
        settled = now_ns - self._page_ns >= SETTLE_NS
        # Stop is heard even on a page that has only just appeared.
        if command is None or not (settled or command == Press(button="stop")):
            return None
        self._press_ns = now_ns
        return command

    def _meant(self, button: Button) -> Command | None:
        if self._snapshot is None:
            return None
        question = self._snapshot.question
        if question is not None and question.kind == "yes_no":
            return Answer(key=question.key, value=button == "start")
        return Press(button=button)


def lamp_of(snapshot: Snapshot | None) -> Lamp:
    """Return what the status LED shows."""
    if snapshot is None:
        return "off"
    return "on" if snapshot.board_fault is None and snapshot.this_board is None else "blink"


def beep_between(old: Snapshot | None, new: Snapshot) -> Beep | None:
    """Return the signal that tells what has changed from one snapshot to the next."""
    if old is None:
        return None
    if new.this_board is not None and old.this_board is None:
        return "here"
    if len(new.results) > len(old.results):
        return "done" if new.results[-1].outcome == "done" else "pause"
    if new.phase == "hold" and old.phase != "hold":
        return "begin"
    return "pause" if new.paused_by is not None and old.paused_by is None else None


class Hardware(Protocol):
    """Two buttons, a lamp and a buzzer."""

    def fileno(self) -> int:
        """Return a descriptor that is readable while a press waits."""
        ...

    def presses(self) -> list[Button]:
        """Return the presses since the last call, oldest first."""
        ...

    def light(self, lamp: Lamp) -> None:
        """Show this on the LED."""
        ...

    def beep(self, beep: Beep) -> None:
        """Begin this signal and return at once."""
        ...

    def close(self) -> None:
        """Go dark and silent and give the pins back; may be called twice."""
        ...


class Panel:
    """Holds the hardware against the session, for as long as there is one; comes back when it does.

    `step` must be called again and again. `now_ns` is CLOCK_MONOTONIC; `wait` passes the time while there is
    no station.
    """

    def __init__(
        self,
        path: Path,
        hardware: Hardware,
        *,
        now_ns: Callable[[], int] = time.monotonic_ns,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._path = path
        self._hardware = hardware
        self._now_ns = now_ns
        self._wait = wait
        self._buttons = Buttons()
        self._client: SessionClient | None = None
        self._retry_ns: int | None = None
        self._newest: Snapshot | None = None
        self._lamp: Lamp = "off"

    def step(self, wait_s: float) -> None:
        """Wait at most `wait_s` for station or buttons; show what the one says, tell it of the others."""
        now_ns = self._now_ns()
        if self._client is None and (self._retry_ns is None or now_ns >= self._retry_ns):
            self._connect(now_ns)
        if self._client is None:
            self._wait(wait_s)
        else:
            try:
                heard: list[SessionClient | Hardware] = [self._client, self._hardware]
                select.select(heard, [], [], wait_s)
                self._hear(self._client)
            except (ConnectionError, MessageError):
                self._lose()
        self._buttons.turn_to(self._newest, self._now_ns())
        self._light(lamp_of(self._newest))
        for button in self._hardware.presses():
            self._press(button)

    def close(self) -> None:
        """End the connection and darken the panel; may be called twice."""
        self._lose()
        self._hardware.close()

    def _connect(self, now_ns: int) -> None:
        self._retry_ns = now_ns + RETRY_NS
        try:
            self._client = SessionClient(self._path, name="panel")
        except ConnectionError:
            return

    def _lose(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = self._newest = None

    def _hear(self, client: SessionClient) -> None:
        for notice in client.poll():
            if isinstance(notice, Snapshot):
                beep = beep_between(self._newest, notice)
                self._newest = notice
                if beep is not None:
                    self._hardware.beep(beep)
            elif isinstance(notice, Event) and notice.kind in ALARMS:
                self._hardware.beep("alarm")

    def _light(self, lamp: Lamp) -> None:
        if lamp != self._lamp:
            self._lamp = lamp
            self._hardware.light(lamp)

    def _press(self, button: Button) -> None:
        command = self._buttons.press(button, self._now_ns())
        if command is None or self._client is None:
            return
        try:
            self._client.send(command)
        except ConnectionError:
            self._lose()
