"""The folder of a demo: made, checked, and one demo's alone while it runs."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from station.errors import StationError

SUN_PATH_BYTES: Final = 107  # longest path of a Unix socket (108 with its end, unix(7))
FOLDERS: Final = ("broker", "log")  # the care side makes its own, for its owner only


class DemoFolder:
    """Where everything of one demo is kept; a second demo is refused for as long as this one is open."""

    def __init__(self, path: Path) -> None:
        """Make and lock the folder. Raises StationError when it cannot be used, or another demo does."""
        self.path = path
        self.socket = path / "session.sock"
        self.session = path / "session.id"  # of the session the simulated patient did last
        length = len(os.fsencode(self.socket))
        if length > SUN_PATH_BYTES:
            raise StationError(
                f"{self.socket}: {length} bytes are too long for a socket, at most {SUN_PATH_BYTES} "
                "are allowed; choose a shorter folder with --data"
            )
        with self._explained():
            path.mkdir(parents=True, exist_ok=True)
            self._lock: int | None = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with self._explained():
                for name in FOLDERS:
                    (path / name).mkdir(exist_ok=True)
                self.session.unlink(missing_ok=True)
        except BlockingIOError:
            self.close()
            raise StationError(
                f"another demo runs in {path}; end it, or choose another folder with --data"
            ) from None
        except StationError:
            self.close()
            raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StationError(
                f"the folder {self.path} cannot be used ({error.strerror}); choose another with --data"
            ) from None

    def write(self, name: str, text: str, *, mode: int = 0o644) -> Path:
        """Write a file of the demo. Raises StationError."""
        file = self.path / name
        with self._explained():
            file.touch(mode=mode)
            file.write_text(text, encoding="utf-8")
        return file

    def read(self, name: str) -> str | None:
        """Return what a file of the demo holds, None when there is none. Raises StationError."""
        file = self.path / name
        with self._explained():
            return file.read_text(encoding="utf-8") if file.exists() else None

    def close(self) -> None:
        """Let another demo in; may be called twice."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
