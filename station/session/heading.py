"""What stands over everything that is kept: whose it is, when it was, and what it was measured with."""

import time
from collections.abc import Callable
from dataclasses import replace

from station.session.clock import WallClock, boot_id
from station.session.moment import Moment
from station.session.reports import Identity
from station.session.store import Header
from station.sway.reading import ALG


class Heading:
    """The head of messages made now, for the person and the plate of `identity`."""

    def __init__(self, identity: Identity, *, wall: WallClock, rx_version: Callable[[], int | None]) -> None:
        self.identity = identity
        self.wall = wall
        self._rx_version = rx_version
        self._boot = boot_id()

    def belong_to(self, subj: str | None) -> None:
        """Name this person from now on."""
        self.identity = replace(self.identity, subj=subj)

    def weigh_with(self, cal: str) -> None:
        """Name this plate from now on."""
        self.identity = replace(self.identity, cal=cal)

    def text(self) -> str:
        """Return the time as RFC 3339 in UTC."""
        return self.wall.text()

    def rx_version(self) -> int | None:
        """Return the version of the prescription in force."""
        return self._rx_version()

    def moment(self) -> Moment:
        """Return this instant, on all clocks."""
        return Moment(
            t=self.wall.text(),
            day=self.wall.now().astimezone().date().isoformat(),
            boot=self._boot,
            mono_s=time.monotonic(),
            synced=self.wall.state() == "synced",
        )

    def header(self, *, hist: bool = False) -> Header:
        """Return the head of a message made now."""
        return Header(
            t=self.wall.text(),
            mono_ms=time.monotonic_ns() // 1_000_000,
            boot=self._boot,
            clock=self.wall.state(),
            subj=self.identity.subj,
            rx_version=self._rx_version(),
            cal=self.identity.cal,
            alg=ALG,
            sim=self.identity.sim,
            hist=hist,
        )
