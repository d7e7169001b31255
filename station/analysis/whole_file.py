"""A file that is there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from station.errors import StationError


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """Give a temporary path beside `file`, which takes its name when the block ends well.

    Raises StationError naming the file when it cannot be written; what was there before then stays.
    """
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(file)
    except OSError as error:
        raise StationError(f"{file}: it cannot be written ({error.strerror}); name another place") from error
    finally:
        part.unlink(missing_ok=True)
