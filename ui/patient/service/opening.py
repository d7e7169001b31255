"""How the service area is asked for: the top left corner held, both buttons held, or Ctrl+Alt+S."""

from typing import Final, Literal

import pygame

from ui.patient.gestures import KEYS, Key
from ui.patient.pen import Point

HOLD_NS: Final = 3_000_000_000
FORGET_NS: Final = 10_000_000_000  # a release that never came must not hold up the start button for ever
CORNER: Final = (240.0, 140.0)  # from the top left of the page, logical px
DOWN: Final = frozenset({pygame.FINGERDOWN, pygame.MOUSEBUTTONDOWN})
UP: Final = frozenset({pygame.FINGERUP, pygame.MOUSEBUTTONUP})
MOTION: Final = frozenset({pygame.FINGERMOTION, pygame.MOUSEMOTION})


class Opening:
    """Watches what is held down. Times are the caller's, in ns."""

    def __init__(self) -> None:
        self._corner_ns: int | None = None
        self._held_ns: dict[Key, int] = {}
        self._combined = False

    def read(self, event: pygame.event.Event, at: Point | None, now_ns: int) -> None:
        """Take note of an event; `at` is where on the page it was (logical px), None for keys."""
        if event.type in DOWN:
            self._corner_ns = now_ns if _in_corner(at) else None
        elif event.type in UP or (event.type in MOTION and not _in_corner(at)):
            self._corner_ns = None
        elif event.type == pygame.KEYDOWN and not getattr(event, "repeat", False):
            self._key_down(event, now_ns)
        elif event.type == pygame.KEYUP and event.key in KEYS:
            self._held_ns.pop(KEYS[event.key], None)

    def _key_down(self, event: pygame.event.Event, now_ns: int) -> None:
        mod = getattr(event, "mod", 0)
        if event.key == pygame.K_s and mod & pygame.KMOD_CTRL and mod & pygame.KMOD_ALT:
            self._combined = True
        elif event.key in KEYS:
            self._held_ns[KEYS[event.key]] = now_ns

    def holds_back(self, key: Key, now_ns: int) -> bool:
        """Return whether a key belongs to the way in, and so means nothing to the patient's page."""
        if self._combined:
            return True
        stop_ns = self._held_ns.get("stop")
        return key == "go" and stop_ns is not None and now_ns - stop_ns < FORGET_NS

    def asked(self, now_ns: int) -> Literal["", "touch", "keys"]:
        """Return, once, by what the area is asked for; nothing when it is not."""
        both_ns = None
        if self._held_ns.keys() >= {"go", "stop"}:
            both_ns = max(self._held_ns["go"], self._held_ns["stop"])
        keys = self._combined or _is_long(both_ns, now_ns)
        if not keys and not _is_long(self._corner_ns, now_ns):
            return ""
        self.forget()
        return "keys" if keys else "touch"

    def forget(self) -> None:
        """Begin to watch anew."""
        self._corner_ns, self._combined = None, False
        self._held_ns = {}


def _is_long(since_ns: int | None, now_ns: int) -> bool:
    return since_ns is not None and HOLD_NS <= now_ns - since_ns < FORGET_NS


def _in_corner(at: Point | None) -> bool:
    return at is not None and at[0] < CORNER[0] and at[1] < CORNER[1]
