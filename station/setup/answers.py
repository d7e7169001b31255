"""What somebody decided beforehand, in one TOML file, so that nobody has to be asked."""

import tomllib
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from station.errors import ConfigError

ALLOWED: Final = "docs/setup.md lists what may stand in it"


class ScreenAnswers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `[screen]`: `mode` as 1280x720@60, "" for the screen's own; `rotate_deg` clockwise."""

    connector: Annotated[str, msgspec.Meta(pattern=r"^(HDMI-A|DSI|DPI|Composite)-\d$")] = "HDMI-A-1"
    mode: Annotated[str, msgspec.Meta(pattern=r"^(\d{3,4}x\d{3,4}M?(@\d{2,3})?D?)?$")] = ""
    rotate_deg: Literal[0, 90, 180, 270] = 0


class Answers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it. `station` and `source` are written to a station.toml only where nobody has decided on one.

    `country` is that of the Wi-Fi (two letters), "" for none; `bundle` the care team's.
    `own_core` keeps core 3 for the acquisition; `desktop` leaves a desktop running.
    """

    station: Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z0-9][A-Za-z0-9_.-]{0,62})?$")] = ""
    source: Literal["gpio", "wii", "simulate"] = "gpio"
    country: Annotated[str, msgspec.Meta(pattern=r"^([A-Z]{2})?$")] = ""
    bundle: str = ""
    own_core: bool = False
    desktop: bool = False
    screen: ScreenAnswers = ScreenAnswers()


def read_answers(file: Path | None) -> Answers | None:
    """Return the answers of the file, None without one. Raises ConfigError naming file and key."""
    if file is None:
        return None
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), Answers)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"answers {file}: {getattr(error, 'strerror', None) or error}") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"answers {file}: {error}; {ALLOWED}") from None
