"""Phrases kept as WAV files, so that each is made once. Bounded; whatever is damaged is made anew."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from ui.patient.sound.voice import MOST_BYTES
from ui.patient.sound.wav import is_whole

MOST_KEPT_BYTES: Final = 64 * 1024 * 1024  # a language takes about 12 MB
SUFFIX: Final = ".wav"
UNFINISHED: Final = ".part"


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Return where phrases are kept: the cache folder that systemd names, else that of the person."""
    if folder := environ.get("CACHE_DIRECTORY"):
        return Path(folder.split(":")[0]) / "voice"
    cache = environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "balance-station" / "voice"


class PhraseCache:
    """WAV files by name in one folder, the least recently used removed first."""

    def __init__(self, folder: Path, most_bytes: int = MOST_KEPT_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes

    def has(self, name: str) -> bool:
        """Return whether there is such a file; it may still turn out to be damaged."""
        return (self._folder / f"{name}{SUFFIX}").exists()

    def get(self, name: str) -> bytes | None:
        """Return the file, and note that it was used; None when there is none that is whole."""
        path = self._folder / f"{name}{SUFFIX}"
        try:
            with path.open("rb") as source:
                wav = source.read(MOST_BYTES + 1)
        except OSError:
            return None
        if not is_whole(wav):
            return None
        with suppress(OSError):  # on a read-only disk the order of use is not kept
            os.utime(path)
        return wav

    def put(self, name: str, wav: bytes) -> None:
        """Keep a file, as a whole or not at all, and remove what has become too much. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, fresh = tempfile.mkstemp(dir=self._folder, suffix=UNFINISHED)
        try:
            with os.fdopen(handle, "wb") as target:
                target.write(wav)
                target.flush()
                os.fsync(target.fileno())
            Path(fresh).replace(self._folder / f"{name}{SUFFIX}")
        except OSError:
            Path(fresh).unlink(missing_ok=True)
            raise
        self._trim()

    def _trim(self) -> None:
        """Remove the least recently used, and what a power cut has left unfinished."""
        kept: list[tuple[float, int, Path]] = []
        for path in self._folder.iterdir():
            if path.suffix == UNFINISHED:
                path.unlink(missing_ok=True)
            elif path.suffix == SUFFIX:
                state = path.stat()
                kept.append((state.st_mtime, state.st_size, path))
        total = sum(size for _, size, _ in kept)
        for _, size, path in sorted(kept):
            if total <= self._most_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size
