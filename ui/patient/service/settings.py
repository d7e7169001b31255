"""What the kiosk keeps between two starts: language, volume, voice, the PIN's hash. One small file."""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from ui.patient.sound.night import VoiceMode

NAME: Final = "kiosk.toml"
VOLUMES: Final = (1, 2, 3, 4, 5)

Language = Literal["en", "tr", "de", "es"]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings; `pin` is a salted hash, `wrong` how many wrong PINs came in a row."""

    language: Language | None = None
    volume: Annotated[int, msgspec.Meta(ge=1, le=5)] = 3
    voice: VoiceMode = "by-day"
    pin: str | None = None
    wrong: Annotated[int, msgspec.Meta(ge=0)] = 0


def settings_file(environ: Mapping[str, str]) -> Path:
    """Return where the settings are: the state folder that systemd names, else that of the person."""
    if folder := environ.get("STATE_DIRECTORY"):
        return Path(folder.split(":")[0]) / NAME
    state = environ.get("XDG_STATE_HOME") or Path.home() / ".local/state"
    return Path(state) / "balance-station" / NAME


class SettingsFile:
    """Reads and writes the settings; trouble is said in one sentence, and never stops the kiosk."""

    def __init__(self, path: Path, *, say: Callable[[str], None]) -> None:
        self._path = path
        self._say = say

    def read(self) -> Settings:
        """Return what is kept; defaults when there is nothing, or nothing that can be read.

        A damaged file is replaced at once, so that it is complained about once.
        """
        try:
            return msgspec.toml.decode(self._path.read_bytes(), type=Settings)
        except FileNotFoundError:
            return Settings()
        except OSError as error:
            self._say(
                f"cannot read {self._path} ({error.strerror}); language, volume and PIN are as at first"
            )
            return Settings()
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            reason = " ".join(str(error).split())
            self._say(
                f"{self._path} is damaged ({reason}); it is replaced: set language, volume and PIN again"
            )
            self.write(Settings())
            return Settings()

    def write(self, settings: Settings) -> bool:
        """Replace the file as a whole: after a power cut there is the old one or the new one."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{NAME}.")  # mode 0600
            fresh = Path(name)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as target:
                    target.write(toml_of(settings))
                    target.flush()
                    os.fsync(target.fileno())
                fresh.replace(self._path)
            except OSError:
                fresh.unlink(missing_ok=True)
                raise
        except OSError as error:
            self._say(
                f"cannot write {self._path} ({error.strerror}); the settings are lost at the next start"
            )
            return False
        return True


def toml_of(settings: Settings) -> str:
    """Return the settings as TOML; its basic strings are those of JSON."""
    kept = {key: value for key, value in msgspec.to_builtins(settings).items() if value is not None}
    return "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in kept.items())
