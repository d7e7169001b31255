"""A recorded disk, and every state a power cut may leave of it. Pure: recording in, contents of folders out.

What POSIX promises and no more: what was written before an fsync of that file is there, a name once its
folder was synced. Everything since may be there or not: whole, in part by sectors, in any order; a new part
of a file may hold what lay on the card before.
"""

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

HEAD: Final = struct.Struct("<cIQII")
SECTORS: Final = (512, 4096)
WAYS: Final = ("all there", "none there", "torn at 512", "torn at 4096", "some, any order", "torn, old bytes")


class Step(NamedTuple):
    """One thing the process asked of the disk; `kind` as in recorder.c."""

    kind: str
    file: int
    offset: int
    name: str
    data: bytes


def read_recording(path: Path) -> Iterator[Step]:
    """Yield the steps in order; the last may be torn where the process was killed."""
    recording, at = path.read_bytes(), 0
    while at + HEAD.size <= len(recording):
        kind, file, offset, name_length, length = HEAD.unpack_from(recording, at)
        at += HEAD.size
        name = recording[at : at + name_length].decode()
        at += name_length
        yield Step(kind.decode(), file, offset, name, recording[at : at + length])
        at += length


@dataclass
class _File:
    synced: bytearray = field(default_factory=bytearray)
    waiting: list[Step] = field(default_factory=list)


class Disk:
    """Takes step after step; `after_cut` is what may be found after the last one."""

    def __init__(self) -> None:
        self._files: dict[int, _File] = {}
        self._names: dict[str, int] = {}  # those that are on the disk
        self._naming: list[Step] = []
        self._folders: dict[int, str] = {}
        self.marks: list[str] = []

    def take(self, step: Step) -> None:
        """Take one step."""
        match step.kind:
            case "!":
                self.marks.append(step.data.decode())
            case "D":
                self._folders[step.file] = step.name.rstrip("/")
            case "S" if step.file in self._folders:
                self._sync_names(self._folders[step.file])
            case "S":
                file = self._files[step.file]
                for waiting in file.waiting:
                    _apply(file.synced, waiting)
                file.waiting.clear()
            case "C" | "R" | "L" | "U":
                if step.kind == "C":
                    self._files.setdefault(step.file, _File())
                self._naming.append(step)
            case "W" | "T" | "G":
                self._files[step.file].waiting.append(step)

    def _sync_names(self, folder: str) -> None:
        still = []
        for step in self._naming:
            if str(Path(step.name).parent) == folder:
                _name(self._names, step)
            else:
                still.append(step)
        self._naming = still

    def after_cut(self, way: str, seed: int) -> dict[str, bytes]:
        """Return the files by name as they may be found."""
        rng = random.Random(seed)
        names = dict(self._names)
        for step in self._naming:
            if way == "all there" or (way != "none there" and rng.random() < 0.5):
                _name(names, step)
        return {name: _content(self._files[file], way, rng) for name, file in names.items()}


def _name(names: dict[str, int], step: Step) -> None:
    if step.kind == "C":
        names[step.name] = step.file
    elif step.kind == "U":
        names.pop(step.name, None)
    elif step.name in names:
        file = names[step.name]
        names[step.data.decode()] = file
        if step.kind == "R":
            del names[step.name]


def _content(file: _File, way: str, rng: random.Random) -> bytes:
    content = bytearray(file.synced)
    if way == "none there":
        return bytes(content)
    known = len(content)
    for step in file.waiting:
        if way == "all there":
            _apply(content, step)
        elif way == "some, any order" or step.kind != "W":
            if rng.random() < 0.5:
                _apply(content, step)
        else:
            _tear(content, step, 512 if way == "torn at 512" else 4096, rng)
    if way == "torn, old bytes":
        _uncover(content, known, file.waiting, rng)
    return bytes(content)


def _apply(content: bytearray, step: Step) -> None:
    if step.kind == "T":
        del content[step.offset :]
    end = step.offset + len(step.data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    if step.kind == "W":
        content[step.offset : end] = step.data


def _tear(content: bytearray, step: Step, sector: int, rng: random.Random) -> None:
    """Write some of a write's sectors; the file may have grown although what was to be in it is not there."""
    end = step.offset + len(step.data)
    if len(content) < end and rng.random() < 0.5:
        content.extend(bytes(end - len(content)))
    at = step.offset
    while at < end:
        to = min(end, (at // sector + 1) * sector)
        if rng.random() < 0.5:
            _apply(content, Step("W", step.file, at, "", step.data[at - step.offset : to - step.offset]))
        at = to


def _uncover(content: bytearray, known: int, waiting: list[Step], rng: random.Random) -> None:
    """Put what lay on the card before into sectors of the file's new part that were never written."""
    first = -(-known // SECTORS[1]) * SECTORS[1]
    for at in range(first, len(content), SECTORS[1]):
        if not any(content[at : at + SECTORS[1]]) and waiting:
            old = rng.randbytes(len(content[at : at + SECTORS[1]]))
            content[at : at + SECTORS[1]] = old
