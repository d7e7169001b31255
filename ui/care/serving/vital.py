"""The site's sign of life: a question that goes the way of a page, to a thread and the database and back."""

import asyncio
import sys
import time
from typing import Final

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.db import DatabaseError, close_old_connections, connection

from station.notify import Watchdog

EVERY_S: Final = 1.0


def say(line: str) -> None:
    """Write one line to stderr, where the journal reads it."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


async def sign_life(signs: Watchdog) -> None:
    """Ask and sign again and again, until cancelled; what does not come back is not signed.

    A database that says no is an answer too: the pages say so, and a new start would not mend it.
    """
    while True:
        async with ThreadSensitiveContext():  # a thread of its own, as each request has
            status = await sync_to_async(_answer)()
        signs.turned(time.monotonic_ns(), status)
        await asyncio.sleep(EVERY_S)


def _answer() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "the database does not answer"
    finally:
        close_old_connections()
    return "serving"
