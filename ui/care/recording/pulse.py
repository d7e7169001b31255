"""The recorder's sign of life, by which `balance-care check` knows it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from django.db import DatabaseError
from django.utils import timezone

from ui.care.models import RecorderPulse

EVERY: Final = timedelta(seconds=30)


def beat(name: str) -> None:
    """Write that this recorder is at work. Raises django.db.DatabaseError where nothing can be written."""
    RecorderPulse.objects.filter(name=name[:60]).update(at=timezone.now())


class Connected(Protocol):
    """What knows whether it has its broker."""

    @property
    def is_connected(self) -> bool:
        """Whether the connection stands."""


class Pulse:
    """Asked by a recorder at every turn whether to end; writes down now and then that it was asked."""

    def __init__(
        self,
        name: str,
        recorder: Connected,
        stopped: Callable[[], bool],
        *,
        now: Callable[[], datetime] = timezone.now,
    ) -> None:
        self._name, self._recorder, self._stopped, self._now = name[:60], recorder, stopped, now
        self._last: datetime | None = None
        self._was_connected: bool | None = None

    def __call__(self) -> bool:
        """Return whether to end."""
        now, connected = self._now(), self._recorder.is_connected
        if self._last is None or now - self._last >= EVERY or connected != self._was_connected:
            self._last, self._was_connected = now, connected
            self._note(now, connected=connected)
        return self._stopped()

    def _note(self, now: datetime, *, connected: bool) -> None:
        facts = {"at": now, "connected": connected}
        try:
            RecorderPulse.objects.update_or_create(name=self._name, defaults=facts)
        except DatabaseError:
            return  # the recorder says so itself, and goes on
