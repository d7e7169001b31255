"""Times of tones and phrases as the mixer tells them, and clicks beside a white patch for a microphone."""

import threading
from array import array
from collections.abc import Callable
from typing import Final

import pygame

from station.errors import StationError
from ui.patient.bench.figures import NS
from ui.patient.bench.picture import Patch
from ui.patient.sound.cache import PhraseCache
from ui.patient.sound.speaker import BUFFER, VOICE_CHANNEL, MixerStage
from ui.patient.sound.talker import Talker
from ui.patient.sound.tones import LOUDEST, LOUDNESS_OF_STEP, NOTES, RATE_HZ, waveform
from ui.patient.sound.voice import Espeak, Phrase
from ui.patient.staged import holding

BUFFER_MS: Final = 1000 * BUFFER / RATE_HZ
LOOK_S: Final = 0.0005
PATIENCE_NS: Final = 2 * NS  # beyond the length of a tone
VOICE_S: Final = 6.0
CLICK_S: Final = 0.002
SHARE: Final = LOUDNESS_OF_STEP[3] / LOUDEST
PHRASE: Final = Phrase("This is the voice of the station.", "en")

Now = Callable[[], int]
Wait = Callable[[float], None]


def open_mixer() -> str:
    """Open the mixer as the kiosk does; return SDL's driver. Raises StationError without a sound device."""
    try:
        pygame.mixer.init(RATE_HZ, -16, 1, BUFFER)
    except pygame.error as error:
        raise StationError(
            f"cannot open the sound device ({error}); plug one in, or leave the bench out"
        ) from None
    pygame.mixer.set_reserved(VOICE_CHANNEL + 1)
    return str(pygame.mixer.get_driver())


def time_beeps(count: int, now_ns: Now, wait: Wait) -> list[float]:
    """Return in ms when tones began after they were asked for: when they ended, less their own length.

    The mixer tells only the end, when it takes the last samples: a buffer before they are heard. It is looked
    for twice a millisecond.
    """
    sound = pygame.mixer.Sound(buffer=waveform("count", LOUDEST))
    sound.set_volume(SHARE)
    length_ns = round(sum(length_s for _, length_s in NOTES["count"]) * NS)
    begun_ms = []
    for _ in range(count):
        asked_ns = now_ns()
        channel = sound.play()
        while channel.get_busy() and now_ns() - asked_ns < length_ns + PATIENCE_NS:
            wait(LOOK_S)
        if not channel.get_busy():
            begun_ms.append(max(0.0, (now_ns() - asked_ns - length_ns) / 1e6 + BUFFER_MS))
    return begun_ms


class HeardStage(MixerStage):
    """Remembers when a phrase was handed to the mixer."""

    def __init__(self, channel: pygame.mixer.Channel, now_ns: Now) -> None:
        super().__init__(channel)
        self._now_ns = now_ns
        self.begun_ns = 0
        self.begun = threading.Event()

    def begin(self, sound: pygame.mixer.Sound, share: float) -> None:
        """Begin the phrase; `share` of the loudest."""
        super().begin(sound, share)
        self.begun_ns = self._now_ns()
        self.begun.set()


def time_voice(cache: PhraseCache, complain: Callable[[str], None], now_ns: Now) -> tuple[float | None, ...]:
    """Return in ms when a phrase began that had to be made, then the same one kept; None: it was not said."""
    stage = HeardStage(pygame.mixer.Channel(VOICE_CHANNEL), now_ns)
    talker = Talker(Espeak(), cache, complain=complain)
    talker.start(stage)
    begun_ms: list[float | None] = []
    try:
        for _ in range(2):
            stage.begun.clear()
            asked_ns = now_ns()
            talker.say(PHRASE, SHARE)
            heard = stage.begun.wait(VOICE_S)
            begun_ms.append(round((stage.begun_ns - asked_ns) / 1e6, 2) if heard else None)
            talker.hush()
    finally:
        talker.close()
    return tuple(begun_ms)


def click(count: int, window: Patch, wait: Wait) -> None:
    """Flash and click together so many times, a second apart."""
    length = round(CLICK_S * RATE_HZ)
    samples = array("h", [round(32767 * LOUDEST) * (1 if k % 8 < 4 else -1) for k in range(length)])
    sound = pygame.mixer.Sound(buffer=samples.tobytes())
    for _ in range(count):
        for white in (True, False):
            window.turn(white=white)
            window.show(holding())
            if white:
                sound.play()
            pygame.event.pump()
            wait(0.1 if white else 0.9)
