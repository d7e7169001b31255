"""The routines that may be prescribed: those that stations come with, and a clinic's own."""

from collections.abc import Mapping
from functools import cache

from django.conf import settings

from station.errors import ConfigError
from station.training.routine import Routine, routines_with


def routines() -> Mapping[str, Routine]:
    """Return every routine by name, read once: shipped, and those in the folder BALANCE_CARE_ROUTINES.

    The folder holds the same files as `[training] routines` of the stations. Raises ConfigError for a folder
    that is not there, a bad file, or a name that is taken.
    """
    return _read(settings.CARE_ROUTINES)


@cache
def _read(folder: str) -> Mapping[str, Routine]:
    try:
        return routines_with(folder)
    except ConfigError as error:
        message = f"BALANCE_CARE_ROUTINES: {str(error).removeprefix('training.routines: ')}"
        raise ConfigError(message) from None
