"""The running kiosk in front of a station: real socket, no display, a clock that the test turns."""

import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pygame
import pytest

from station.session.protocol import Answer, Event, Hello, Press, decode_command, encode
from station.training.questions import CHECK_IN, as_question
from station.training.snapshot import ResultView, Snapshot
from tests.kiosk_ear import Ear
from ui.patient.app import TOUCH_NS, Kiosk
from ui.patient.dialogue import READ_NS, TAKEN_NS
from ui.patient.examples import LIVE, snapshot
from ui.patient.link import FRESH_NS, RETRY_NS, StationLink
from ui.patient.window import Window

MS = 1_000_000


class Station:
    """The station's end of the session socket."""

    def __init__(self, path: Path) -> None:
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(str(path))
        self._listener.listen()
        self._listener.settimeout(10)
        self.peer: socket.socket | None = None

    def accept(self) -> None:
        self.peer, _ = self._listener.accept()
        self.peer.settimeout(10)
        assert decode_command(self.peer.recv(65536)) == Hello(client="kiosk")

    def show(self, shown: Snapshot) -> None:
        assert self.peer is not None
        self.peer.send(encode(shown))

    def heard(self) -> object:
        assert self.peer is not None
        return decode_command(self.peer.recv(65536))

    def close(self) -> None:
        if self.peer is not None:
            self.peer.close()
        self._listener.close()


