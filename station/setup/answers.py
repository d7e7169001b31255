"""What somebody decided beforehand, in one TOML file, so that nobody has to be asked."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec

from station.errors import ConfigError

EXAMPLE: Final = 'station = "kitchen-7"'
Switch = Annotated[bool, msgspec.Meta(description="true or false")]


class ScreenAnswers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `[screen]`: `mode` as 1280x720@60, "" for the screen's own; `rotate_deg` clockwise."""

    connector: Annotated[
        str,
        msgspec.Meta(pattern=r"^(HDMI-A|DSI|DPI|Composite)-\d$", description="a connector, such as HDMI-A-1"),
    ] = "HDMI-A-1"
    mode: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^(\d{3,4}x\d{3,4}M?(@\d{2,3})?D?)?$", description="a mode, such as 1280x720@60"
        ),
    ] = ""
    rotate_deg: Annotated[Literal[0, 90, 180, 270], msgspec.Meta(description="0, 90, 180 or 270")] = 0


class Answers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it. `station` and `source` are written to a station.toml only where nobody has decided on one.

    `country` is that of the Wi-Fi (two letters), "" for none; `bundle` the care team's.
    `own_core` keeps core 3 for the acquisition; `desktop` leaves a desktop running.
    """

    station: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^([A-Za-z0-9][A-Za-z0-9_.-]{0,62})?$",
            description="letters A to Z, digits, - _ and . without spaces",
        ),
    ] = ""
    source: Annotated[
        Literal["gpio", "wii", "simulate"], msgspec.Meta(description="gpio, wii or simulate")
    ] = "gpio"
    country: Annotated[str, msgspec.Meta(pattern=r"^([A-Z]{2})?$", description="two letters, such as TR")] = (
        ""
    )
    bundle: Annotated[str, msgspec.Meta(description="the path of a file, in quotes")] = ""
    own_core: Switch = False
    desktop: Switch = False
    screen: Annotated[ScreenAnswers, msgspec.Meta(description="a section, [screen]")] = ScreenAnswers()


def read_answers(file: Path | None) -> Answers | None:
    """Return the answers of the file, None without one. Raises ConfigError naming file and key."""
    if file is None:
        return None
    try:
        document = tomllib.loads(file.read_text("utf-8"))
        _check(document, Answers)
    except OSError as error:
        raise ConfigError(f"answers {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"answers {file}: it is not UTF-8 text; write it anew, such as {EXAMPLE}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"answers {file}: {_where(error)} is not TOML, such as {EXAMPLE}") from None
    except ConfigError as error:
        raise ConfigError(f"answers {file}: {error}") from None
    return msgspec.convert(document, Answers)


def must_be(answer: Any) -> str:
    """Return in words what an answer of this type must be."""
    return next(meta.description or "" for meta in answer.__metadata__)


def _check(document: Mapping[str, Any], form: type[msgspec.Struct], section: str = "") -> None:
    """Raise ConfigError for the first key that is not known, or whose answer cannot be used."""
    types = {field.name: field.type for field in msgspec.structs.fields(form)}
    for key, answer in document.items():
        if key not in types:
            keys = ", ".join(section + known for known in types)
            raise ConfigError(f"{section}{key} is not known; the keys are {keys}")
        if key == "screen" and isinstance(answer, dict):
            _check(answer, ScreenAnswers, "screen.")
        try:
            msgspec.convert({key: answer}, form)
        except msgspec.ValidationError:
            raise ConfigError(f"{section}{key} is {answer!r} and must be {must_be(types[key])}") from None


def _where(error: tomllib.TOMLDecodeError) -> str:
    """Return the place in the file, which tomllib tells in brackets at the end."""
    told = re.search(r"\(at ([^()]*)\)$", str(error))
    return told[1] if told else "it"
