"""Stands between the loop and the window: a page that cannot be drawn is replaced by a calm one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from traceback import extract_tb

from ui.patient.display import DisplayError
from ui.patient.view import View, still_part
from ui.patient.window import Window


class Stagehand:
    """Shows views. A mistake in one page is said once, and neither ends the kiosk nor blackens the screen."""

    def __init__(self, window: Window, say: Callable[[str], None]) -> None:
        self._window = window
        self._say = say
        self._said: set[str] = set()
        self._broken: View | None = None  # the still part of what could not be drawn

    def show(self, view: View) -> bool:
        """Draw the view, or the calm page as long as it is this one; return whether a frame was drawn.

        Raises DisplayError when the display has gone, and whatever keeps even the calm page from being drawn.
        """
        if self._broken is not None and still_part(view) == self._broken:
            return self._window.show(replace(view, broken=True))
        self._broken = None
        try:
            return self._window.show(view)
        except DisplayError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a page does wrong, the person must be able to stop
            self._tell(view, error)
            self._broken = still_part(view)
            return self._window.show(replace(view, broken=True))

    def _tell(self, view: View, error: Exception) -> None:
        place = extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}, line {place.lineno}"
        what = f"{type(error).__name__}: {error}; {where}"
        words = f"{page_name(view)} cannot be drawn ({what}); a calm page is shown"
        if words not in self._said:
            self._said.add(words)
            self._say(words)


def page_name(view: View) -> str:
    """Return in words for people who look after the kiosk what it shows."""
    if view.service is not None:
        return "service area"
    if view.snapshot is None:
        return (
            "waiting for the station, a session was interrupted"
            if view.interrupted
            else "waiting for the station"
        )
    name = f"page {view.snapshot.phase}"
    if view.snapshot.board_fault is not None:
        return f"{name}, no numbers from the board"
    return f"{name}, the picture has stopped" if view.stale else name
