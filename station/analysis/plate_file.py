"""The plate that raw counts were measured with, from a JSON or TOML file."""

import json
import tomllib
from pathlib import Path

from station.errors import ConfigError
from station.sway.plate import Plate, plate_from_dict


def read_plate(file: Path) -> Plate:
    """Return the plate of a file (`.toml`, or JSON). Raises ConfigError naming file and key."""
    try:
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    except OSError as error:
        raise ConfigError(f"plate {file}: it cannot be read ({error.strerror}); check the name") from None
    except UnicodeDecodeError:
        raise ConfigError(f"plate {file}: it is not UTF-8 text; a plate is JSON or TOML") from None
    except (ValueError, RecursionError) as error:
        kind = "TOML" if file.suffix == ".toml" else "JSON"
        raise ConfigError(f"plate {file}: not valid {kind}: {error}") from None
    if not isinstance(data, dict):
        raise ConfigError(
            f"plate {file}: it must be an object with counts_per_n, tare_counts, width_mm, length_mm"
        )
    try:
        return plate_from_dict(data)
    except ConfigError as error:
        raise ConfigError(f"plate {file}: {str(error).removeprefix('plate: ')}") from None
