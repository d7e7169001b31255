"""Whether what is saved stays: the file system the data folder is on, its room, and the card beneath it."""

import errno
import os
import pwd
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from station.session import reserve

PROBE: Final = ".probe"
IN_MEMORY: Final = frozenset({"tmpfs", "ramfs"})
NEARLY_FULL_BYTES: Final = 100_000_000
FULL_BYTES: Final = reserve.MARGIN_BYTES + reserve.RESERVE_BYTES


class PlaceFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that keeps results from being safe; `grave`: they are not kept at all, or not for long."""

    kind: str  # not-lasting | read-only | card-failing | disk-full | disk-nearly-full
    text: str
    grave: bool


# For who is not let into the station's folder: of its own user's card nothing is known there.
NOT_LOOKED_AT: Final = PlaceFinding(
    kind="not-looked-at",
    text="whether results are safe is not known: this user may not look; run: sudo balance-station check",
    grave=False,
)


class Mount(NamedTuple):
    """One line of /proc/self/mountinfo (proc_pid_mountinfo(5))."""

    device: str  # major:minor
    point: Path
    options: tuple[str, ...]  # of the mount and of its file system
    kind: str


def look_at_place(folder: Path, root: Path = Path("/")) -> tuple[PlaceFinding, ...]:
    """Return what is wrong with the place where results are kept, gravest first.

    `root` holds proc and sys. A small file is written and read back; a folder that is not there yet is looked
    at where it will be.
    """
    while not folder.exists():
        folder = folder.parent
    mounts = _mounts(root)
    mount = _mount_of(folder.resolve(), mounts)
    found = [*_lasting(folder, mount, mounts), *_written(folder, mount), *_card(mount, root), *_room(folder)]
    kinds = {finding.kind: finding for finding in reversed(found)}
    return tuple(sorted(kinds.values(), key=lambda finding: (not finding.grave, found.index(finding))))


def _mounts(root: Path) -> list[Mount]:
    with suppress(OSError, ValueError, IndexError):
        text = (root / "proc/self/mountinfo").read_text("utf-8", errors="replace")
        return [_mount(line) for line in text.splitlines()]
    return []


def _mount(line: str) -> Mount:
    before, _, after = line.partition(" - ")
    fields, (kind, _, *more) = before.split(), after.split(" ", 2)
    point = Path(fields[4].encode("latin-1", "replace").decode("unicode_escape"))
    return Mount(fields[2], point, (*fields[5].split(","), *"".join(more).split(",")), kind)


def _mount_of(folder: Path, mounts: list[Mount]) -> Mount | None:
    """Return what is mounted here: the nearest point above, of several there the last."""
    above = [
        (len(mount.point.parts), n) for n, mount in enumerate(mounts) if folder.is_relative_to(mount.point)
    ]
    return mounts[max(above)[1]] if above else None


def _lasting(folder: Path, mount: Mount | None, mounts: list[Mount]) -> list[PlaceFinding]:
    if mount is None:
        return []
    kind = mount.kind
    if kind == "overlay":
        upper = next((o.removeprefix("upperdir=") for o in mount.options if o.startswith("upperdir=")), "/")
        others = [other for other in mounts if other.kind != "overlay"]
        beneath = _mount_of(Path(upper), others)
        if beneath is not None and beneath.kind not in IN_MEMORY and upper != "/":
            return []
    elif kind not in IN_MEMORY:
        return []
    what = "an overlay" if kind == "overlay" else "memory"
    text = (
        f"results are kept in {what} ({folder}) and are gone when the power is; "
        "put the data folder on a partition of its own ([station] state)"
    )
    return [PlaceFinding(kind="not-lasting", text=text, grave=True)]


def _written(folder: Path, mount: Mount | None) -> list[PlaceFinding]:
    """Write a little and read it back from the disk."""
    probe = folder / f"{PROBE}-{os.getpid()}"
    if mount is not None and "ro" in mount.options:
        return [_read_only(folder)]
    try:
        descriptor = os.open(probe, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, PROBE.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
            probe.unlink(missing_ok=True)
    except OSError as error:
        if error.errno == errno.EIO:
            return [_failing("the disk refuses to write")]
        if error.errno in {errno.EACCES, errno.EPERM}:
            return [_not_allowed(folder)]
        if error.errno == errno.EROFS:
            return [_read_only(folder)]
    return []


def _read_only(folder: Path) -> PlaceFinding:
    text = f"nothing can be saved: {folder} is read-only; start again, and if it stays so, change the card"
    return PlaceFinding(kind="read-only", text=text, grave=True)


def _not_allowed(folder: Path) -> PlaceFinding:
    """Return that the folder is not this user's: the card may be as good as any."""
    text = (
        f"nothing can be saved: {_user()} may not write into {folder}; run it as the station's own user "
        "(sudo), or name another folder ([station] state)"
    )
    return PlaceFinding(kind="read-only", text=text, grave=True)


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"user {os.geteuid()}"


def _card(mount: Mount | None, root: Path) -> list[PlaceFinding]:
    """Return what ext4 has noted of its own device."""
    if mount is None or mount.kind != "ext4":
        return []
    with suppress(OSError, ValueError):
        name = (root / "sys/dev/block" / mount.device).resolve().name
        count = int((root / "sys/fs/ext4" / name / "errors_count").read_text())
        if count:
            return [_failing(f"its file system has noted {count} errors")]
    return []


def _failing(why: str) -> PlaceFinding:
    text = f"the memory card is failing: {why}; send what waits to the care team, then change the card"
    return PlaceFinding(kind="card-failing", text=text, grave=True)


def _room(folder: Path) -> list[PlaceFinding]:
    try:
        free = reserve.free_bytes(folder)
    except OSError:
        return []
    if free < FULL_BYTES:
        text = f"the disk is full ({free // 1_000_000} MB free): results are kept, raw traces go; make room"
        return [PlaceFinding(kind="disk-full", text=text, grave=True)]
    if free < NEARLY_FULL_BYTES:
        text = f"the disk is nearly full ({free // 1_000_000} MB free); make room on it"
        return [PlaceFinding(kind="disk-nearly-full", text=text, grave=False)]
    return []
