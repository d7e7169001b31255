"""`balance-ui --bench`: figures from times, a patch in step with the board, and what is simulated says so."""

import json
from collections.abc import Iterator

import pygame
import pytest

from station import bench_screen
from station.bench_pi import lines as pi_lines
from station.errors import StationError
from station.session.protocol import Command, Simulate
from station.training.snapshot import LiveView, Snapshot
from ui.patient.__main__ import main
from ui.patient.bench import sound
from ui.patient.bench.command import lines
from ui.patient.bench.figures import Frame, Step, frames_document, latency_document, sound_document
from ui.patient.bench.patch import PatchWindow
from ui.patient.bench.picture import await_station, draw_frames, watch_steps
from ui.patient.staged import holding, snapshot
from ui.patient.view import View

MS = 1_000_000


class Clock:
    """Time that passes only when somebody waits or draws."""

    def __init__(self) -> None:
        self.t_ns = 1_000 * MS

    def now_ns(self) -> int:
        return self.t_ns

    def wait(self, seconds: float) -> None:
        self.t_ns += round(seconds * 1_000 * MS)


class Canvas:
    """A window that takes so long for a picture, and remembers patches."""

    def __init__(self, clock: Clock, draws_ms: list[float]) -> None:
        self._clock = clock
        self._draws_ms = draws_ms
        self.views: list[View] = []
        self.patches: list[bool] = []

    def show(self, view: View) -> bool:
        self._clock.wait(self._draws_ms[len(self.views) % len(self._draws_ms)] / 1000)
        self.views.append(view)
        return True

    def turn(self, *, white: bool) -> None:
        self.patches.append(white)


class Board:
    """A station whose board is loaded for 200 ms whenever it is pressed, or by this plan of (ms, N)."""

    def __init__(self, clock: Clock, plan: list[tuple[int, float]], *, sim: bool) -> None:
        self._clock, self._plan, self._sim = clock, plan, sim
        self.sent: list[Command] = []

    def update(self, now_ns: int) -> list[Snapshot]:
        ms = (now_ns - 1_000 * MS) // MS
        load_n = next((n for begin, n in reversed(self._plan) if ms >= begin), 0.0)
        return [snapshot("welcome", t_ns=now_ns - 12 * MS, live=LiveView(load_n=load_n), sim=self._sim)]

    def send(self, command: Command, now_ns: int) -> None:
        self.sent.append(command)
        ms = (now_ns - 1_000 * MS) // MS
        self._plan += [(ms, 120.0), (ms + 200, 0.0)]

    def wait(self, seconds: float) -> None:
        self._clock.wait(max(seconds, 0.001))


def _frames(gaps_ms: list[float]) -> list[Frame]:
    shown_ns, frames = 0, [Frame(0, 0)]
    for gap in gaps_ms:
        shown_ns += round(gap * MS)
        frames.append(Frame(shown_ns - 3 * MS, shown_ns))
    return frames


def test_pictures_that_were_left_out_are_counted_from_the_gaps() -> None:
    steady = frames_document(_frames([16.7] * 300), 60.0)
    assert (steady["dropped"], steady["good"]) == (0, True)
    assert steady["draw_and_flip_p50_ms"] == 3
    jerky = frames_document(_frames([16.7] * 100 + [50.1, 33.4]), 60.0)
    assert (jerky["dropped"], jerky["good"]) == (3, False)


def test_a_screen_of_fifty_pictures_a_second_leaves_none_out_at_its_own_rate() -> None:
    assert frames_document(_frames([20.0] * 100), 50.0)["dropped"] == 0
    assert frames_document([Frame(0, 0)], 0.0)["good"] is False


def test_a_hold_is_drawn_sixty_times_a_second_and_moves_in_every_picture() -> None:
    clock = Clock()
    window = Canvas(clock, [4.0])
    frames = draw_frames(window, 2.0, clock.now_ns, clock.wait)
    document = frames_document(frames, 0.0)
    assert document["frames_a_second"] == pytest.approx(60, abs=0.1)
    assert document["dropped"] == 0
    assert len({view.snapshot.live.x_mm for view in window.views if view.snapshot}) == len(frames) + 1


def test_the_patch_is_white_while_the_board_is_pressed_and_each_load_is_timed_once() -> None:
    clock = Clock()
    window = Canvas(clock, [5.0])
    board = Board(clock, [(100, 80.0), (300, 35.0), (400, 0.0), (600, 300.0), (800, 0.0)], sim=False)
    steps, sim = watch_steps(window, board, 5, 1.0, clock.now_ns)
    assert not sim
    assert board.sent == []
    assert len(steps) == 2
    # Two changes each: a load that wavers between the two limits is one load.
    assert sum(a != b for a, b in zip(window.patches, window.patches[1:], strict=False)) == 4
    assert [(step.shown_ns - step.sampled_ns) / MS for step in steps] == [17, 17]
    assert latency_document(steps)["of_it_in_the_kiosk_p50_ms"] == 5


