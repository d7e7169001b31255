"""Language and volume: what is chosen holds at once, and is kept."""

from dataclasses import dataclass
from typing import Final, get_args

import msgspec

from ui.patient.service.room import Around, Keep, Leave, QuietRoom, Request, Sound
from ui.patient.service.settings import VOLUMES, Language
from ui.patient.service.view import BACK
from ui.patient.words import _, language

# Each in its own words: whoever cannot read the screen finds the way back.
NAMES: Final[dict[Language, str]] = {"en": "English", "tr": "Türkçe", "de": "Deutsch", "es": "Español"}
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


@dataclass(frozen=True, slots=True)
class LanguageSheet:
    """The languages, and which one is spoken."""

    spoken: str = "en"
    main: None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the languages, and the way back."""
        return (*LANGUAGES, BACK)


@dataclass(frozen=True, slots=True)
class VolumeSheet:
    """The five steps, and which one is set."""

    volume: int = 3
    main: None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the steps, and the way back."""
        return (*(str(step) for step in VOLUMES), BACK)


class LanguageRoom(QuietRoom):
    """Chooses the language of all screens."""

    name = "language"

    def title(self) -> str:
        """Return the words on its button in the menu."""
        return _("Language")

    def sheet(self, around: Around) -> LanguageSheet:
        """Return the languages."""
        return LanguageSheet(language())

    def choose(self, choice: str, around: Around) -> tuple[Request, ...]:
        """Speak another language."""
        for code in LANGUAGES:
            if choice == code:
                return (Keep(msgspec.structs.replace(around.settings, language=code)),)
        return (Leave(),)


class VolumeRoom(QuietRoom):
    """Chooses how loud the tones are."""

    name = "volume"

    def title(self) -> str:
        """Return the words on its button in the menu."""
        return _("Volume")

    def sheet(self, around: Around) -> VolumeSheet:
        """Return the steps."""
        return VolumeSheet(around.settings.volume)

    def choose(self, choice: str, around: Around) -> tuple[Request, ...]:
        """Take another step, and let it be heard."""
        if choice == BACK:
            return (Leave(),)
        return Keep(msgspec.structs.replace(around.settings, volume=int(choice))), Sound()
