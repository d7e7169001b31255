"""Pictures of the running kiosk, one every few seconds, for people who look after it from afar."""

from collections.abc import Callable
from pathlib import Path


class Album:
    """Writes `000001.png`, `000002.png` … into a folder, one every `every_s` seconds."""

    def __init__(self, folder: Path, every_s: float) -> None:
        """Make the folder. Raises OSError when it cannot be made."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._every_ns = round(every_s * 1e9)
        self._due_ns: int | None = None
        self._count = 0

    def keep(self, now_ns: int, take: Callable[[Path], None]) -> None:
        """Have a picture taken when one is due; `take` writes it to the file it is given."""
        if self._due_ns is not None and now_ns < self._due_ns:
            return
        self._due_ns = now_ns + self._every_ns
        self._count += 1
        take(self._folder / f"{self._count:06}.png")
