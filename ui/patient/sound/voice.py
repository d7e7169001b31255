"""espeak-ng as the voice: one phrase in, samples out, and never longer than a limit."""

import hashlib
import os
import signal
import subprocess
import threading
from contextlib import suppress
from typing import Final, NamedTuple

from station.errors import StationError
from ui.patient.sound.wav import read_wav, write_wav

PROGRAM: Final = "espeak-ng"
VOICES: Final = {"en": "en-gb", "tr": "tr", "de": "de", "es": "es"}
WORDS_A_MINUTE: Final = 140  # the usual 175 is hard to follow for somebody who listens and stands
PAUSE_10_MS: Final = 2  # between words
TIMEOUT_S: Final = 5.0  # a phrase takes well under a second, on a Pi too
SHORTEST_S: Final = 0.1
MOST_BYTES: Final = 6_000_000  # over two minutes


class VoiceError(StationError):
    """The phrase cannot be made."""


class Phrase(NamedTuple):
    """What is said, and in which language (a key of `VOICES`)."""

    text: str
    language: str


class Espeak:
    """Runs espeak-ng once for each phrase; for one thread, but `close` for any."""

    def __init__(self, program: str = PROGRAM, timeout_s: float = TIMEOUT_S) -> None:
        self._program = program
        self._timeout_s = timeout_s
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    def name(self, phrase: Phrase) -> str:
        """Return a name that no phrase in another language, voice or speed has: 64 hexadecimal digits."""
        return hashlib.sha256("\0".join([*_settings(phrase), phrase.text]).encode()).hexdigest()

    def speak(self, phrase: Phrase) -> bytes:
        """Return the phrase as a WAV file, 16-bit mono. Raises VoiceError."""
        return as_file(self._run(phrase))

    def _run(self, phrase: Phrase) -> bytes:
        try:
            child = subprocess.Popen(
                [self._program, *_settings(phrase), "--stdin", "--stdout"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # so that whatever it may start ends with it
            )
        except FileNotFoundError:
            raise VoiceError(
                f"{self._program} is not installed; there are tones and no voice (apt install {PROGRAM})"
            ) from None
        except OSError as error:
            raise VoiceError(f"cannot run {self._program} ({error.strerror}); there is no voice") from error
        self._child = child
        if self._closed:
            _kill(child)
        late = threading.Timer(self._timeout_s, _kill, (child,))
        late.start()
        try:
            return self._output(child, phrase)
        finally:
            late.cancel()
            _kill(child)
            self._child = None

    def _output(self, child: subprocess.Popen[bytes], phrase: Phrase) -> bytes:
        """Feed and read the program; what it leaves unfinished is no phrase."""
        with child:
            if child.stdin is not None:
                with suppress(OSError):  # it has ended without listening
                    child.stdin.write(phrase.text.encode())
                    child.stdin.close()
            output = b"" if child.stdout is None else child.stdout.read(MOST_BYTES + 1)
            if len(output) > MOST_BYTES:
                raise VoiceError(f"{self._program} does not end; there is no voice")
            code = child.wait()
        if code == -signal.SIGKILL:
            raise VoiceError(f"{self._program} did not answer in {self._timeout_s:g} s; there is no voice")
        if code != 0:
            raise VoiceError(f"{self._program} ended with {code}; there is no voice")
        return output

    def close(self) -> None:
        """End the program if it runs; may be called twice."""
        self._closed = True
        if (child := self._child) is not None:
            _kill(child)


def _settings(phrase: Phrase) -> list[str]:
    """Return the options of a phrase: voice, speed, pauses, and that its text is UTF-8."""
    return ["-v", VOICES[phrase.language], "-s", str(WORDS_A_MINUTE), "-g", str(PAUSE_10_MS), "-b", "1"]


def _kill(child: subprocess.Popen[bytes]) -> None:
    if child.returncode is None:  # its number cannot belong to anything else before it was waited for
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)


def as_file(streamed: bytes) -> bytes:
    """Return samples that came through a pipe, with a guessed length, as a file with the true one.

    Raises VoiceError for anything but 16-bit samples of one channel, and of some length.
    """
    samples = read_wav(streamed)
    if samples is None or len(samples.data) < 2 * SHORTEST_S * samples.rate_hz:
        raise VoiceError(f"{PROGRAM} gave no sound; there is no voice")
    return write_wav(samples.data, samples.rate_hz)
