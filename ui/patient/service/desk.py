"""The service area as a state machine without input or output: gestures in, pages and requests out."""

from collections.abc import Sequence
from typing import Final

from station.training.snapshot import Snapshot
from ui.patient.gestures import Key
from ui.patient.service.room import Around, Enter, Leave, Request, Room
from ui.patient.service.view import BACK, MenuSheet, ServiceView, Sheet

S: Final = 1_000_000_000
FREE_PHASES: Final = ("who", "welcome", "history", "goodnight")
LEFT_ALONE_NS: Final = 300 * S
BOUNCE_NS: Final = 150_000_000  # the same button again so soon was not pressed twice
SETTLE_NS: Final = 300_000_000  # a page may change under a finger that is already on its way
SHOWN_NS: Final = 200_000_000  # how long a button stays drawn as pressed


def may_open(snapshot: Snapshot | None, *, interrupted: bool) -> bool:
    """Return whether nobody trains: the welcome page or one before it, or no station, and no session then."""
    if snapshot is None:
        return not interrupted
    return snapshot.phase in FREE_PHASES and snapshot.session is None


class ServiceDesk:
    """What is open in the service area, and which choice is marked.

    A tap chooses what it hits. By keys, or the two buttons alone: stop moves the mark on, start chooses what
    is marked; one of the choices of every page is the way back.
    """

    def __init__(self, door: Room, rooms: Sequence[Room]) -> None:
        self._door = door
        self._rooms = tuple(rooms)
        self._room: Room | None = None  # None: the menu
        self.is_open = False
        self._mark: str | None = None
        self._by_keys = False
        self._pressed: str | None = None
        self._press_ns = 0
        self._alone_ns = 0  # since when nobody has pressed anything and nothing runs
        self._page_ns = 0
        self._last_key: tuple[Key, int] | None = None

    def open(self, around: Around, *, by_keys: bool) -> None:
        """Stand in front of the door."""
        self.is_open, self._by_keys = True, by_keys
        self._alone_ns = around.now_ns
        self._last_key = None
        self._go(self._door, around)

    def close(self) -> None:
        """Leave everything; may be called twice."""
        if self._room is not None:
            self._room.leave()
        self.is_open, self._room, self._mark, self._pressed = False, None, None, None

    def turn(self, around: Around) -> None:
        """Let time pass: what runs goes on, what is left alone or has become impossible ends."""
        if not self.is_open:
            return
        room = self._room
        if around.snapshot is not None and not may_open(around.snapshot, interrupted=False):
            self.close()
            return
        if room is not None:
            room.turn(around)
            if not room.is_offered(around):
                self._go(None, around)
        busy = self._room is not None and self._room.is_busy()
        if busy:
            self._alone_ns = around.now_ns
        elif around.now_ns - self._alone_ns >= LEFT_ALONE_NS:
            self.close()
        if around.now_ns - self._press_ns > SHOWN_NS:
            self._pressed = None

    def view(self, around: Around) -> ServiceView | None:
        """Return what is to be seen; None while the area is closed."""
        if not self.is_open:
            return None
        sheet = self._sheet(around)
        return ServiceView(sheet, self._marked(sheet), self._pressed)

    def tap(self, choice: str | None, around: Around) -> tuple[Request, ...]:
        """Choose what was tapped; a tap beside every button only hides the mark."""
        self._by_keys, self._mark = False, None
        if around.now_ns - self._page_ns < SETTLE_NS:
            return ()
        self._press_ns = self._alone_ns = around.now_ns
        return self._choose(choice, around)

    def key(self, key: Key, around: Around) -> tuple[Request, ...]:
        """Move the mark, or choose; digits choose themselves where there are digits to choose."""
        sheet = self._sheet(around)
        if key in sheet.choices:  # a digit, or erase
            self._mark, self._press_ns, self._alone_ns = None, around.now_ns, around.now_ns
            return self._choose(key, around)
        if self._is_bounce(key, around.now_ns):
            return ()
        self._press_ns = self._alone_ns = around.now_ns
        self._by_keys = True
        if key == "go":
            chosen = self._marked(sheet) or sheet.main
            if chosen is not None:
                return self._choose(chosen, around)
            self._mark = sheet.choices[0]
        elif key in {"stop", "right", "left"}:
            self._move(sheet, -1 if key == "left" else 1)
        return ()

    def _is_bounce(self, key: Key, now_ns: int) -> bool:
        last, self._last_key = self._last_key, (key, now_ns)
        return last is not None and last[0] == key and now_ns - last[1] < BOUNCE_NS

    def _move(self, sheet: Sheet, way: int) -> None:
        marked = self._marked(sheet)
        if marked is None:
            self._mark = sheet.choices[0 if way > 0 else -1]
            return
        place = sheet.choices.index(marked) + way
        self._mark = sheet.choices[place % len(sheet.choices)]

    def _marked(self, sheet: Sheet) -> str | None:
        """Return the mark; one that stood on a choice that is gone goes to the first."""
        if self._mark is None or self._mark in sheet.choices:
            return self._mark
        return sheet.choices[0]

    def _sheet(self, around: Around) -> Sheet:
        if self._room is not None:
            return self._room.sheet(around)
        return MenuSheet(tuple((room.name, room.title()) for room in self._rooms if room.is_offered(around)))

    def _choose(self, choice: str | None, around: Around) -> tuple[Request, ...]:
        if choice is None or choice not in self._sheet(around).choices:
            return ()
        self._pressed = choice
        if self._room is None:
            self._choose_room(choice, around)
            return ()
        requests = self._room.choose(choice, around)
        for request in requests:
            if isinstance(request, Enter):
                self._go(None, around)
            elif isinstance(request, Leave):
                self._leave_room(around)
        return requests

    def _choose_room(self, choice: str, around: Around) -> None:
        if choice == BACK:
            self.close()
            return
        self._go(next(room for room in self._rooms if room.name == choice), around)

    def _leave_room(self, around: Around) -> None:
        if self._room is self._door:
            self.close()
        else:
            left = self._room
            self._go(None, around)
            if self._by_keys and left is not None:
                self._mark = left.name  # where one came from

    def _go(self, room: Room | None, around: Around) -> None:
        """Turn to another page; None is the menu."""
        if self._room is not None:
            self._room.leave()
        self._room, self._page_ns, self._pressed = room, around.now_ns, None
        if room is not None:
            room.enter(around)
        self._mark = self._sheet(around).choices[0] if self._by_keys else None
