"""What plays tones and phrases. Without a loudspeaker the kiosk is silent, never late."""

import threading
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

import pygame

from ui.patient.sound.talker import Talker
from ui.patient.sound.tones import LOUDEST, LOUDNESS_OF_STEP, NOTES, RATE_HZ, Tone, waveform
from ui.patient.sound.voice import Phrase

BUFFER: Final = 512  # samples
VOICE_CHANNEL: Final = 0
PATIENCE_S: Final = 1.0  # for the threads at the end


class Speaker(Protocol):
    """What is heard; tests listen instead. `volume` is a step from 1 to 5. Everything returns at once."""

    def play(self, tone: Tone, volume: int) -> None:
        """Begin the tone."""
        ...

    def say(self, phrase: Phrase, volume: int) -> None:
        """Say this in place of what is being said."""
        ...

    def prepare(self, phrases: Iterable[Phrase]) -> None:
        """Get these ready: they may be wanted soon."""
        ...

    def hush(self) -> None:
        """Say no more of what is being said; tones go on."""
        ...

    def close(self) -> None:
        """Be silent; may be called twice."""
        ...


class Silence:
    """No loudspeaker."""

    def play(self, tone: Tone, volume: int) -> None:
        """Play nothing."""

    def say(self, phrase: Phrase, volume: int) -> None:
        """Say nothing."""

    def prepare(self, phrases: Iterable[Phrase]) -> None:
        """Have nothing to get ready."""

    def hush(self) -> None:
        """Have nothing to end."""

    def close(self) -> None:
        """Have nothing to close."""


class Loudspeaker:
    """Plays through SDL's mixer, opened in a thread: a slow sound server never holds up a page."""

    def __init__(self, talker: Talker, *, complain: Callable[[str], None]) -> None:
        """Take what makes phrases; `complain` is told in a sentence when there is no sound."""
        self._talker = talker
        self._complain = complain
        self._sounds: dict[Tone, pygame.mixer.Sound] = {}
        self._opening = threading.Thread(target=self._open, name="loudspeaker", daemon=True)
        self._opening.start()

    def _open(self) -> None:
        try:
            pygame.mixer.init(RATE_HZ, -16, 1, BUFFER)
            pygame.mixer.set_reserved(VOICE_CHANNEL + 1)
            channel = pygame.mixer.Channel(VOICE_CHANNEL)
            self._sounds = {tone: pygame.mixer.Sound(buffer=waveform(tone, LOUDEST)) for tone in NOTES}
        except pygame.error as error:
            self._sounds = {}  # silent: the screen says everything that is heard
            self._complain(f"cannot open the sound device ({error}); there are no tones and no voice")
            return
        self._talker.start(MixerStage(channel))

    def play(self, tone: Tone, volume: int) -> None:
        """Begin the tone; before the mixer is open, stay silent."""
        sound = self._sounds.get(tone)
        if sound is not None:
            sound.set_volume(_share(volume))
            sound.play()

    def say(self, phrase: Phrase, volume: int) -> None:
        """Say this in place of what is being said, as soon as there are samples of it."""
        self._talker.say(phrase, _share(volume))

    def prepare(self, phrases: Iterable[Phrase]) -> None:
        """Have these made while nothing is to be said."""
        self._talker.prepare(phrases)

    def hush(self) -> None:
        """Say no more of what is being said."""
        self._talker.hush()

    def close(self) -> None:
        """End all sound; may be called twice."""
        self._sounds = {}
        self._opening.join(PATIENCE_S)
        self._talker.close()
        pygame.mixer.quit()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class MixerStage:
    """The mixer's channel on which phrases are heard; its own, so that tones do not end them."""

    def __init__(self, channel: pygame.mixer.Channel) -> None:
        self._channel = channel

    def load(self, wav: bytes) -> pygame.mixer.Sound:
        """Return the phrase at the mixer's own rate. Raises pygame.error."""
        return pygame.mixer.Sound(file=BytesIO(wav))

    def begin(self, sound: pygame.mixer.Sound, share: float) -> None:
        """Begin the phrase; `share` of the loudest."""
        self._channel.set_volume(share)
        self._channel.play(sound)

    def end(self) -> None:
        """End what is heard."""
        self._channel.stop()


def _share(volume: int) -> float:
    return LOUDNESS_OF_STEP[volume] / LOUDEST


def open_speaker(
    talker: Callable[[], Talker], *, complain: Callable[[str], None], devices: Path = Path("/dev/snd")
) -> Speaker:
    """Return a loudspeaker where there is a sound device, otherwise silence, which is said in a sentence."""
    if any(devices.glob("pcm*p")):
        return Loudspeaker(talker(), complain=complain)
    complain(f"no sound device in {devices}: there are no tones and no voice")
    return Silence()
