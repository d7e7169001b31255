"""Whose processor time it is: of a PostgreSQL server with all its processes, and of everything else here."""

import os
from pathlib import Path
from typing import Final

import psycopg

TICKS: Final = os.sysconf("SC_CLK_TCK")
_PARENT, _USED, _ENDED = 1, slice(11, 13), slice(13, 15)  # in /proc/PID/stat after the name; proc(5)


def postmaster(url: str) -> int:
    """Return the process id of the server of a URL where it runs on this machine, else 0."""
    with psycopg.connect(url) as connection:
        (backend,) = connection.execute("SELECT pg_backend_pid()").fetchone() or (0,)
        try:
            return int(_fields(int(backend))[_PARENT])
        except OSError:
            return 0


def server_s(postmaster_: int) -> float:
    """Return the processor time of a server so far, its ended processes among it, s."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = _fields(int(folder.name))
        except OSError:  # ended since
            continue
        if int(folder.name) == postmaster_:
            total += sum(map(int, fields[_USED])) + sum(map(int, fields[_ENDED]))
        elif int(fields[_PARENT]) == postmaster_:
            total += sum(map(int, fields[_USED]))
    return total / TICKS


def machine_s() -> float:
    """Return the processor time that all processes of this machine have used so far, s."""
    user, nice, system, *_ = Path("/proc/stat").read_text().split(maxsplit=8)[1:5]
    return (int(user) + int(nice) + int(system)) / TICKS


def _fields(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
