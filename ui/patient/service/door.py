"""The door of the service area: a PIN that is asked for, or set twice when there is none yet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from ui.patient.service.pin import LONGEST, SALT_BYTES, SHORTEST, S, hashed, matches, wait_after_s
from ui.patient.service.room import Around, Enter, Keep, Leave, Request
from ui.patient.service.view import BACK

Asked = Literal["enter", "new", "again"]
Trouble = Literal["", "wrong", "differ"]
DIGITS: Final = tuple("1234567890")
ERASE: Final = "erase"
OK: Final = "ok"


@dataclass(frozen=True, slots=True)
class PinSheet:
    """The keypad: what is asked for, how many digits there are, what went wrong, and how long to wait."""

    asked: Asked = "enter"
    count: int = 0
    trouble: Trouble = ""
    wait_s: int = 0

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the keys that may be pressed now."""
        if self.wait_s:
            return (BACK,)
        erase = (ERASE,) if self.count else ()
        return (*DIGITS, *erase, *((OK,) if self.main else ()), BACK)

    @property
    def main(self) -> str | None:
        """Return OK once the PIN is long enough."""
        return OK if self.count >= SHORTEST and not self.wait_s else None


class Door:
    """Asks for the PIN. The digits stay in here: no view, no request and no log ever holds them."""

    name = "door"

    def __init__(self, *, salt: Callable[[int], bytes]) -> None:
        """Take a source of random bytes for new PINs."""
        self._salt = salt
        self._digits = ""
        self._first: str | None = None
        self._trouble: Trouble = ""
        self._wait_end_ns: int | None = None

    def title(self) -> str:
        """Return nothing: the door is no entry of the menu."""
        return ""

    def is_offered(self, around: Around) -> bool:
        """Return True."""
        return True

    def is_busy(self) -> bool:
        """Return False: a door left alone is closed."""
        return False

    def enter(self, around: Around) -> None:
        """Begin with no digit; whoever has restarted the kiosk waits as long as before."""
        self.leave()
        if self._wait_end_ns is None:
            self._wait_end_ns = around.now_ns + wait_after_s(around.settings.wrong) * S

    def leave(self) -> None:
        """Forget what was typed."""
        self._digits, self._first, self._trouble = "", None, ""

    def turn(self, around: Around) -> None:
        """Have nothing to take note of."""

    def sheet(self, around: Around) -> PinSheet:
        """Return the keypad as it is now."""
        if around.settings.pin is None:
            asked: Asked = "new" if self._first is None else "again"
            return PinSheet(asked, len(self._digits), self._trouble)
        return PinSheet("enter", len(self._digits), self._trouble, self._wait_s(around))

    def _wait_s(self, around: Around) -> int:
        left_ns = (self._wait_end_ns or 0) - around.now_ns
        return max(0, -(-left_ns // S))

    def choose(self, choice: str, around: Around) -> tuple[Request, ...]:
        """Take a digit, take one back, or look at all of them."""
        if choice == BACK:
            return (Leave(),)
        if choice == ERASE:
            self._digits = self._digits[:-1]
        elif choice in DIGITS and len(self._digits) < LONGEST:
            self._digits, self._trouble = self._digits + choice, ""
        elif choice == OK:
            typed, self._digits = self._digits, ""
            return self._try(typed, around) if around.settings.pin else self._set(typed, around)
        return ()

    def _try(self, typed: str, around: Around) -> tuple[Request, ...]:
        settings = around.settings
        if matches(typed, settings.pin or ""):
            self._wait_end_ns = around.now_ns
            right = msgspec.structs.replace(settings, wrong=0)
            return (Keep(right), Enter()) if settings.wrong else (Enter(),)
        self._trouble = "wrong"
        wrong = settings.wrong + 1
        self._wait_end_ns = around.now_ns + wait_after_s(wrong) * S
        return (Keep(msgspec.structs.replace(settings, wrong=wrong)),)

    def _set(self, typed: str, around: Around) -> tuple[Request, ...]:
        if self._first is None:
            self._first = typed
            return ()
        first, self._first = self._first, None
        if first != typed:
            self._trouble = "differ"
            return ()
        pin = hashed(typed, self._salt(SALT_BYTES))
        return Keep(msgspec.structs.replace(around.settings, pin=pin, wrong=0)), Enter()
