"""Which clock and which keys a station trusts."""

from station.config import Config, enrolment_folder
from station.link.keyring import KeyKeeper
from station.session.clock import WallClock


def wall_of(config: Config) -> WallClock:
    """Return the wall clock; a simulated board may have it believed without the kernel's word."""
    return WallClock(synced=lambda: True) if config.source.clock == "trust" else WallClock()


def keys_of(config: Config) -> KeyKeeper:
    """Return the care team's keys: an enrolment's and later ones, else those of the configuration."""
    folder, care = enrolment_folder(config), config.care
    return KeyKeeper(care.keys, folder, station=config.station.id, version=care.keys_version)
