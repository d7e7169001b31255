"""Four network namespaces in a star: `home`, `broker` and `care` around the router `net` with a firewall.

Needs root, iproute2 and nftables. Nothing outside the namespaces is changed.
"""

import os
import shutil
import subprocess
from contextlib import suppress
from typing import Final, Self

from station.errors import StationError

PLACES: Final = {"home": "10.77.1.2", "broker": "10.77.2.2", "care": "10.77.3.2"}
SLOW_TABLE: Final = "7"
_CHAIN: Final = ("inet", "fault", "forward")


def require() -> None:
    """Raise StationError, saying what is missing, where namespaces cannot be made."""
    if os.geteuid() != 0:
        raise StationError("network namespaces are made by root only; run it as root (sudo)")
    for program, package in (("ip", "iproute2"), ("ss", "iproute2"), ("nft", "nftables")):
        if shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is None:
            raise StationError(f"{program} is not installed; install it with: sudo apt install {package}")


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StationError(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


class Network:
    """The star of one run. Addresses are the same in each; other runs are in other namespaces."""

    def __init__(self, name: str) -> None:
        """Make it. Raises StationError where the kernel or the rights do not allow it."""
        self._name = f"bal{os.getpid()}-{name}"
        try:
            self._make()
        except StationError:
            self.close()
            raise

    def _space(self, place: str) -> str:
        return f"{self._name}-{place}"

    def _make(self) -> None:
        for place in ("net", *PLACES):
            _run("ip", "netns", "add", self._space(place))
            self._ip(place, "link", "set", "lo", "up")
        for place, address in PLACES.items():
            inner = ("link", "add", place, "type", "veth", "peer", "name", "eth0")
            self._ip("net", *inner, "netns", self._space(place))
            self._ip("net", "addr", "add", f"{_gateway(place)}/24", "dev", place)
            self._ip("net", "link", "set", place, "up")
            self._ip(place, "addr", "add", f"{address}/24", "dev", "eth0")
            self.plug_in(place)
        for setting in ("ip_forward=1", "conf.all.rp_filter=0", "conf.default.rp_filter=0"):
            _run(*self.inside("net"), "sysctl", "-qw", f"net.ipv4.{setting}")
        # A machine that lost its power sends no FIN later on.
        _run(*self.inside("broker"), "sysctl", "-qw", "net.ipv4.tcp_orphan_retries=1")
        self._nft("add", "table", *_CHAIN[:2])
        self._nft("add", "chain", *_CHAIN, "{ type filter hook forward priority 0; }")

    def inside(self, place: str) -> tuple[str, ...]:
        """Return what a command begins with to run there."""
        return ("ip", "netns", "exec", self._space(place))

    def _ip(self, place: str, *words: str) -> None:
        _run("ip", "-n", self._space(place), *words)

    def _nft(self, *words: str) -> None:
        _run(*self.inside("net"), "nft", *words)

    # -- faults --------------------------------------------------------------------------------------------

    def drop(self, source: str, target: str) -> None:
        """Let nothing more pass from one place to another; nobody is told."""
        self._nft("add", "rule", *_CHAIN, f"ip saddr {PLACES[source]} ip daddr {PLACES[target]} drop")

    def silence(self, place: str) -> None:
        """Let nothing more pass between a place and the broker."""
        self.drop(place, "broker")
        self.drop("broker", place)

    def forget(self, place: str) -> None:
        """Drop what belongs to the connections a place has now, as a NAT that forgot them; new ones pass."""
        said = _run(*self.inside(place), "ss", "-Htn", "state", "established", "dst", PLACES["broker"])
        for line in said.splitlines():
            port = line.split()[2].rpartition(":")[2]
            self._nft("add", "rule", *_CHAIN, f"ip saddr {PLACES[place]} tcp sport {port} drop")
            self._nft("add", "rule", *_CHAIN, f"ip daddr {PLACES[place]} tcp dport {port} drop")

    def clear(self) -> None:
        """Let everything pass again."""
        self._nft("flush", "chain", *_CHAIN)

    def unplug(self, place: str) -> None:
        """Take the link of a place down, as somebody who pulls the cable."""
        self._ip(place, "link", "set", "eth0", "down")

    def plug_in(self, place: str) -> None:
        """Take the link of a place up again, with its way out."""
        self._ip(place, "link", "set", "eth0", "up")
        self._ip(place, "route", "add", "default", "via", _gateway(place))

    def has_slow(self) -> bool:
        """Return whether the slow wire is there."""
        try:
            self._ip("net", "link", "show", "slow")
        except StationError:
            return False
        return True

    def slow_down(self) -> None:
        """Lead all that comes from home or broker through the interface `slow` (benchmarks.slow_wire)."""
        self._ip("net", "route", "add", "default", "dev", "slow", "table", SLOW_TABLE)
        for place in ("home", "broker"):
            self._ip("net", "rule", "add", "iif", place, "lookup", SLOW_TABLE)

    def speed_up(self) -> None:
        """Lead it straight again."""
        for place in ("home", "broker"):
            self._ip("net", "rule", "del", "iif", place, "lookup", SLOW_TABLE)

    def close(self) -> None:
        """Remove the namespaces; what still runs in them loses its network."""
        for place in ("net", *PLACES):
            with suppress(StationError):
                _run("ip", "netns", "del", self._space(place))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _gateway(place: str) -> str:
    return PLACES[place].rpartition(".")[0] + ".1"
