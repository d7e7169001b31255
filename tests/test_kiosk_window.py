"""A real window on a real X server (Xvfb), pressed through the server: what is done reaches the station."""

import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.session.protocol import Answer, Command, Hello, Press, decode_command, encode
from station.training.questions import CHECK_IN, as_question
from station.training.snapshot import Snapshot
from ui.patient.canvas import Choose
from ui.patient.examples import LIVE, snapshot
from ui.patient.screens import Drawing
from ui.patient.view import View

TRIES = 80
WAIT_S = 0.25
KEY_PRESS, KEY_RELEASE, BUTTON_PRESS, BUTTON_RELEASE, MOTION = 2, 3, 4, 5, 6
ESCAPE_KEY, RETURN_KEY = 9, 36  # X key codes of a PC keyboard
START, STOP = Press(button="start"), Press(button="stop")
NUMB = as_question(CHECK_IN[0], number=1, of=9)
PAIN = as_question(CHECK_IN[7], number=8, of=9)

pytestmark = pytest.mark.skipif(
    shutil.which("Xvfb") is None,
    reason="no Xvfb to open a window on: apt-get install xvfb",
)


class Hand:
    """Presses buttons and keys of an X server through its XTEST extension (X11 core protocol, XTEST 2.2)."""

    def __init__(self, display: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(10)
        self._socket.connect(f"/tmp/.X11-unix/X{display}")
        self._socket.sendall(struct.pack("<BxHHHHxx", ord("l"), 11, 0, 0, 0))
        accepted, rest_words = struct.unpack("<BxxxxxH", self._read(8))
        assert accepted == 1
        setup = self._read(rest_words * 4)
        (self._new_id,) = struct.unpack("<I", setup[4:8])
        vendor_bytes, formats = struct.unpack("<H", setup[16:18])[0], setup[21]
        (self._root,) = struct.unpack_from("<I", setup, 32 + (vendor_bytes + 3) // 4 * 4 + 8 * formats)
        self._socket.sendall(struct.pack("<BxHHxx8s", 98, 4, 5, b"XTEST"))
        present, self._opcode = struct.unpack("<BB", self._read(32)[8:10])
        assert present == 1

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            data += self._socket.recv(count - len(data))
        return data

    def _fake(self, kind: int, detail: int, x: int = 0, y: int = 0) -> None:
        request = struct.pack("<BBHBBxxIIxxxxxxxxhhxxxxxxxx", self._opcode, 2, 9, kind, detail, 0, 0, x, y)
        self._socket.sendall(request)

    def click(self, at: tuple[int, int]) -> None:
        self._fake(MOTION, 0, *at)
        self._fake(BUTTON_PRESS, 1)
        self._fake(BUTTON_RELEASE, 1)

    def key(self, code: int) -> None:
        self._fake(KEY_PRESS, code)
        self._fake(KEY_RELEASE, code)

    def _ask(self, request: bytes) -> bytes:
        """Send a request with an answer; return the answer, the events before it left out."""
        self._socket.sendall(request)
        while True:
            head = self._read(32)
            more = self._read(4 * struct.unpack("<I", head[4:8])[0]) if head[0] == 1 else b""
            if head[0] == 1:
                return head + more

    def wipe(self, size_px: tuple[int, int]) -> None:
        """Blacken the topmost window, as one that was over it leaves it, and have the server say so to it."""
        window, ink = self._topmost(), self._new_id
        self._new_id += 1
        self._socket.sendall(struct.pack("<BxHIII", 55, 4, ink, window, 0))
        self._socket.sendall(struct.pack("<BxHIIhhHH", 70, 5, window, ink, 0, 0, *size_px))
        self._socket.sendall(struct.pack("<BBHIhhHH", 61, 1, 4, window, 0, 0, *size_px))

    def _topmost(self) -> int:
        tree = self._ask(struct.pack("<BxHI", 15, 2, self._root))
        (window,) = struct.unpack("<I", tree[-4:])
        return int(window)

    def colours(self, size_px: tuple[int, int]) -> int:
        """Return how many different pixels the screen shows."""
        picture = self._ask(struct.pack("<BBHIhhHHI", 73, 2, 5, self._root, 0, 0, *size_px, 0xFFFFFFFF))
        return len(set(memoryview(picture[32:]).cast("I")))

    def close(self) -> None:
        self._socket.close()


class Stage:
    """A kiosk in a window, the station it talks to, and a hand that presses."""

    def __init__(self, display: str, folder: Path) -> None:
        self._hand = Hand(display)
        path = folder / "session.sock"
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(str(path))
        self._listener.listen()
        self._listener.settimeout(30)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("SDL_")}
        environment |= {"DISPLAY": f":{display}", "SDL_VIDEODRIVER": "x11"}
        command = [sys.executable, "-m", "ui.patient", "--windowed", "--silent", "--socket", str(path)]
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        self._station: socket.socket | None = None
        self.t_ns = 0

    def accept(self) -> Command:
        self._station, _ = self._listener.accept()
        return self._hear(10)

    def _hear(self, wait_s: float) -> Command:
        assert self._station is not None
        self._station.settimeout(wait_s)
        return decode_command(self._station.recv(65536))

    def show(self, shown: Snapshot) -> None:
        assert self._station is not None
        self._station.send(encode(shown))

    def press(self, shown: Snapshot, *actions: object) -> Command | None:
        """Click these buttons in turn, as a person would, until the station hears something."""
        chosen = next((action.value for action in actions if isinstance(action, Choose)), None)
        buttons = Drawing(View(shown, chosen=chosen)).buttons
        places = [next(b.rect.center for b in buttons if b.action == action) for action in actions]
        for number in range(TRIES):
            self._hand.click(places[number % len(places)])
            try:
                return self._hear(WAIT_S)
            except TimeoutError:
                continue
        return None

    def key(self, code: int) -> Command | None:
        for _ in range(TRIES):
            self._hand.key(code)
            try:
                return self._hear(WAIT_S)
            except TimeoutError:
                continue
        return None

    def silent(self) -> bool:
        """Return whether the station hears nothing more for a moment."""
        try:
            self._hear(WAIT_S)
        except TimeoutError:
            return True
        return False

    def break_off(self) -> None:
        assert self._station is not None
        self._station.close()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        if self._station is not None:
            self._station.close()
        self._listener.close()
        self._hand.close()


def start_server() -> tuple[subprocess.Popen[bytes], str]:
    """Start an X server of 1280 x 720 px; return it and its number, a free one it has picked itself."""
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        # -noreset: without it the server restarts whenever its last client has gone.
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x720x24", "-ac", "-noreset"],
        pass_fds=[write_end],
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    with os.fdopen(read_end) as numbers:
        return server, numbers.readline().strip()


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    server, number = start_server()
    yield number
    server.terminate()
    server.wait()


@pytest.fixture
def stage(display: str, tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(display, tmp_path)
    yield stage
    stage.close()


def test_a_session_by_clicks_sends_the_right_packets(stage: Stage) -> None:
    assert stage.accept() == Hello(client="kiosk")
    numb, pain = snapshot("checkin", question=NUMB), snapshot("checkin", question=PAIN)
    hold = snapshot("hold", live=LIVE, held_s=3.0, counting=True)
    no, three = Answer(key="numbness", value=False), Answer(key="pain", value=3)
    walk: list[tuple[Snapshot, tuple[object, ...]]] = [
        (snapshot("welcome"), (START,)),
        (numb, (no,)),
        (pain, (Choose(3), three)),
        (snapshot("plan"), (START,)),
        (snapshot("setup"), (START,)),
        (hold, (STOP,)),
        (snapshot("summary", words=("You stood steadily.",)), (START,)),
    ]
    heard = []
    for shown, actions in walk:
        stage.show(shown)
        heard.append(stage.press(shown, *actions))
    assert heard == [START, no, three, START, START, STOP, START]
    assert stage.silent()


def test_keys_reach_the_station(stage: Stage) -> None:
    stage.accept()
    stage.show(snapshot("setup"))
    assert stage.key(RETURN_KEY) == START
    stage.show(snapshot("hold", live=LIVE))
    assert stage.key(ESCAPE_KEY) == STOP


def test_the_kiosk_comes_back_to_a_station_that_broke_off(stage: Stage) -> None:
    stage.accept()
    stage.show(snapshot("setup"))
    stage.break_off()
    assert stage.accept() == Hello(client="kiosk")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_kiosk_cleanly_and_it_said_which_driver_it_has(
    stage: Stage, number: signal.Signals
) -> None:
    stage.accept()
    stage.process.send_signal(number)
    _, said = stage.process.communicate(timeout=20)
    assert stage.process.returncode == 0
    assert "drawing with the x11 video driver, 1280 x 720 px" in said


def test_a_still_page_is_there_again_after_the_window_was_wiped(stage: Stage, display: str) -> None:
    stage.accept()
    stage.show(snapshot("setup"))
    assert stage.key(RETURN_KEY) == START  # so the page is there
    hand = Hand(display)
    for _ in range(3):
        hand.wipe((1280, 720))
        assert any(hand.colours((1280, 720)) > 100 for _ in range(400))
    hand.close()


def test_a_killed_x_server_ends_the_kiosk_with_1_and_a_sentence(tmp_path: Path) -> None:
    server, number = start_server()
    stage = Stage(number, tmp_path)
    stage.accept()
    server.kill()
    server.wait()
    _, said = stage.process.communicate(timeout=20)
    assert stage.process.returncode == 1
    assert "the X server has gone" in said.splitlines()[-1]
    stage.close()
