"""espeak-ng, the cache and the thread between: a voice in trouble is silence, one sentence, no late frame."""

import os
import shutil
import threading
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kiosk_ear import NOON
from tests.test_kiosk_app import Bench
from ui.patient.app import Kiosk
from ui.patient.examples import snapshot
from ui.patient.sound.announcer import Announcer
from ui.patient.sound.cache import PhraseCache, cache_folder
from ui.patient.sound.script import usual_phrases
from ui.patient.sound.speaker import Loudspeaker, Silence, open_speaker
from ui.patient.sound.talker import AGAIN_NS, LATE_NS, Talker
from ui.patient.sound.tones import LOUDEST, LOUDNESS_OF_STEP
from ui.patient.sound.voice import Espeak, Phrase, VoiceError, as_file
from ui.patient.sound.wav import is_whole, write_wav
from ui.patient.words import LANGUAGES, speak

HELLO = Phrase("Good to see you.", "en")
NEXT = Phrase("Step onto the board.", "en")
LIMIT_S = 10
RATE_HZ = 22_050


def until(done: Callable[[], bool]) -> None:
    """Wait for what a thread or a program does of its own."""
    end_s = time.monotonic() + LIMIT_S
    while not done():
        assert time.monotonic() < end_s
        time.sleep(0.002)


def wav(seconds: float = 0.5) -> bytes:
    return write_wav(b"\1\0" * round(seconds * RATE_HZ), RATE_HZ)


def program(folder: Path, script: str) -> str:
    """Write a program that stands for espeak-ng."""
    file = folder / "espeak-ng"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return str(file)


def speaking(folder: Path) -> str:
    """A program that says the same for everything, and writes down what it was asked."""
    (folder / "sound").write_bytes(wav())
    return program(folder, f'cat >> {folder}/asked; echo "|$*" >> {folder}/asked; exec cat {folder}/sound')


def hanging(folder: Path) -> str:
    return program(folder, f"echo $$ > {folder}/pid; exec sleep 600")


