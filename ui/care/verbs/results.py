"""`balance-care results`: one session, as read back from the database, as one JSON document."""

import argparse
import json
import sys
import time
import uuid
from collections.abc import Callable

from station.errors import ConfigError, StationError
from ui.care.installation.ready import require_database
from ui.care.models import Session
from ui.care.results.readout import document, find_session, missing
from ui.care.rights.audit import write
from ui.care.rights.operator import operator

POLL_S = 0.2


def run(arguments: argparse.Namespace) -> int:
    """Print the session. Returns 0. Raises StationError when it, or with --wait a part of it, is missing."""
    require_database()
    if arguments.session:
        _check_id(arguments.session)
    session = wait_for(arguments.station, arguments.session, wait_s=arguments.wait)
    about = session.patient.pseudonym if session.patient else ""
    write(None, "looked at a session", str(session.pk), about=about, by=operator())
    sys.stdout.write(json.dumps(document(session), ensure_ascii=False) + "\n")
    return 0


def wait_for(
    sid: str,
    session_id: str | None,
    *,
    wait_s: float | None,
    pause: Callable[[float], object] = time.sleep,
) -> Session:
    """Return the session: at once, or within `wait_s` as soon as it is whole. Raises StationError."""
    session = find_session(sid, session_id)
    deadline_s = time.monotonic() + (wait_s or 0.0)
    while wait_s is not None and (lacks := missing(session)):
        if time.monotonic() >= deadline_s:
            raise StationError(
                f"station {sid}: after {wait_s:g} s, {lacks}; are broker, uplink and recorder running?"
            )
        pause(POLL_S)
        session = find_session(sid, session_id)
    if session is None:
        raise StationError(f"station {sid}: no such session has arrived; --wait SECONDS waits for it")
    return session


def _check_id(text: str) -> None:
    try:
        uuid.UUID(text)
    except ValueError:
        raise ConfigError(f"--session is {text!r}; it must be the UUID of a session") from None
