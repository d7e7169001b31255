"""`balance-care serve`: the site, until SIGINT or SIGTERM."""

import argparse
import asyncio
import faulthandler
import os
import socket
import sys
from types import FrameType

import uvicorn
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from station.errors import StationError
from station.notify import Watchdog
from station.starts import wait_for_turn
from ui.care.installation.database import keep_connections
from ui.care.installation.ready import require_database
from ui.care.serving.vital import say, sign_life
from ui.care.wall.feed import feed
from ui.care.words.routines import routines


def run(arguments: argparse.Namespace) -> int:
    """Serve the site. Returns 0. Raises StationError when the address cannot be used."""
    faulthandler.enable(sys.__stderr__ or 2)
    wait_for_turn(say=say)
    signs = Watchdog.of(os.environ)
    require_database()
    routines()  # a file that cannot be read is said now, not on a page
    SessionStore.clear_expired()
    connection.close()
    keep_connections(connection.settings_dict)
    listener = _listen(arguments.host, arguments.port)
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    sys.stdout.write(f"care site on http://{host}:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    # Whose word is taken on where a caller is: lock-outs and the audit go by it.
    proxies = os.environ.get("BALANCE_CARE_PROXY") or "127.0.0.1,::1"
    config = uvicorn.Config(
        "ui.care.asgi:application",
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=3,
        forwarded_allow_ips=proxies,
        server_header=False,
    )
    with listener, signs:
        _Server(config, signs).run(sockets=[listener])
    return 0


class _Server(uvicorn.Server):
    """Lets live views go first: they never end by themselves. Signs its life to the service manager."""

    def __init__(self, config: uvicorn.Config, signs: Watchdog) -> None:
        super().__init__(config)
        self._signs = signs
        self._life: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, and to sign."""
        await super().startup(sockets)
        self._life = asyncio.create_task(sign_life(self._signs))
        self._life.add_done_callback(_tell_its_end)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End both."""
        self._signs.stopping()
        if self._life is not None:
            self._life.cancel()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End, on a signal."""
        feed().end()
        super().handle_exit(sig, frame)


def _tell_its_end(life: asyncio.Task[None]) -> None:
    if not life.cancelled() and (error := life.exception()):
        say(f"the sign of life ended: {error!r}; the service manager will start the site again")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise StationError(f"cannot serve on {host}:{port} ({reason}); choose another with --port") from error
    return listener
