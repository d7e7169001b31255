"""A loudspeaker that remembers what was played and said."""

from collections.abc import Iterable
from datetime import time

from ui.patient.sound.announcer import Announcer
from ui.patient.sound.tones import Tone
from ui.patient.sound.voice import Phrase

NOON = time(12)


class Ear:
    def __init__(self) -> None:
        self.heard: list[Tone] = []
        self.said: list[str] = []
        self.phrases: list[Phrase] = []
        self.all: list[str] = []  # tones by their names and phrases by their words, in order
        self.volumes: list[int] = []  # of the same
        self.prepared: list[Phrase] = []
        self.hushed = 0

    def play(self, tone: Tone, volume: int) -> None:
        self.heard.append(tone)
        self._note(tone, volume)

    def say(self, phrase: Phrase, volume: int) -> None:
        self.phrases.append(phrase)
        self.said.append(phrase.text)
        self._note(phrase.text, volume)

    def prepare(self, phrases: Iterable[Phrase]) -> None:
        self.prepared += phrases

    def hush(self) -> None:
        self.hushed += 1

    def close(self) -> None:
        pass

    def _note(self, what: str, volume: int) -> None:
        self.all.append(what)
        self.volumes.append(volume)

    def announcer(self, at: time | None = NOON) -> Announcer:
        return Announcer(self, local=lambda: at)
