"""What is heard when: tones and phrases for the page in front of the person, each once, louder or softer."""

from collections.abc import Callable, Iterable
from datetime import time
from typing import Final

from station.training.snapshot import Question, Snapshot
from ui.patient.sound.night import LOUDEST_STEP, VoiceMode, is_night, speaks, volume_at
from ui.patient.sound.script import (
    Line,
    answer_words,
    eyes_open_words,
    line_of,
    plan_phrases,
    sample_words,
    urgent_phrases,
    usual_phrases,
)
from ui.patient.sound.speaker import Speaker
from ui.patient.sound.tones import tone_between
from ui.patient.sound.voice import Phrase
from ui.patient.view import View
from ui.patient.words import language

CORRECTION_NS: Final = 4_000_000_000  # from one spoken correction of a hold to the next
NOWHERE: Final = Line((), "")


class Announcer:
    """Stands between the kiosk's loop and the speaker; decides, and never waits.

    `local` is the time of day where the station stands, None while it may not be believed. Times in ns are
    the caller's.
    """

    def __init__(self, speaker: Speaker, *, local: Callable[[], time | None]) -> None:
        self._speaker = speaker
        self._local = local
        self._volume = 3
        self._mode: VoiceMode = "by-day"
        self._last: Snapshot | None = None
        self._seen: tuple[object, ...] = ()
        self._line = NOWHERE
        self._marked: tuple[object, ...] = ()
        self._prepared: object = None
        self._language = ""
        self._usual_made = False
        self._greeted = False
        self._said_ns: int | None = None

    def settle(self, volume: int, mode: VoiceMode) -> None:
        """Be this loud (1 to 5) by day, and speak then, from now on."""
        self._volume, self._mode = volume, mode

    def try_tone(self) -> None:
        """Play a tone at the volume chosen for the day."""
        self._speaker.play("begin", self._volume)

    def try_voice(self) -> None:
        """Say something at the volume chosen for the day, whatever the hour and the mode."""
        self._speaker.say(Phrase(sample_words(), language()), self._volume)

    def hear(self, snapshot: Snapshot) -> None:
        """Play the tone of what has changed with this snapshot."""
        tone = tone_between(self._last, snapshot)
        self._last = snapshot
        if tone is not None:
            urgent = snapshot.phase == "all_right"
            self._speaker.play(tone, LOUDEST_STEP if urgent else volume_at(self._volume, self._local()))

    def tell(self, view: View, now_ns: int) -> None:
        """Say what the page asks for when it has changed."""
        seen = (view.snapshot, view.interrupted, view.stale, view.leaf, view.service, view.chosen, language())
        if self._seen and all(new is old for new, old in zip(seen, self._seen, strict=True)):
            return
        self._seen = seen
        self._prepare(view.snapshot)
        line = line_of(view)
        if line.place != self._line.place:
            self._turn_to(line, now_ns)
        elif line.words != self._line.words:
            self._change_to(line, now_ns)
        question = None if view.snapshot is None or view.service is not None else view.snapshot.question
        self._tell_mark(question, view.chosen, now_ns)

    def _turn_to(self, line: Line, now_ns: int) -> None:
        """Speak of a new page; what the page before was saying ends, but for the words before a hold."""
        opened = self._line.closed and not line.closed and line.manner != "urgent"
        self._line = line
        if opened:
            self._say(line._replace(words=eyes_open_words(line.words)), now_ns)
        elif line.words:
            self._say(line, now_ns)
        elif line.manner != "hold":
            self._speaker.hush()

    def _change_to(self, line: Line, now_ns: int) -> None:
        """Speak of what the same page asks for now; in a hold not more often than every few seconds."""
        too_soon = self._said_ns is not None and now_ns - self._said_ns < CORRECTION_NS
        if line.manner == "hold" and line.words and too_soon:
            return  # where it is still so after a moment, it is said then
        self._line = line
        if line.words:
            self._say(line, now_ns)

    def _tell_mark(self, question: Question | None, chosen: int | None, now_ns: int) -> None:
        """Say which answer is marked: left alone it is taken, looked at or not."""
        marked = () if question is None or chosen is None else (*self._line.place, chosen)
        if question is not None and chosen is not None and marked != self._marked:
            self._say(Line(marked, answer_words(question, chosen)), now_ns)
        self._marked = marked

    def _say(self, line: Line, now_ns: int) -> None:
        at, phrase = self._local(), Phrase(line.words, language())
        if line.manner == "greeting":
            first, self._greeted = not self._greeted, True
            # It comes unasked, perhaps after a power cut: not to a house that may be asleep.
            speak = first and speaks(self._mode, at) and at is not None and not is_night(at)
        else:
            self._greeted = True
            speak = line.manner == "urgent" or speaks(self._mode, at)
        if speak:
            self._said_ns = now_ns
            loud = LOUDEST_STEP if line.manner == "urgent" else volume_at(self._volume, at)
            self._speaker.say(phrase, loud)
        else:
            self._speaker.hush()

    def _prepare(self, snapshot: Snapshot | None) -> None:
        """Have the phrases made that may be wanted soon: the usual ones once, and those of today's plan."""
        if self._language != language():
            self._language, self._usual_made, self._prepared = language(), False, None
            self._make(urgent_phrases())
        if self._mode == "off":
            return
        if not self._usual_made:
            self._usual_made = True
            self._make(usual_phrases())
        if snapshot is not None and snapshot.phase == "plan" and snapshot.session != self._prepared:
            self._prepared = snapshot.session
            self._make(plan_phrases(snapshot))

    def _make(self, texts: Iterable[str]) -> None:
        self._speaker.prepare([Phrase(text, language()) for text in texts])
