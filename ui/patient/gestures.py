"""What a person did, read from SDL events: a tap is one tap, whether it came as finger, mouse, or both."""

from typing import Final, Literal, NamedTuple, get_args

import pygame

Digit = Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
Key = Literal["go", "stop", "yes", "no", "left", "right", "pause", "erase", "mark"] | Digit

KEYS: Final[dict[int, Key]] = {
    pygame.K_RETURN: "go",
    pygame.K_KP_ENTER: "go",
    pygame.K_SPACE: "go",
    pygame.K_p: "pause",
    pygame.K_m: "mark",
    pygame.K_s: "stop",
    pygame.K_ESCAPE: "stop",
    pygame.K_y: "yes",
    pygame.K_n: "no",
    pygame.K_LEFT: "left",
    pygame.K_DOWN: "left",
    pygame.K_RIGHT: "right",
    pygame.K_UP: "right",
    pygame.K_BACKSPACE: "erase",
}
DIGITS: Final[tuple[Digit, ...]] = get_args(Digit)
KEYS.update({pygame.K_0 + number: digit for number, digit in enumerate(DIGITS)})
KEYS.update({pygame.K_KP_1 + number: digit for number, digit in enumerate(DIGITS[1:])})
KEYS[pygame.K_KP_0] = "0"
# A touch screen may report one touch as a finger and again as a mouse press a little later.
ECHO_NS: Final = 500_000_000


class Tap(NamedTuple):
    """A press on the screen, in shares of the window's width and height (0 to 1)."""

    x: float
    y: float


Gesture = Tap | Key


class GestureReader:
    """Turns events into gestures; remembers the last finger, so that its echo as a mouse is no second tap."""

    def __init__(self) -> None:
        self._finger_ns: int | None = None

    def read(self, event: pygame.event.Event, window_px: tuple[int, int], now_ns: int) -> Gesture | None:
        """Return the gesture of an event, or None when it is none. A press counts when it goes down."""
        if event.type == pygame.FINGERDOWN:
            self._finger_ns = now_ns
            return Tap(event.x, event.y)
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == pygame.BUTTON_LEFT:
            return None if self._is_echo(event, now_ns) else _share(event.pos, window_px)
        if event.type == pygame.KEYDOWN and not getattr(event, "repeat", False):
            return KEYS.get(event.key)
        return None

    def _is_echo(self, event: pygame.event.Event, now_ns: int) -> bool:
        recent = self._finger_ns is not None and now_ns - self._finger_ns < ECHO_NS
        return bool(getattr(event, "touch", False)) or recent


def _share(at_px: tuple[int, int], window_px: tuple[int, int]) -> Tap:
    return Tap(at_px[0] / window_px[0], at_px[1] / window_px[1])


def place_of(event: pygame.event.Event, window_px: tuple[int, int]) -> Tap | None:
    """Return where in the window a pointer is, whatever it does; None for an event of no pointer."""
    if event.type in {pygame.FINGERDOWN, pygame.FINGERUP, pygame.FINGERMOTION}:
        return Tap(event.x, event.y)
    if event.type in {pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP, pygame.MOUSEMOTION}:
        return _share(event.pos, window_px)
    return None
