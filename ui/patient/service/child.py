"""A program beside the kiosk: started, read and ended without ever holding up a frame."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, Final

PATIENCE_S: Final = 1.0  # for a program that was told to end

Child = subprocess.Popen[bytes]


def start_child(arguments: Sequence[str], environ: Mapping[str, str], *, heard: bool = False) -> Child | str:
    """Start a program, `heard` when it is to be told things; return in a sentence why it cannot be."""
    try:
        child = subprocess.Popen(
            arguments,
            env=environ,
            stdin=subprocess.PIPE if heard else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        return f"{arguments[0]}: {error.strerror}"
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            os.set_blocking(pipe.fileno(), False)
    return child


def there(pipe: IO[bytes] | None) -> bytes:
    """Return what can be read now, without waiting."""
    if pipe is None:
        return b""
    read = b""
    with suppress(BlockingIOError):
        while part := os.read(pipe.fileno(), 1 << 16):
            read += part
    return read


def last_line(said: bytes) -> str:
    """Return the last line of what a program said, the one that tells why it ended."""
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else ""


def end_child(child: Child) -> None:
    """End a program if it runs, and let go of its pipes."""
    with suppress(OSError):
        child.terminate()
    try:
        child.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    close_pipes(child)


def close_pipes(child: Child) -> None:
    """Let go of the pipes of a program that has ended."""
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
