"""The rig that pulls machines: its disk keeps what was flushed and nothing else, and it finds every loss."""

import random
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from benchmarks.pulled import moments, rows
from benchmarks.pulled_disk import WAYS, Export, VolatileDisk
from benchmarks.pulled_life import Found, Known, Pull, Trial, doubled, missing

OLD, NEW, NEWER = (bytes([byte]) * 4096 for byte in (1, 2, 3))


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "disk"
    path.write_bytes(OLD * 4)
    return path


@pytest.mark.parametrize("way", WAYS)
def test_what_was_flushed_outlives_every_cut(image: Path, way: str) -> None:
    disk = VolatileDisk(image)
    disk.write(4096, NEW)
    disk.flush()
    disk.write(4096, NEWER)
    assert disk.read(0, 12288) == OLD + NEWER + OLD
    disk.cut(way, random.Random(1))
    kept = image.read_bytes()
    assert kept[:4096] + kept[8192:] == OLD * 3
    assert set(kept[4096:8192]) <= {2, 3}
    assert {"all there": kept[4096:8192] == NEWER, "none there": kept[4096:8192] == NEW}.get(way, True)


def test_a_write_is_torn_between_its_sectors(image: Path) -> None:
    disk = VolatileDisk(image)
    disk.write(0, NEW)
    cut = disk.cut("torn at 512", random.Random(3))
    sectors = [image.read_bytes()[at : at + 512] for at in range(0, 4096, 512)]
    assert set(sectors) == {OLD[:512], NEW[:512]}
    assert cut == (1, 512 * sectors.count(OLD[:512]))


def test_a_disk_that_is_struck_keeps_nothing_more(image: Path) -> None:
    disk = VolatileDisk(image)
    disk.strike_after(2)
    disk.write(0, NEW)
    assert not disk.struck.is_set()
    disk.write(4096, NEW)
    assert disk.struck.is_set()
    disk.flush()
    assert disk.cut("none there", random.Random(1)) == (2, 8192)
    assert image.read_bytes() == OLD * 4


def test_a_disk_that_lies_loses_what_it_said_was_flushed(image: Path) -> None:
    now_s = [0.0]
    disk = VolatileDisk(image, lies=True, now_s=lambda: now_s[0])
    disk.write(0, NEW)
    now_s[0] = 60.0
    disk.write(4096, NEW)
    disk.flush()
    disk.cut("none there", random.Random(1))
    assert image.read_bytes() == NEW + OLD * 3


@pytest.mark.skipif(shutil.which("qemu-io") is None, reason="needs qemu-io (Debian: qemu-utils)")
def test_qemu_reads_writes_and_flushes_over_the_socket(image: Path, tmp_path: Path) -> None:
    disk = VolatileDisk(image)
    export = Export(disk, tmp_path / "socket")
    words = ("write -P 2 4096 4096", "flush", "write -P 3 8192 4096", "read -P 3 8192 4096", "abort")
    command = [word for each in words for word in ("-c", each)]
    url = f"nbd+unix:///?socket={tmp_path / 'socket'}"
    done = subprocess.run(
        ("qemu-io", "-f", "raw", "-t", "writeback", *command, url),
        capture_output=True,
        text=True,
        check=False,
    )
    export.close()
    assert "verification failed" not in done.stdout
    disk.cut("none there", random.Random(1))
    assert image.read_bytes() == OLD + NEW + OLD * 2


TRIALS = {"a": Trial("s", 1, "done", "1"), "b": Trial("s", 2, "interrupted", "2")}
WELL = Found(sound="ok", trials=TRIALS, ended={"s"}, waiting={"b"}, outbox=1, bad=[])


def test_nothing_is_missing_where_everything_is_there() -> None:
    known = Known(finished={"s": 1}, ended={"s"}, trials=dict(TRIALS), acknowledged={"a"})
    assert missing(known, WELL, {"a"}) == []
    assert doubled(WELL) == 0


@pytest.mark.parametrize(
    ("known", "at_care", "said"),
    [
        (Known(finished={"s": 2}), {"a"}, "2 results were shown, 1 are there"),
        (Known(ended={"t"}), {"a"}, "its end is gone"),
        (Known(trials={"c": TRIALS["a"]}), {"a"}, "is gone"),
        (Known(trials={"a": TRIALS["b"]}), {"a"}, "is other"),
        (Known(acknowledged={"c"}), {"a"}, "the station not"),
        (Known(), set(), "waits no longer"),
    ],
)
def test_every_loss_is_said(known: Known, at_care: set[str], said: str) -> None:
    (sentence,) = missing(known, WELL, at_care)
    assert said in sentence


def test_a_loss_is_told_once() -> None:
    known = Known(finished={"s": 2}, ended={"t"}, trials={"c": TRIALS["a"]}, acknowledged={"c"})
    assert len(missing(known, WELL, {"a", "c"})) == 4
    known.found(WELL)
    known.acknowledged = {"a", "c"} - known.gone
    assert missing(known, WELL, {"a", "c"}) == []


def test_a_result_that_is_there_twice_is_counted() -> None:
    assert doubled(msgspec.structs.replace(WELL, trials={**TRIALS, "c": TRIALS["a"]})) == 1


def test_the_table_counts_what_went_wrong_under_the_way_of_its_cut() -> None:
    well = Pull(1, "none there", "hold", 2, 8192, 3, 2, usable=True, interrupted_kept=1)
    bad = Pull(2, "torn at 512", "rest", 1, 512, 1, 1, lost=["one"], restored=True)
    assert [pull.wrong for pull in (well, bad)] == [False, True]
    table = {row.what_was_not_flushed: row for row in rows([well, bad])}
    assert table["none there"][1:] == (1, 2, 8, 3, 2, 0, 0, 0, 0, 0)
    assert table["torn at 512"][1:] == (1, 1, 1, 1, 1, 1, 0, 0, 1, 1)
    assert table["all"][1:] == (2, 3, 9, 4, 3, 1, 0, 0, 1, 1)
    assert [tuple(row) for row in moments([well, bad])] == [("hold", 1, 1), ("rest", 1, 0)]
