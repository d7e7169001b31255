"""What a step would change: files, and programs that are run. Each can be shown before it is done."""

import difflib
import hashlib
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from firmware_config import boot_file
from station.errors import StoreError
from station.link.whole_file import PUBLIC, write_whole


class Ran(NamedTuple):
    """How a program ended and what it said."""

    code: int
    text: str


# Runs a program with this text on its standard input. A program that is not there ends with 127.
Run = Callable[[Sequence[str], str], Ran]


@dataclass(frozen=True, slots=True)
class FileChange:
    """A text file before and after; None is no file. `boot`: on the FAT partition, the first kept beside."""

    file: Path
    before: str | None
    after: str | None
    boot: bool = False

    def shown(self) -> str:
        """Return it as a unified diff; "" where nothing changes."""
        lines = difflib.unified_diff(
            (self.before or "").splitlines(keepends=True),
            (self.after or "").splitlines(keepends=True),
            "/dev/null" if self.before is None else str(self.file),
            "/dev/null" if self.after is None else str(self.file),
        )
        return "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
        )

    def apply(self) -> None:
        """Do it. Raises StoreError naming the file; it is then as before."""
        try:
            if self.after is None:
                self.file.unlink(missing_ok=True)
            elif self.boot:
                boot_file.write_text(self.file, self.after)
            else:
                self.file.parent.mkdir(parents=True, exist_ok=True)
                write_whole(self.file, self.after.encode(), mode=PUBLIC)
        except OSError as error:
            message = f"{self.file}: cannot be changed ({error.strerror}); run setup as root (sudo)"
            raise StoreError(message) from error


@dataclass(frozen=True, slots=True)
class Command:
    """A program to run, and what takes it back; `typed` is given to it and never shown."""

    argv: tuple[str, ...]
    undo: tuple[str, ...] = ()
    typed: str = ""

    def shown(self) -> str:
        """Return it as one would type it."""
        return f"run: {shlex.join(self.argv)}\n"


@dataclass(frozen=True, slots=True)
class Move:
    """A folder that gets another name."""

    source: Path
    target: Path

    def shown(self) -> str:
        """Return it as one would type it."""
        return f"rename: {self.source} -> {self.target}\n"

    def apply(self) -> None:
        """Do it. Raises StoreError naming the folder; it is then as before."""
        try:
            self.source.rename(self.target)
        except OSError as error:
            raise StoreError(f"{self.source}: cannot be renamed ({error.strerror})") from error


Change = FileChange | Command | Move


def digest_of(text: str) -> str:
    """Return by what a file is known again."""
    return hashlib.sha256(text.encode("utf-8", errors="surrogateescape")).hexdigest()