def test_a_simulated_board_is_pressed_by_itself() -> None:
    clock = Clock()
    board = Board(clock, [], sim=True)
    steps, sim = watch_steps(Canvas(clock, [2.0]), board, 3, 30.0, clock.now_ns)
    assert sim
    assert len(steps) == 3
    assert set(board.sent) == {Simulate(do="press", cell="FL")}


def test_without_a_station_the_wait_ends() -> None:
    clock = Clock()

    class Nobody(Board):
        def update(self, now_ns: int) -> list[Snapshot]:
            return super().update(now_ns)[:0]

    assert not await_station(Nobody(clock, [], sim=False), clock.now_ns)
    assert await_station(Board(clock, [], sim=False), clock.now_ns)


def test_no_load_and_a_late_one_are_no_good_verdict() -> None:
    assert "press it" in latency_document([])["why"]
    late = latency_document([Step(0, 40 * MS, 80 * MS)])
    assert (late["good"], late["sample_to_flip_p95_ms"]) == (False, 80)


def test_a_sound_that_comes_late_or_a_voice_that_is_missing_is_said() -> None:
    assert sound_document([12.0, 20.0], 300.0, 15.0, 11.6)["good"]
    assert not sound_document([12.0, 140.0], 300.0, 15.0, 11.6)["good"]
    assert not sound_document([12.0], 300.0, 400.0, 11.6)["good"]
    assert "no phrase was spoken" in sound_document([12.0], None, None, 11.6)["why"]
    assert sound_document([], None, None, 11.6)["good"] is False


@pytest.fixture
def unseen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("SDL_VIDEODRIVER", "SDL_AUDIODRIVER"):
        monkeypatch.setenv(name, "dummy")
    yield
    pygame.mixer.quit()


@pytest.mark.usefixtures("unseen")
def test_the_patch_is_really_painted() -> None:
    with PatchWindow("offscreen") as window:
        for white, colour in ((True, "white"), (False, "black")):
            window.turn(white=white)
            window.show(holding())
            surface = pygame.display.get_surface()
            assert surface is not None
            assert surface.get_at((100, surface.get_height() - 100)) == pygame.Color(colour)


def test_a_tone_began_a_buffer_after_its_end_less_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()

    class Tone:
        """Begins 25 ms after it was asked for, and takes 160 ms."""

        def __init__(self, **_samples: bytes) -> None:
            self._ends_ns = 0

        def set_volume(self, share: float) -> None: ...

        def play(self) -> "Tone":
            self._ends_ns = clock.t_ns + 185 * MS
            return self

        def get_busy(self) -> bool:
            return clock.t_ns < self._ends_ns

    monkeypatch.setattr(pygame.mixer, "Sound", Tone)
    begun_ms = sound.time_beeps(3, clock.now_ns, clock.wait)
    assert begun_ms == pytest.approx([25 + sound.BUFFER_MS] * 3, abs=0.5)


@pytest.mark.usefixtures("unseen")
def test_off_a_pi_the_figures_say_that_they_are_simulated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--bench", "frames", "--seconds", "1", "--offscreen", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["sim"]
    assert any("no Raspberry Pi" in why for why in document["sim_because"])
    assert document["frames"]["frames"] > 1
    told = list(lines(document))
    assert told[0].startswith("SIMULATED")
    assert told[-1].lstrip().startswith(("good", "NOT GOOD"))


def test_json_without_a_bench_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--json"])
    assert ended.value.code == 2
    assert "belong to --bench" in capsys.readouterr().err


def test_the_benches_of_the_screen_are_asked_of_the_kiosks_own_program() -> None:
    figures = bench_screen.bench("frames", simulate=True, seconds=1)
    assert figures["drawn_with"] == "dummy"
    assert figures["sim_because"]
    told = list(pi_lines({"sim": True, "frames": figures}))
    assert "frames:" in told
    assert told[-1].lstrip().startswith(("good: ", "NOT GOOD: "))


def test_a_kiosk_that_measures_nothing_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_screen, "KIOSK", "station.no_such_program")
    with pytest.raises(StationError, match="frames was not measured"):
        bench_screen.bench("frames", simulate=True, seconds=1)
