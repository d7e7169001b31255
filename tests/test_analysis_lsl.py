"""The live stream: what the station shows goes out once; what nobody knows goes out as NaN."""

import math
import os
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from station.analysis.lsl import STALE_NS, LslOutlet, Row, Stream
from station.errors import StationError
from station.session.server import Server
from station.training.snapshot import LiveView, Snapshot
from tests.virtual_station import VirtualStation

MS = 1_000_000


class Rows:
    """An outlet that keeps what it is given."""

    def __init__(self) -> None:
        self.rows: list[tuple[float, Row]] = []

    def push(self, row: Row, t_s: float) -> None:
        self.rows.append((round(t_s, 6), row))

    def taken(self) -> list[tuple[float, Row]]:
        rows, self.rows = self.rows, []
        return rows


class Bench:
    """A session socket that shows what it is told, and a stream that listens, in time that stands."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "session.sock"
        self.now_ns = 1_000_000 * MS
        self.out = Rows()
        self.log: list[str] = []
        self.server: Server | None = Server(self.path)
        self.stream = Stream(self.path, self.out, log=self.log.append, now_ns=lambda: self.now_ns)
        self.stream.step()
        self.hear()

    def hear(self) -> None:
        """Let the server take the client and its hello."""
        assert self.server
        peer = self.server.accept()
        assert peer
        self.server.commands(peer)

    def show(self, live: LiveView, *, age_ms: int = 0, fault: str | None = None) -> list[tuple[float, Row]]:
        """Show the board as it was `age_ms` ago; return what the stream publishes."""
        assert self.server
        t_ns = self.now_ns - age_ms * MS
        self.server.show(
            Snapshot(phase="hold", t_ns=t_ns, sim=False, plate_mm=(400, 400), live=live, board_fault=fault)
        )
        self.stream.step()
        return self.out.taken()

    def pass_ms(self, ms: int) -> list[tuple[float, Row]]:
        self.now_ns += ms * MS
        self.stream.step()
        return self.out.taken()

    def close(self) -> None:
        self.stream.close()
        if self.server is not None:
            self.server.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


LIVE = LiveView(load_n=640.0, x_mm=3.5, y_mm=-20.25)


def unknown(rows: list[tuple[float, Row]]) -> bool:
    return bool(rows) and all(math.isnan(value) for _, row in rows for value in row)


def test_what_the_station_shows_goes_out_with_the_time_of_its_sample(bench: Bench) -> None:
    bench.pass_ms(20)
    assert bench.show(LIVE, age_ms=5) == [(1000.015, (3.5, -20.25, 640.0))]


def test_the_same_sample_goes_out_once(bench: Bench) -> None:
    bench.pass_ms(20)
    assert len(bench.show(LIVE)) == 1
    assert bench.show(LIVE) == []


def test_no_position_is_nan_while_the_load_is_known(bench: Bench) -> None:
    bench.pass_ms(20)
    ((_, (ml, ap, load)),) = bench.show(LiveView(load_n=12.0))
    assert (math.isnan(ml), math.isnan(ap), load) == (True, True, 12.0)


def test_a_faulty_board_is_nan_whatever_else_the_snapshot_says(bench: Bench) -> None:
    bench.pass_ms(20)
    assert unknown(bench.show(LIVE, fault="The board gives no numbers."))


def test_a_snapshot_that_comes_late_is_not_said_again(bench: Bench) -> None:
    bench.pass_ms(199)
    bench.now_ns += 100 * MS
    rows = bench.show(LIVE, age_ms=STALE_NS // MS + 1)
    assert unknown(rows)


def test_a_silent_station_is_a_stream_of_nan_at_its_rate(bench: Bench) -> None:
    bench.pass_ms(20)
    bench.show(LIVE)
    assert bench.pass_ms(199) == [], "it may still come"
    rows = bench.pass_ms(201)
    assert unknown(rows)
    assert [t_s for t_s, _ in rows] == pytest.approx([1000.02 + 0.02 * n for n in range(1, len(rows) + 1)])
    assert rows[-1][0] >= bench.now_ns * 1e-9 - STALE_NS * 1e-9 - 1e-6


def test_times_only_rise(bench: Bench) -> None:
    bench.pass_ms(500)
    assert bench.show(LIVE, age_ms=350) == [], "that time was told as unknown"
    ((t_s, row),) = bench.show(LIVE, age_ms=10)
    assert (t_s, row[0]) == (1000.49, 3.5)


def test_an_hour_of_sleep_is_not_told_row_by_row(bench: Bench) -> None:
    assert len(bench.pass_ms(3_600_000)) < 5


def test_a_station_that_goes_and_returns_is_followed(bench: Bench) -> None:
    assert bench.server
    bench.server.close()
    bench.server = None
    assert unknown(bench.pass_ms(300))
    bench.pass_ms(1_100)
    bench.pass_ms(1_100)
    bench.server = Server(bench.path)
    bench.pass_ms(1_100)
    bench.hear()
    assert [row for _, row in bench.show(LIVE)] == [(3.5, -20.25, 640.0)]
    assert len(bench.log) == 4, "each change is told once"
    assert "NaN is published until it answers" in bench.log[1]


def test_a_whole_session_goes_out_as_the_kiosk_sees_it(tmp_path: Path) -> None:
    out = Rows()
    station = VirtualStation(tmp_path, plain=True)
    stream = Stream(tmp_path / "session.sock", out, log=lambda _: None, now_ns=station.clock.now_ns)
    station.train()

    def held() -> bool:
        stream.step()
        return "hold_done" in station.kinds()

    station.run_until(held)
    stream.close()
    station.die()
    times_s = [t_s for t_s, _ in out.rows]
    assert times_s == sorted(set(times_s))
    steps_s = [b - a for a, b in pairwise(times_s)]
    assert max(steps_s) < 0.05
    standing = [row for _, row in out.rows if row[2] > 500]
    assert len(standing) > 20 * 50, "50 rows a second of a hold of 20 s"
    assert not any(math.isnan(value) for row in standing for value in row)


def test_without_pylsl_one_sentence_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pylsl", None)
    with pytest.raises(StationError, match=r"pip install 'balance-station\[lsl\]'"):
        LslOutlet("home-7")


def test_a_recorder_in_the_lab_finds_labelled_channels_with_units(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pylsl = pytest.importorskip("pylsl", reason="pip install 'balance-station[lsl]'")
    loopback = tmp_path / "lsl_api.cfg"
    loopback.write_text("[multicast]\nResolveScope = machine\n[ports]\nIPv6 = disable\n")
    monkeypatch.setenv("LSLAPICFG", str(loopback))
    name = f"home-{os.getpid()}"
    outlet = LslOutlet(name)
    (info,) = pylsl.resolve_byprop("source_id", f"balance-station-{name}", timeout=10)
    inlet = pylsl.StreamInlet(info)
    inlet.open_stream(timeout=10)
    full = inlet.info(timeout=10)
    assert (full.name(), full.type(), full.nominal_srate()) == (f"Balance {name}", "CoP", 50.0)
    assert full.get_channel_labels() == ["ML", "AP", "load"]
    assert full.get_channel_units() == ["millimeters", "millimeters", "newtons"]
    sent_s = time.monotonic()
    outlet.push((3.5, math.nan, 640.0), sent_s)
    sample, at_s = inlet.pull_sample(timeout=10)
    assert (sample[0], math.isnan(sample[1]), sample[2]) == (3.5, True, 640.0)
    assert at_s == sent_s, "LSL's clock is the one the samples are dated with"
    inlet.close_stream()
