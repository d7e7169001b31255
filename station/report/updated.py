"""How the last update stands, for a report: versions and steps as they are, its reason masked."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from firmware_config.boot_file import read_text
from station.config import UpdatesConfig
from station.setup.place import Place
from station.update.steps import STATE, State


def how_updated(place: Place, masked: Callable[[str], str]) -> dict[str, Any]:
    """Return the state of the last update; `masked` takes out of its reason what may name somebody."""
    try:
        state = msgspec.json.decode((_folder(place) / STATE).read_bytes(), type=State)
    except FileNotFoundError:
        return {"step": "there was none"}
    except PermissionError:
        return {"missing": "only root may see it; run the report as root"}
    return {
        "step": state.step,
        "number": state.number,
        "before": _version(state.before),
        "after": _version(state.after),
        "boots": state.boots,
        "tries": state.tries,
        "why": masked(state.why),
    }


def _folder(place: Place) -> Path:
    """Return where updates are kept; a configuration not readable names no other."""
    usual = UpdatesConfig().folder
    try:
        named = tomllib.loads(read_text(place.config_file)).get("updates", {}).get("folder", usual)
    except (tomllib.TOMLDecodeError, AttributeError):
        named = usual
    return place.root / str(named).lstrip("/")


def _version(text: str) -> str:
    return text if re.fullmatch(r"[0-9.]{1,30}", text) else "set"
