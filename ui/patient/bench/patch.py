"""A window with a patch that is black or white, for a phone's camera or a photodiode."""

from typing import Final

import pygame

from ui.patient.window import Window

SHARE: Final = 0.35  # of the window's height


class PatchWindow(Window):
    """The kiosk's window; the patch is painted last, so the page's own time counts too."""

    white = False

    def turn(self, *, white: bool) -> None:
        """Let the next picture have this patch; it is drawn whether or not the page has changed."""
        if white != self.white:
            self.white = white
            self.wiped()

    def _flip(self) -> None:
        surface = pygame.display.get_surface()
        if surface is not None:
            side = round(SHARE * surface.get_height())
            place = pygame.Rect(0, surface.get_height() - side, side, side)
            surface.fill("black", place)
            if self.white:
                surface.fill("white", place.inflate(-side // 4, -side // 4))  # the frame stays black
        super()._flip()
