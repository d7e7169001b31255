"""Typing a number with a finger, a keyboard or two buttons alone: stop moves the mark, start takes it."""

from dataclasses import dataclass
from typing import Final

from station.session.protocol import ChoosePatient
from ui.patient.gestures import Key
from ui.patient.service.door import DIGITS, ERASE
from ui.patient.service.view import ServiceView

LENGTH: Final = 4
BOUNCE_NS: Final = 150_000_000  # the same key again so soon was not pressed twice
SHOWN_NS: Final = 200_000_000  # how long a key stays drawn as pressed
FORGET_NS: Final = 60_000_000_000  # digits of somebody who has gone


@dataclass(frozen=True, slots=True)
class NumberSheet:
    """The digits so far, and the keys that may be pressed."""

    typed: str = ""
    main: None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the keys in the order in which the mark visits them."""
        return (*DIGITS, ERASE) if self.typed else DIGITS


class NumberPad:
    """What is typed so far and which key is marked. Times are the caller's, in ns."""

    def __init__(self) -> None:
        self._typed = ""
        self._mark: str | None = None
        self._pressed: str | None = None
        self._last: tuple[str, int] = "", 0

    def clear(self) -> None:
        """Begin anew."""
        self._typed, self._mark, self._pressed = "", None, None

    def turn(self, now_ns: int) -> None:
        """Let a pressed key come up, and forget digits that were left alone."""
        away_ns = now_ns - self._last[1]
        if away_ns > FORGET_NS:
            self.clear()
        elif away_ns > SHOWN_NS:
            self._pressed = None

    def view(self) -> ServiceView:
        """Return what is to be seen."""
        return ServiceView(NumberSheet(self._typed), self._mark, self._pressed)

    def tap(self, choice: str, now_ns: int) -> ChoosePatient | None:
        """Take a key of the pad; return the number once it is whole."""
        self._mark = None
        return None if self._is_bounce(choice, now_ns) else self._take(choice)

    def key(self, key: Key, now_ns: int) -> ChoosePatient | None:
        """Take a key of the keyboard, or one of the two buttons; return the number once it is whole."""
        if self._is_bounce(key, now_ns):
            return None
        choices = NumberSheet(self._typed).choices
        if key in choices:
            self._mark = None
            return self._take(key)
        place = choices.index(self._mark) if self._mark in choices else None
        if key in {"stop", "right", "left"}:
            way = -1 if key == "left" else 1
            self._mark = choices[0 if place is None else (place + way) % len(choices)]
        elif key == "go":
            if place is not None:
                return self._take(choices[place])
            self._mark = choices[0]
        return None

    def _is_bounce(self, what: str, now_ns: int) -> bool:
        last, self._last = self._last, (what, now_ns)
        return last[0] == what and now_ns - last[1] < BOUNCE_NS

    def _take(self, choice: str) -> ChoosePatient | None:
        self._pressed = choice
        self._typed = self._typed[:-1] if choice == ERASE else self._typed + choice
        if len(self._typed) < LENGTH:
            return None
        number, self._typed, self._mark = self._typed, "", None
        return ChoosePatient(number=number)
