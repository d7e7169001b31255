"""The configuration: one TOML file, checked whole at start; its defaults work with nothing attached."""

import os
import tomllib
from pathlib import Path
from typing import Annotated

import msgspec

from station.board.config import BoardConfig
from station.errors import ConfigError
from station.training.prescription import Limits

DEFAULT_PATH = Path("/etc/balance-station/station.toml")

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]


class StationConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who this station is and where it keeps things."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")] = "station-1"
    subj: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None  # pseudonym of its patient
    state: str = ""  # folder of database and socket; empty: systemd's, else the user's own


class SourceConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where readings come from: `simulate`, `replay:FILE`, or `gpio` for the real board."""

    source: Annotated[str, msgspec.Meta(pattern=r"^(simulate|gpio|replay:.+)$")] = "simulate"
    seed: Annotated[int, msgspec.Meta(ge=0)] = 1


class CareConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The care team's broker, and whose signatures this station accepts (Ed25519 public keys, base64)."""

    host: str = "127.0.0.1"
    port: Port = 1883
    keys: tuple[bytes, ...] = ()


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set."""

    station: StationConfig = StationConfig()
    source: SourceConfig = SourceConfig()
    board: BoardConfig = BoardConfig()
    care: CareConfig = CareConfig()
    limits: Limits = Limits()


def load_config(path: str | None) -> Config:
    """Return the configuration of `path`, of $BALANCE_CONFIG, of the system's file, or the defaults.

    Raises ConfigError naming file, key and what is allowed.
    """
    named = path or os.environ.get("BALANCE_CONFIG")
    if named is None and not DEFAULT_PATH.exists():
        return Config()
    file = Path(named) if named else DEFAULT_PATH
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"configuration {file}: {getattr(error, 'strerror', None) or error}") from None
    return parse_config(text, where=f"configuration {file}")


def parse_config(text: str, *, where: str) -> Config:
    """Return the configuration of one TOML document. Raises ConfigError."""
    try:
        config = msgspec.convert(tomllib.loads(text), Config)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: not valid TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {error}") from None
    for key in config.care.keys:
        if len(key) != 32:
            raise ConfigError(f"{where}: care.keys holds a key of {len(key)} bytes; an Ed25519 key has 32")
    return config


def simulated(config: Config) -> bool:
    """Return whether no real board is behind the readings."""
    return config.source.source != "gpio"


def state_folder(config: Config) -> Path:
    """Return where this station keeps its database and its socket."""
    if config.station.state:
        return Path(config.station.state)
    if "STATE_DIRECTORY" in os.environ:  # set by systemd for the unit
        return Path(os.environ["STATE_DIRECTORY"])
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state"
    return Path(base) / "balance-station"


def socket_path(config: Config) -> Path:
    """Return where the session listens for clients."""
    named = os.environ.get("BALANCE_SOCKET")
    return Path(named) if named else state_folder(config) / "session.sock"
