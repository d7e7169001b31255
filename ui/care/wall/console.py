"""Who gives commands to stations: a connection of its own beside the recorder's, and a person of the site."""

import fcntl
import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from django.contrib.auth.models import User

from station.errors import ConfigError
from station.link.client import Client, Credentials
from station.link.loopback import is_loopback
from ui.care.installation.broker import DEFAULT, host_and_port
from ui.care.models import Audit
from ui.care.rights.access import stations_of
from ui.care.rights.roles import MAY_STEER

CERTIFY: Final = "balance-care certify console-1 --out FOLDER"


@contextmanager
def console() -> Iterator[Client]:
    """Connect to the broker of BALANCE_CARE_MQTT with a certificate of the folder BALANCE_CARE_CONSOLE.

    Never with the recorder's: the broker would end its connection for ours. Of several consoles in the folder
    the first one that nobody uses now is taken. Raises ConfigError.
    """
    host, port = host_and_port(os.environ.get("BALANCE_CARE_MQTT") or DEFAULT, what="BALANCE_CARE_MQTT")
    folder = os.environ.get("BALANCE_CARE_CONSOLE", "")
    if not folder:
        if not is_loopback(host):
            raise ConfigError(
                f"the broker at {host} is beyond this machine; run: {CERTIFY}, and name the folder in "
                "BALANCE_CARE_CONSOLE"
            )
        with Client(host, port) as client:
            yield client
        return
    with _free_console(Path(folder)) as credentials, Client(host, port, credentials=credentials) as client:
        yield client


@contextmanager
def _free_console(folder: Path) -> Iterator[Credentials]:
    """Return a console's files that no other program uses, and keep others from using them."""
    keys = sorted(folder.glob("console-*.key"))
    if not keys:
        raise ConfigError(f"{folder}: there is no console's certificate; run: {CERTIFY}")
    for key in keys:
        try:
            file = key.open("rb")
        except OSError as error:
            raise ConfigError(f"key {key}: it cannot be read ({error.strerror})") from None
        with file, suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield Credentials(str(folder / "ca.pem"), str(key.with_suffix(".pem")), str(key))
            return
    raise ConfigError(
        f"{folder}: all consoles there are in use; certify one more (console-{len(keys) + 1}), or end one"
    )


def giver(name: str | None, station: str) -> User:
    """Return who gives a command to a station: this account, or that of whoever runs this.

    Raises ConfigError for nobody, or somebody to whom this station is nothing.
    """
    user = User.objects.filter(username=name or _login(), is_active=True).first()
    if user is None:
        who = f"there is no account {name!r}" if name else "say who gives this command"
        raise ConfigError(f"{who}: --by ACCOUNT, one of the site's (balance-care user add)")
    if not user.groups.filter(name__in=MAY_STEER).exists():
        raise ConfigError(f"{user.username} may not command stations; {', '.join(MAY_STEER)} may")
    if not stations_of(user).filter(sid=station).exists():
        raise ConfigError(f"station {station} is none of a patient of {user.username}")
    return user


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a service without a name
        return ""


def note(who: User | None, action: str, station: str, command: str) -> None:
    """Keep in the audit who did what to which station; `command` is the id that the answer carries too."""
    Audit.objects.create(who=who, action=action[:40], subject=f"{station} {command}"[:100])
