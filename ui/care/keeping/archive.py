"""A backup as one file: a gzipped tar whose first part says what the others are, with their SHA-256.

The parts are the database and the files of the data folder, keys among them.
"""

import gzip
import hashlib
import os
import secrets
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Final, NamedTuple

import msgspec

from station.errors import DamagedError, StoreError

MANIFEST: Final = "manifest.json"
FORMAT: Final = "balance-care-backup-1"
DATABASE: Final = "database/"
FOLDER: Final = "folder/"
CHUNK_BYTES: Final = 1 << 20
MOST_MANIFEST_BYTES: Final = 16 << 20
_UNREADABLE: Final = (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error)


class Part(msgspec.Struct, frozen=True):
    """One file of a backup."""

    name: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup is of. `migrations` are all that were applied, `app.name`; `audit` is the chain's end."""

    format: str
    made: str
    version: str
    database: str  # sqlite, postgresql
    migrations: tuple[str, ...]
    audit: str
    counts: dict[str, int]
    secrets: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def words(self) -> str:
        """The backup as a person names it."""
        counted = ", ".join(f"{count} {what}" for what, count in self.counts.items())
        return f"of {self.made}, version {self.version}, {self.database}: {counted}"


class File(NamedTuple):
    """A file that goes into a backup, and its name there."""

    name: str
    path: Path


def part_of(file: File) -> Part:
    """Return name, length and digest of a file."""
    with file.path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Part(file.name, file.path.stat().st_size, digest)


def write_archive(out: Path, manifest: Manifest, files: Sequence[File]) -> None:
    """Write the archive whole or not at all, for its owner only. Raises StoreError."""
    draft = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=6) as tar:
                    _add(tar, MANIFEST, BytesIO(msgspec.json.format(msgspec.json.encode(manifest))))
                    for file in files:
                        with file.path.open("rb") as content:
                            _add(tar, file.name, content)
                stream.flush()
                os.fsync(stream.fileno())
            try:
                out.hardlink_to(draft)  # a link, not a rename: what is there already stays
            except FileExistsError:
                raise StoreError(f"{out}: it is there already; name another file") from None
        finally:
            draft.unlink(missing_ok=True)
    except StoreError:
        raise
    except OSError as error:
        raise StoreError(
            f"{out}: cannot be written ({error.strerror}); see its folder's owner and space"
        ) from error


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes]) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = content.seek(0, os.SEEK_END), 0o600
    content.seek(0)
    tar.addfile(member, content)


def unpack(file: Path, folder: Path | None = None) -> Manifest:
    """Hold every part against its digest, and write them into `folder` where one is given.

    Raises StoreError for what is no backup, DamagedError naming the part that is not as it was written.
    """
    with _opened(file) as (tar, stream):
        manifest = _manifest(file, tar)
        left = {part.name: part for part in manifest.parts}
        where = MANIFEST
        try:
            while (member := tar.next()) is not None:  # iterating would begin with the manifest again
                where = f"the part after {where}"
                part = left.pop(member.name, None)
                content = tar.extractfile(member)
                if part is None or content is None:
                    raise DamagedError(f"{file}: {member.name} is not among what its manifest names")
                where = part.name
                _copy(file, part, content, folder)
            where = "its end"
            while stream.read(CHUNK_BYTES):
                pass
        except _UNREADABLE as error:
            raise DamagedError(f"{file}: {where} is damaged ({error}); take another backup") from None
    if left:
        raise DamagedError(f"{file}: {', '.join(sorted(left))} is missing; take another backup")
    return manifest


def read_manifest(file: Path) -> Manifest:
    """Return what a file says it is. Raises StoreError or DamagedError."""
    with _opened(file) as (tar, _):
        return _manifest(file, tar)


@contextmanager
def _opened(file: Path) -> Iterator[tuple[tarfile.TarFile, gzip.GzipFile]]:
    try:
        with gzip.open(file) as stream:
            try:
                with tarfile.open(fileobj=stream, mode="r|") as tar:
                    yield tar, stream
            except _UNREADABLE as error:
                raise StoreError(f"{file}: it is no backup of balance-care ({error})") from None
    except StoreError:
        raise
    except OSError as error:
        raise StoreError(f"{file}: cannot be read ({error.strerror})") from error


def _manifest(file: Path, tar: tarfile.TarFile) -> Manifest:
    try:
        member = tar.next()
        content = tar.extractfile(member) if member and member.name == MANIFEST else None
        if content is None:
            raise StoreError(f"{file}: it is no backup of balance-care: it does not begin with {MANIFEST}")
        manifest = msgspec.json.decode(content.read(MOST_MANIFEST_BYTES), type=Manifest)
    except (*_UNREADABLE, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedError(f"{file}: {MANIFEST} is damaged ({error}); take another backup") from None
    if manifest.format != FORMAT:
        raise StoreError(f"{file}: its form {manifest.format!r} is not known here; install a newer version")
    for part in manifest.parts:
        if not _is_inside(part.name):
            raise DamagedError(f"{file}: {part.name!r} is no name of a part; take another backup")
    return manifest


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return name.startswith((DATABASE, FOLDER)) and ".." not in path.parts and str(path) == name


def _copy(file: Path, part: Part, content: IO[bytes], folder: Path | None) -> None:
    digest, count = hashlib.sha256(), 0
    out = _made(folder / part.name) if folder else None
    try:
        while chunk := content.read(CHUNK_BYTES):
            digest.update(chunk)
            count += len(chunk)
            if out is not None:
                out.write(chunk)
        if out is not None:
            out.flush()
            os.fsync(out.fileno())
    finally:
        if out is not None:
            out.close()
    if (count, digest.hexdigest()) != (part.bytes, part.sha256):
        raise DamagedError(f"{file}: {part.name} is not as it was written; take another backup")


def _made(path: Path) -> IO[bytes]:
    for folder in reversed(path.parents):
        folder.mkdir(mode=0o700, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