class Bench:
    """A kiosk, its station, and the time."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "session.sock"
        self.now_ns = RETRY_NS
        self.window = Window("offscreen")
        self.link = StationLink(self.path)
        self.ear = Ear()
        self.said: list[str] = []
        self.kiosk = Kiosk(
            self.window, self.link, self.ear.announcer(), now_ns=lambda: self.now_ns, say=self.said.append
        )
        self.station: Station | None = None

    def connect(self) -> Station:
        self.station = Station(self.path)
        self.now_ns += RETRY_NS
        self.kiosk.turn()
        self.station.accept()
        return self.station

    def pass_ms(self, ms: int) -> bool:
        self.now_ns += ms * MS
        return self.kiosk.turn()

    def close(self) -> None:
        self.link.close()
        self.window.close()
        if self.station is not None:
            self.station.close()


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def hold(t_ns: int, x_mm: float = 5.0) -> Snapshot:
    live = msgspec.structs.replace(LIVE, x_mm=x_mm)
    return snapshot("hold", live=live, t_ns=t_ns, held_s=3.0, counting=True)


def test_without_a_station_it_waits_calmly_and_says_why_once(bench: Bench) -> None:
    for _ in range(5):
        bench.pass_ms(2000)
    assert bench.kiosk.view(bench.now_ns).snapshot is None
    assert len(bench.said) == 1
    assert str(bench.path) in bench.said[0]


def test_it_finds_a_station_that_starts_later(bench: Bench) -> None:
    bench.kiosk.turn()
    bench.connect().show(snapshot("welcome"))
    bench.pass_ms(16)
    shown = bench.kiosk.view(bench.now_ns).snapshot
    assert shown is not None
    assert shown.phase == "welcome"


def test_it_comes_back_into_a_station_that_was_restarted(bench: Bench) -> None:
    station = bench.connect()
    station.show(snapshot("setup"))
    bench.pass_ms(16)
    station.close()
    bench.path.unlink()
    bench.pass_ms(16)
    view = bench.kiosk.view(bench.now_ns)
    assert view.snapshot is None
    assert view.interrupted
    bench.connect().show(snapshot("setup"))
    bench.pass_ms(16)
    assert bench.kiosk.view(bench.now_ns).snapshot is not None


def test_a_still_page_is_drawn_once_however_many_snapshots_say_the_same(bench: Bench) -> None:
    station = bench.connect()
    drawn = []
    for number in range(10):
        station.show(snapshot("setup", t_ns=number))
        drawn.append(bench.pass_ms(16))
    assert drawn == [True] + [False] * 9


def test_a_hold_is_drawn_for_every_new_sample_and_only_then(bench: Bench) -> None:
    station = bench.connect()
    station.show(hold(1, 5.0))
    assert bench.pass_ms(16)
    assert not bench.pass_ms(16)
    station.show(hold(2, 6.0))
    assert bench.pass_ms(16)


def test_the_live_view_goes_grey_half_a_second_after_the_last_sample(bench: Bench) -> None:
    station = bench.connect()
    station.show(hold(1))
    bench.pass_ms(16)
    arrived_ns = bench.now_ns
    assert not bench.kiosk.view(arrived_ns + FRESH_NS).stale
    assert bench.kiosk.view(arrived_ns + FRESH_NS + 1).stale
    assert bench.kiosk.view(arrived_ns + FRESH_NS + 1).trail == ()


def test_snapshots_that_repeat_an_old_sample_do_not_keep_it_alive(bench: Bench) -> None:
    station = bench.connect()
    for _ in range(6):
        station.show(hold(1))
        bench.pass_ms(120)
    assert bench.kiosk.view(bench.now_ns).stale


def test_a_new_sample_makes_the_view_live_again(bench: Bench) -> None:
    station = bench.connect()
    station.show(hold(1))
    bench.pass_ms(16)
    bench.pass_ms(900)
    station.show(hold(2))
    bench.pass_ms(16)
    assert not bench.kiosk.view(bench.now_ns).stale


def test_a_question_is_never_stale(bench: Bench) -> None:
    bench.connect().show(snapshot("setup"))
    bench.pass_ms(16)
    bench.pass_ms(60_000)
    assert not bench.kiosk.view(bench.now_ns).stale


def test_the_trail_is_short_and_ends_when_the_person_steps_off(bench: Bench) -> None:
    station = bench.connect()
    for number in range(100):
        station.show(hold(number * 20 * MS, float(number)))
        bench.pass_ms(16)
    trail = bench.kiosk.view(bench.now_ns).trail
    assert [trail[0].x_mm, trail[-1].x_mm] == [39.0, 99.0]
    off = msgspec.structs.replace(LIVE, x_mm=None, y_mm=None)
    station.show(snapshot("hold", live=off, t_ns=200 * 20 * MS))
    bench.pass_ms(16)
    assert bench.kiosk.view(bench.now_ns).trail == ()


def test_a_click_arrives_at_the_station_once(bench: Bench) -> None:
    station = bench.connect()
    station.show(snapshot("setup"))
    bench.pass_ms(16)
    bench.pass_ms(1000)
    button = next(b for b in bench.window.buttons if b.action == Press(button="start"))
    x, y = button.rect.center
    pygame.event.post(pygame.event.Event(pygame.FINGERDOWN, x=x / 1280, y=y / 720, finger_id=1, touch_id=1))
    pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(x, y), button=1, touch=False))
    bench.pass_ms(16)
    assert station.heard() == Press(button="start")
    assert station.peer is not None
    station.peer.setblocking(False)
    with pytest.raises(BlockingIOError):
        station.heard()


def test_closing_the_window_ends_the_kiosk(bench: Bench) -> None:
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    bench.kiosk.run()
    assert not bench.kiosk.running


def test_a_tap_finds_its_button_in_a_window_of_any_shape(bench: Bench) -> None:
    pygame.display.set_mode((1000, 1000))
    bench.connect().show(snapshot("setup"))
    bench.pass_ms(16)
    bench.pass_ms(1000)
    button = next(b for b in bench.window.buttons if b.action == Press(button="start"))
    scale = 1000 / 1280
    at = (button.rect.centerx * scale, button.rect.centery * scale + (1000 - 720 * scale) / 2)
    pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=at, button=1, touch=False))
    bench.pass_ms(16)
    assert bench.station is not None
    assert bench.station.heard() == Press(button="start")


def test_the_tones_of_a_hold_tell_it_to_closed_eyes(bench: Bench) -> None:
    station = bench.connect()
    done = ResultView(
        title="Standing", outcome="done", held_s=20, hold_s=20, in_target_percent=90, sentence="Well done."
    )
    for shown in (
        snapshot("countdown", countdown_s=2),
        snapshot("countdown", countdown_s=1),
        hold(1),
        hold(2),
        snapshot("hold", live=LIVE, t_ns=3, paused_by="support_over"),
        hold(4),
        snapshot("result", results=(done,)),
    ):
        station.show(shown)
        bench.pass_ms(16)
    assert bench.ear.heard == ["count", "begin", "pause", "resume", "done"]


def test_several_snapshots_in_one_turn_lose_no_tone(bench: Bench) -> None:
    station = bench.connect()
    station.show(snapshot("countdown", countdown_s=1))
    bench.pass_ms(16)
    station.show(hold(1))
    station.show(snapshot("hold", live=LIVE, t_ns=2, paused_by="edge"))
    bench.pass_ms(16)
    assert bench.ear.heard == ["begin", "pause"]


def test_the_station_s_own_start_button_answers_a_question(bench: Bench) -> None:
    station = bench.connect()
    station.show(snapshot("checkin", question=as_question(CHECK_IN[0], number=1, of=9)))
    bench.pass_ms(16)
    bench.pass_ms(READ_NS // MS)
    assert station.peer is not None
    station.peer.send(encode(Event(kind="start_pressed", t_ns=1)))
    bench.pass_ms(16)
    assert bench.kiosk.view(bench.now_ns).chosen == 1
    bench.pass_ms(TAKEN_NS // MS)
    assert station.heard() == Answer(key="numbness", value=True)


class Quiet:
    """The waits of a kiosk in virtual time; there is a touch at `touch_ns`, and the end at `end_ns`."""

    def __init__(self, bench: Bench, *, touch_ns: int, end_ns: int) -> None:
        self._bench = bench
        self._touch_ns: int | None = touch_ns
        self._end_ns = end_ns
        self.turns_ns: list[int] = []
        self._turn = bench.kiosk.turn

    def turn(self) -> bool:
        self.turns_ns.append(self._bench.now_ns)
        return self._turn()

    def wait(self, seconds: float) -> bool:
        self._bench.now_ns += round(seconds * 1000 * MS)
        if self._touch_ns is not None and self._bench.now_ns >= self._touch_ns:
            self._touch_ns = None
            pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(1, 1), button=1, touch=False))
        if self._bench.now_ns >= self._end_ns:
            self._bench.kiosk.stop()
        return False


def test_a_still_page_turns_five_times_a_second_and_at_once_for_a_touch(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.connect().show(snapshot("welcome"))
    start_ns = bench.now_ns
    touch_ns = start_ns + 9_810 * MS
    quiet = Quiet(bench, touch_ns=touch_ns, end_ns=start_ns + 12_000 * MS)
    monkeypatch.setattr(bench.kiosk, "turn", quiet.turn)
    monkeypatch.setattr(bench.link, "wait", quiet.wait)
    monkeypatch.setattr("ui.patient.app.time.sleep", quiet.wait)
    bench.kiosk.run()
    still = [t_ns for t_ns in quiet.turns_ns if 7_000 * MS <= t_ns - start_ns < 9_000 * MS]
    assert len(still) == 10
    assert min(t_ns for t_ns in quiet.turns_ns if t_ns >= touch_ns) - touch_ns <= TOUCH_NS
