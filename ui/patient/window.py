"""The window: which video driver, how the 1280 x 720 page lies in it, and what is drawn again."""

import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import pygame

from ui.patient.book import draw_live, draw_still, is_live
from ui.patient.canvas import Button, Canvas, large_sheet
from ui.patient.display import DisplayError, Mode, compositor_gone, open_display, told_when_x_is_lost
from ui.patient.gestures import Tap
from ui.patient.lettering import Lettering
from ui.patient.pen import Point
from ui.patient.theme import HEIGHT, PAPER, WIDTH
from ui.patient.view import View, still_part


class Window:
    """Owns the display. Drawing is at the real resolution: letters stay sharp on any screen."""

    def __init__(
        self, mode: Mode, driver: str | None = None, *, say: Callable[[str], None] = lambda _words: None
    ) -> None:
        """Open the display. Raises DisplayError where there is none, unless `offscreen` was asked for.

        `driver` is the one that must draw; `say` is told when an X server has gone, which ends the process.
        """
        self.driver = open_display(mode, driver)
        self._on_lost = told_when_x_is_lost(say) if self.driver == "x11" else None
        pygame.display.set_caption("Balance station")
        pygame.mouse.set_visible(mode == "windowed")
        self.frames = 0
        self._fit()

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
        self._surface, self._area, self._size = surface, area, (width, height)
        self._lettering = Lettering(self._scale)
        self._still = pygame.Surface(area.size, depth=surface.get_bitsize(), masks=surface.get_masks())
        # One for all pages: to ask for it anew costs as much as half a page, and never goes back in whole.
        self._sheet = large_sheet(area.size)
        self._still_view: View | None = None
        self._shown: View | None = None
        self._wiped = False
        self.buttons: list[Button] = []

    def wiped(self) -> None:
        """Take note that what was shown may be gone: it is put there again, for the size there is."""
        self._wiped = True

    def asked_to_end(self) -> None:
        """Raise DisplayError when it was no person who asked, but the display that has gone."""
        if self.driver == "wayland" and compositor_gone(os.environ):
            raise DisplayError("the Wayland compositor has gone; start it, then this kiosk again")

    def to_page(self, tap: Tap) -> Point:
        """Return where on the page (logical px) a tap was."""
        width, height = self._surface.get_size()
        x_px, y_px = tap.x * width - self._area.left, tap.y * height - self._area.top
        return x_px / self._scale, y_px / self._scale

    def show(self, view: View) -> bool:
        """Draw the view if it looks different from what is shown; return whether a frame was drawn."""
        if self._surface.get_size() != self._size:
            self._fit()
        still = still_part(view)
        live = is_live(view)
        if not self._wiped and still == self._still_view and (not live or view == self._shown):
            return False
        if still != self._still_view:
            self._draw_still(still)
        if self._wiped:
            self._surface.fill(PAPER)
        page = self._surface.subsurface(self._area)
        page.blit(self._still, (0, 0))
        if live:
            draw_live(Canvas(page, self._scale, self._lettering, still=False), view)
        self._flip()
        self._shown, self._wiped = view, False
        self.frames += 1
        return True

    def _flip(self) -> None:
        try:
            pygame.display.flip()
        except pygame.error as error:
            message = f"the display took no picture ({error}); is it still plugged in and switched on?"
            raise DisplayError(message) from None

    def _draw_still(self, still: View) -> None:
        canvas = Canvas(self._still, self._scale, self._lettering, sheet=self._sheet)
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
