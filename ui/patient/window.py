"""The window: which video driver, how the 1280 x 720 page lies in it, and what is drawn again."""

import os
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

import pygame

from station.errors import StationError
from ui.patient.book import draw_live, draw_still, is_live
from ui.patient.canvas import Button, Canvas
from ui.patient.gestures import Tap
from ui.patient.lettering import Lettering
from ui.patient.pen import Point
from ui.patient.theme import HEIGHT, PAPER, WIDTH
from ui.patient.view import View, still_part

Mode = Literal["fullscreen", "windowed", "offscreen"]
UNSEEN: Final = frozenset({"dummy", "offscreen"})


class DisplayError(StationError, OSError):
    """There is no display to draw on."""


class Window:
    """Owns the display. Drawing is at the real resolution: letters stay sharp on any screen."""

    def __init__(self, mode: Mode) -> None:
        """Open the display. Raises DisplayError where there is none, unless `offscreen` was asked for."""
        if mode == "offscreen":
            os.environ["SDL_VIDEODRIVER"] = "dummy"
        elif "XDG_RUNTIME_DIR" not in os.environ:
            os.environ.setdefault("SDL_VIDEODRIVER", "x11,kmsdrm")  # Wayland cannot be there
        # Touch arrives as finger events; its echo as a mouse is switched off where SDL makes it itself.
        os.environ.setdefault("SDL_TOUCH_MOUSE_EVENTS", "0")
        os.environ.setdefault("SDL_RENDER_DRIVER", "software")
        try:
            pygame.display.init()
            self.driver = pygame.display.get_driver()
            self._refuse_unseen(mode)
            flags = pygame.FULLSCREEN if mode == "fullscreen" else pygame.RESIZABLE
            size = (0, 0) if mode == "fullscreen" else (WIDTH, HEIGHT)
            pygame.display.set_mode(size, flags)
        except pygame.error as error:
            message = f"no display to draw on ({error}); attach one, or ask for --offscreen"
            raise DisplayError(message) from None
        pygame.display.set_caption("Balance station")
        pygame.mouse.set_visible(mode == "windowed")
        self._fit()

    def _refuse_unseen(self, mode: Mode) -> None:
        if mode != "offscreen" and self.driver in UNSEEN:
            message = f"no display (only SDL's {self.driver} driver); attach one, or ask for --offscreen"
            raise DisplayError(message)

    @property
    def size_px(self) -> tuple[int, int]:
        """Return the size of the window in real px."""
        return pygame.display.get_window_size()

    def _fit(self) -> None:
        """Lay the page into the middle of the window, as large as it fits."""
        surface = pygame.display.get_surface()
        assert surface is not None  # noqa: S101 - set_mode has returned
        width, height = surface.get_size()
        self._scale = min(width / WIDTH, height / HEIGHT)
        area = pygame.Rect(0, 0, round(WIDTH * self._scale), round(HEIGHT * self._scale))
        area.center = (width // 2, height // 2)
        area = area.clip(surface.get_rect())
        self._surface, self._area = surface, area
        self._lettering = Lettering(self._scale)
        self._still = pygame.Surface(area.size, depth=surface.get_bitsize(), masks=surface.get_masks())
        self._still_view: View | None = None
        self._shown: View | None = None
        self.buttons: list[Button] = []
        self.frames = 0

    def resized(self) -> None:
        """Lay the page out again for the new size of the window."""
        self._fit()

    def to_page(self, tap: Tap) -> Point:
        """Return where on the page (logical px) a tap was."""
        width, height = self._surface.get_size()
        x_px, y_px = tap.x * width - self._area.left, tap.y * height - self._area.top
        return x_px / self._scale, y_px / self._scale

    def show(self, view: View) -> bool:
        """Draw the view if it looks different from what is shown; return whether a frame was drawn."""
        still = still_part(view)
        live = is_live(view)
        if still == self._still_view and (not live or view == self._shown):
            return False
        if still != self._still_view:
            self._draw_still(still)
        page = self._surface.subsurface(self._area)
        page.blit(self._still, (0, 0))
        if live:
            draw_live(Canvas(page, self._scale, self._lettering, still=False), view)
        self._shown = view
        pygame.display.flip()
        self.frames += 1
        return True

    def _draw_still(self, still: View) -> None:
        canvas = Canvas(self._still, self._scale, self._lettering)
        draw_still(canvas, still)
        self.buttons = canvas.buttons
        self._still_view = still
        self._surface.fill(PAPER)  # the bars beside the page have its colour: no frame is seen

    def screenshot(self, file: Path) -> None:
        """Write what the window shows as a PNG file. Raises OSError when it cannot."""
        pygame.image.save(self._surface, str(file))

    def close(self) -> None:
        """Give the display back; may be called twice."""
        pygame.display.quit()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
