"""A file that is there whole or not at all, over a loss of power too, with the mode it was made with."""

import os
import secrets
from pathlib import Path
from typing import Final

from station.errors import StoreError

PRIVATE: Final = 0o600  # its owner only
PUBLIC: Final = 0o644


def write_whole(file: Path, content: bytes, *, mode: int) -> None:
    """Put `content` in the place of `file`. Raises StoreError; what was there before then stays."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                os.fchmod(stream.fileno(), mode)  # whatever the umask takes away
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
        _sync(file.parent)
    except OSError as error:
        message = f"{file}: cannot be written ({error.strerror}); see its folder's owner and space"
        raise StoreError(message) from error


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