def is_running(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


class Stage:
    """The place where phrases are heard."""

    def __init__(self) -> None:
        self.begun: list[tuple[int, float]] = []
        self.ended = 0

    def load(self, wav: bytes) -> pygame.mixer.Sound:
        return len(wav)  # type: ignore[return-value]

    def begin(self, sound: pygame.mixer.Sound, share: float) -> None:
        self.begun.append((sound, share))  # type: ignore[arg-type]

    def end(self) -> None:
        self.ended += 1


class Voice(Espeak):
    """Speaks when it is told to; the time is the test's."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.may_end = threading.Event()
        self.may_end.set()
        self.trouble: VoiceError | None = None

    def speak(self, phrase: Phrase) -> bytes:
        self.asked.append(phrase.text)
        assert self.may_end.wait(LIMIT_S)
        if self.trouble is not None:
            raise self.trouble
        return wav()


class Speech:
    """A talker with everything around it."""

    def __init__(self, folder: Path) -> None:
        self.voice, self.stage = Voice(), Stage()
        self.cache = PhraseCache(folder / "voice")
        self.log: list[str] = []
        self.now_ns = 0
        self.talker = Talker(self.voice, self.cache, complain=self.log.append, now_ns=lambda: self.now_ns)

    def idle(self) -> None:
        """Let it finish what it has to do: a phrase it knows comes after everything else."""
        last = Phrase("last", "en")
        self.cache.put(self.voice.name(last), wav())
        count = len(self.stage.begun)
        self.talker.say(last, 1.0)
        until(lambda: len(self.stage.begun) > count)


@pytest.fixture
def speech(tmp_path: Path) -> Iterator[Speech]:
    speech = Speech(tmp_path)
    yield speech
    speech.voice.may_end.set()
    speech.talker.close()


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    speak("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_real_espeak_says_the_usual_phrases_in_each_language(language: str) -> None:
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed (apt install espeak-ng)")
    speak(language)
    for text in list(usual_phrases())[:4]:
        with wave.open(BytesIO(Espeak().speak(Phrase(text, language)))) as file:
            seconds = file.getnframes() / file.getframerate()
            samples = memoryview(file.readframes(file.getnframes())).cast("h")
        assert 0.03 < seconds / len(text) < 0.2, text
        assert max(samples) > 3000


def test_the_text_goes_in_as_it_is_and_never_as_an_option(tmp_path: Path) -> None:
    voice = Espeak(speaking(tmp_path))
    assert voice.speak(Phrase("--version; $(id) Şimdi", "tr")) == wav()
    asked = (tmp_path / "asked").read_text()
    assert asked.startswith("--version; $(id) Şimdi|-v tr -s 140 ")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 3", "ended with 3"),
        ("kill -SEGV $$", "ended with -11"),
        ("exit 0", "gave no sound"),
        ("echo RIFF", "gave no sound"),
        ("head -c 400 /dev/zero", "gave no sound"),
        ("exec cat /dev/zero", "does not end"),
    ],
)
def test_a_voice_that_fails_says_why_in_a_sentence(tmp_path: Path, script: str, reason: str) -> None:
    with pytest.raises(VoiceError, match=reason):
        Espeak(program(tmp_path, script)).speak(HELLO)


@given(st.binary(max_size=60), st.integers(0, 43))
def test_no_garbage_from_a_voice_or_a_disk_is_taken_for_a_phrase(garbage: bytes, place: int) -> None:
    """Whatever the header says, it is a phrase or it is refused; nothing else is raised."""
    whole = wav(0.2)
    torn = whole[:place] + garbage + whole[place + len(garbage) :]
    with suppress(VoiceError):
        assert is_whole(as_file(torn))
    assert is_whole(torn) in (True, False)


def test_a_missing_voice_says_how_to_get_one() -> None:
    with pytest.raises(VoiceError, match="apt install espeak-ng"):
        Espeak("/nowhere/espeak-ng").speak(HELLO)


def test_a_voice_that_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match=r"did not answer in 0.05 s"):
        Espeak(hanging(tmp_path), timeout_s=0.05).speak(HELLO)


def test_a_phrase_is_made_once_and_kept_for_its_voice(tmp_path: Path, speech: Speech) -> None:
    speech.talker.start(speech.stage)
    for phrase in (HELLO, HELLO, HELLO._replace(language="de")):
        count = len(speech.stage.begun)
        speech.talker.say(phrase, 0.5)
        until(lambda count=count: len(speech.stage.begun) > count)  # type: ignore[misc]
    assert speech.voice.asked == [HELLO.text, HELLO.text]
    assert {share for _, share in speech.stage.begun} == {0.5}


@pytest.mark.parametrize("damage", [b"", b"RIFF", wav()[:-100], b"\0" * 5000])
def test_a_damaged_phrase_is_made_anew(speech: Speech, tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "voice" / f"{speech.voice.name(HELLO)}.wav"
    file.parent.mkdir()
    file.write_bytes(damage)
    speech.talker.start(speech.stage)
    speech.talker.say(HELLO, 1.0)
    until(lambda: bool(speech.stage.begun))
    assert file.read_bytes() == wav()
    assert speech.log == []


def test_the_cache_is_bounded_and_keeps_what_was_used_last(tmp_path: Path) -> None:
    cache = PhraseCache(tmp_path, most_bytes=3 * len(wav()))
    (tmp_path / "torn.part").write_bytes(b"x")
    for number in range(3):
        cache.put(f"{number}", wav())
        os.utime(tmp_path / f"{number}.wav", (number, number))
    assert cache.get("0") == wav()
    cache.put("3", wav())
    assert sorted(file.name for file in tmp_path.iterdir()) == ["0.wav", "2.wav", "3.wav"]


def test_phrases_are_kept_in_the_folder_for_caches() -> None:
    assert cache_folder({"CACHE_DIRECTORY": "/var/cache/kiosk"}) == Path("/var/cache/kiosk/voice")
    assert cache_folder({"XDG_CACHE_HOME": "/c"}) == Path("/c/balance-station/voice")
    assert cache_folder({}) == Path.home() / ".cache/balance-station/voice"


def test_a_folder_that_cannot_be_written_is_said_once_and_the_voice_goes_on(
    speech: Speech, tmp_path: Path
) -> None:
    (tmp_path / "voice").write_text("a file where the folder should be")
    speech.talker.start(speech.stage)
    for phrase in (HELLO, NEXT):
        count = len(speech.stage.begun)
        speech.talker.say(phrase, 1.0)
        until(lambda count=count: len(speech.stage.begun) > count)  # type: ignore[misc]
    assert len(speech.log) == 1
    assert speech.log[0].startswith("cannot keep spoken phrases (")


def test_a_full_disk_leaves_no_half_phrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        PhraseCache(tmp_path).put("0", wav())
    assert list(tmp_path.iterdir()) == []


def test_the_newest_phrase_takes_the_place_of_one_not_yet_made(speech: Speech) -> None:
    speech.voice.may_end.clear()
    speech.talker.start(speech.stage)
    speech.talker.say(HELLO, 0.1)
    until(lambda: speech.voice.asked == [HELLO.text])
    speech.talker.say(NEXT, 0.2)
    speech.voice.may_end.set()
    until(lambda: bool(speech.stage.begun))
    speech.idle()
    assert [share for _, share in speech.stage.begun] == [0.2, 1.0]
    assert speech.stage.ended >= 2


@pytest.mark.parametrize("why", ["hushed", "late"])
def test_a_phrase_that_has_become_old_is_not_said(speech: Speech, why: str) -> None:
    speech.voice.may_end.clear()
    speech.talker.start(speech.stage)
    speech.talker.say(HELLO, 0.1)
    until(lambda: speech.voice.asked == [HELLO.text])
    if why == "hushed":
        speech.talker.hush()
    else:
        speech.now_ns += LATE_NS + 1
    speech.voice.may_end.set()
    until(lambda: speech.cache.has(speech.voice.name(HELLO)))
    speech.idle()
    assert [share for _, share in speech.stage.begun] == [1.0]


def test_what_is_wanted_goes_before_what_may_be_wanted(speech: Speech) -> None:
    speech.talker.prepare([Phrase(f"later {number}", "en") for number in range(3)])
    speech.talker.say(HELLO, 1.0)
    speech.talker.start(speech.stage)
    until(lambda: len(speech.voice.asked) == 4)
    assert speech.voice.asked == [HELLO.text, "later 0", "later 1", "later 2"]


def test_trouble_is_said_once_and_the_voice_is_tried_again_after_a_while(speech: Speech) -> None:
    speech.voice.trouble = VoiceError("no voice")
    speech.talker.start(speech.stage)
    speech.talker.say(HELLO, 0.1)
    until(lambda: speech.log == ["no voice"])  # before it began, the next would take its place
    speech.talker.say(NEXT, 0.1)
    speech.idle()
    assert (speech.voice.asked, speech.log) == ([HELLO.text], ["no voice"])
    speech.now_ns += AGAIN_NS
    speech.talker.say(HELLO, 0.1)
    until(lambda: len(speech.voice.asked) == 2)
    speech.idle()
    speech.voice.trouble = None
    speech.now_ns += AGAIN_NS
    speech.talker.say(HELLO, 0.3)
    until(lambda: speech.stage.begun[-1][1] == 0.3)
    assert speech.log == ["no voice"]


def test_without_a_sound_device_it_is_silent_and_says_so_once(tmp_path: Path) -> None:
    log: list[str] = []
    speaker = open_speaker(lambda: Talker(Voice(), PhraseCache(tmp_path), complain=log.append),
                           complain=log.append, devices=tmp_path)  # fmt: skip
    assert isinstance(speaker, Silence)
    speaker.play("done", 3)
    speaker.say(HELLO, 3)
    speaker.close()
    assert len(log) == 1
    assert "no sound device" in log[0]


def test_a_sound_device_that_cannot_be_opened_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "none-such")
    log: list[str] = []
    voice = Voice()
    with Loudspeaker(
        Talker(voice, PhraseCache(tmp_path), complain=log.append), complain=log.append
    ) as speaker:
        until(lambda: bool(log))
        speaker.play("done", 3)
        speaker.say(HELLO, 3)
    assert len(log) == 1
    assert voice.asked == []


@pytest.fixture
def dummy_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")


@pytest.mark.usefixtures("dummy_sound")
def test_a_phrase_is_played_by_the_mixer_at_its_volume_and_a_tone_does_not_end_it(tmp_path: Path) -> None:
    (tmp_path / "sound").write_bytes(wav(60.0))
    voice = Espeak(program(tmp_path, f"exec cat {tmp_path}/sound"))
    log: list[str] = []
    with Loudspeaker(
        Talker(voice, PhraseCache(tmp_path), complain=log.append), complain=log.append
    ) as speaker:
        speaker.say(HELLO, 2)
        until(lambda: pygame.mixer.get_init() is not None and pygame.mixer.Channel(0).get_busy())
        channel = pygame.mixer.Channel(0)
        assert channel.get_volume() == pytest.approx(LOUDNESS_OF_STEP[2] / LOUDEST, abs=0.02)
        for _ in range(20):
            speaker.play("done", 3)
        assert channel.get_busy()
        speaker.hush()
        assert not channel.get_busy()
    assert log == []


@pytest.mark.usefixtures("dummy_sound")
def test_the_screens_go_on_while_the_voice_hangs_and_the_kiosk_ends_all_the_same(tmp_path: Path) -> None:
    """No clock proves it: sixty turns are over, and the program that hangs is still hanging."""
    bench = Bench(tmp_path)
    log: list[str] = []
    voice = Espeak(hanging(tmp_path), timeout_s=600)
    speaker = Loudspeaker(
        Talker(voice, PhraseCache(tmp_path / "voice"), complain=log.append), complain=log.append
    )
    announcer = Announcer(speaker, local=lambda: NOON)
    bench.kiosk = Kiosk(bench.window, bench.link, announcer, now_ns=lambda: bench.now_ns, say=log.append)
    station = bench.connect()
    pid_file = tmp_path / "pid"
    station.show(snapshot("step_on"))
    bench.pass_ms(16)
    until(lambda: pid_file.exists() and pid_file.read_text().endswith("\n"))
    pid = int(pid_file.read_text())
    drawn = 0
    for turn in range(60):
        station.show(snapshot("step_on" if turn % 2 else "setup", t_ns=turn))
        drawn += bench.pass_ms(16)
    assert drawn == 60
    assert is_running(pid)
    speaker.close()
    bench.close()
    until(lambda: not is_running(pid))
    assert "did not answer" not in " ".join(log)
