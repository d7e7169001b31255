"""Voice: whether the pages are read out, and when; what is chosen holds at once, and is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, get_args

import msgspec

from ui.patient.service.room import Around, Keep, Leave, QuietRoom, Request, Speak
from ui.patient.service.view import BACK
from ui.patient.sound.night import VoiceMode
from ui.patient.words import _

MODES: Final[tuple[VoiceMode, ...]] = get_args(VoiceMode)
TRY: Final = "try"


@dataclass(frozen=True, slots=True)
class VoiceSheet:
    """The modes, which one is set, and whether this station has a voice at all."""

    mode: VoiceMode = "by-day"
    there: bool = True
    main: None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the modes, trying it where there is a voice, and the way back."""
        return (*MODES, *((TRY,) if self.there else ()), BACK)


class VoiceRoom(QuietRoom):
    """Chooses when the pages are read out."""

    name = "voice"

    def __init__(self, is_there: Callable[[], bool]) -> None:
        self._is_there = is_there
        self._there = False

    def title(self) -> str:
        """Return the words on its button in the menu."""
        return _("Voice")

    def enter(self, around: Around) -> None:
        """Look once whether there is a voice."""
        self._there = self._is_there()

    def sheet(self, around: Around) -> VoiceSheet:
        """Return the modes."""
        return VoiceSheet(around.settings.voice, self._there)

    def choose(self, choice: str, around: Around) -> tuple[Request, ...]:
        """Take another mode, or let the voice be heard."""
        for mode in MODES:
            if choice == mode:
                return (Keep(msgspec.structs.replace(around.settings, voice=mode)),)
        return (Speak(),) if choice == TRY else (Leave(),)
