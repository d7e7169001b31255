"""The thread that makes phrases and begins them: the frame loop only tells it what is wanted."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, Protocol

import pygame

from ui.patient.sound.cache import PhraseCache
from ui.patient.sound.voice import Espeak, Phrase, VoiceError

AGAIN_NS: Final = 60_000_000_000  # after trouble with the voice, before it is tried again
LATE_NS: Final = 3_000_000_000  # a phrase that comes later than this speaks of what has gone
PATIENCE_S: Final = 1.0
MOST_AHEAD: Final = 400


class Stage(Protocol):
    """Where phrases are heard: `load` may take its time, `begin` and `end` return at once."""

    def load(self, wav: bytes) -> pygame.mixer.Sound:
        """Return what can be played. Raises pygame.error."""
        ...

    def begin(self, sound: pygame.mixer.Sound, share: float) -> None:
        """Begin it; `share` of the loudest."""
        ...

    def end(self) -> None:
        """End what is heard."""
        ...


class Wanted(NamedTuple):
    """What is to be said now."""

    phrase: Phrase
    share: float
    since_ns: int


class Talker:
    """Says the newest phrase wanted; between times makes those that may be wanted soon.

    Trouble is told in one sentence (`complain`), each sentence once; meanwhile there is silence.
    """

    def __init__(
        self,
        voice: Espeak,
        cache: PhraseCache,
        *,
        complain: Callable[[str], None],
        now_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._voice = voice
        self._cache = cache
        self._complain = complain
        self._now_ns = now_ns
        self._change = threading.Condition()
        self._wanted: Wanted | None = None
        self._ahead: deque[Phrase] = deque(maxlen=MOST_AHEAD)
        self._closed = False
        self._stage: Stage | None = None
        self._thread: threading.Thread | None = None
        self._again_ns = 0
        self._told: set[str] = set()

    def start(self, stage: Stage) -> None:
        """Begin to work, once there is somewhere to be heard."""
        with self._change:
            if self._closed:
                return
            self._stage = stage
            self._thread = threading.Thread(target=self._work, args=(stage,), name="voice", daemon=True)
        self._thread.start()

    def say(self, phrase: Phrase, share: float) -> None:
        """Say this instead of whatever is said or wanted."""
        with self._change:
            self._end()
            self._wanted = Wanted(phrase, share, self._now_ns())
            self._change.notify()

    def prepare(self, phrases: Iterable[Phrase]) -> None:
        """Make these while nothing is wanted."""
        with self._change:
            self._ahead.extend(phrases)
            self._change.notify()

    def hush(self) -> None:
        """Say nothing more."""
        with self._change:
            self._end()
            self._wanted = None

    def close(self) -> None:
        """End, whatever the voice is doing; may be called twice."""
        with self._change:
            self._closed = True
            self._end()
            self._stage = None
            self._change.notify()
        self._voice.close()
        if self._thread is not None:
            self._thread.join(PATIENCE_S)

    def _end(self) -> None:
        if self._stage is not None:
            self._stage.end()

    def _work(self, stage: Stage) -> None:
        while (task := self._next()) is not None:
            if isinstance(task, Wanted):
                self._perform(task, stage)
            elif not self._cache.has(self._voice.name(task)):
                self._made(task)

    def _next(self) -> Wanted | Phrase | None:
        """Wait for something to do; None at the end."""
        with self._change:
            self._change.wait_for(lambda: self._closed or self._wanted is not None or self._ahead)
            if self._closed:
                return None
            return self._wanted if self._wanted is not None else self._ahead.popleft()

    def _perform(self, wanted: Wanted, stage: Stage) -> None:
        wav = self._cache.get(self._voice.name(wanted.phrase)) or self._made(wanted.phrase)
        try:
            sound = None if wav is None else stage.load(wav)
            with self._change:
                if self._closed or self._wanted is not wanted:
                    return
                self._wanted = None
                if sound is not None and self._now_ns() - wanted.since_ns <= LATE_NS:
                    stage.begin(sound, wanted.share)
        except pygame.error as error:
            self._drop(wanted)
            self._tell(f"a spoken phrase cannot be played ({error})")

    def _drop(self, wanted: Wanted) -> None:
        with self._change:
            if self._wanted is wanted:
                self._wanted = None

    def _made(self, phrase: Phrase) -> bytes | None:
        """Return a phrase made now, and keep it; None while the voice is in trouble."""
        if self._now_ns() < self._again_ns:
            return None
        try:
            wav = self._voice.speak(phrase)
        except VoiceError as error:
            self._again_ns = self._now_ns() + AGAIN_NS
            self._tell(str(error))
            return None
        try:
            self._cache.put(self._voice.name(phrase), wav)
        except OSError as error:
            self._tell(f"cannot keep spoken phrases ({error.strerror}); each is made anew")
        return wav

    def _tell(self, trouble: str) -> None:
        if not self._closed and trouble not in self._told:
            self._told.add(trouble)
            self._complain(trouble)
