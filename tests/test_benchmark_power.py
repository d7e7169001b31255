"""The rig that cuts the power: it passes the station as it is, and it finds the defects it is there for."""

import shutil
import sys

import pytest

from benchmarks.power import cuts
from benchmarks.power.disk import WAYS, Disk, Step

pytestmark = pytest.mark.skipif(
    shutil.which("gcc") is None or sys.platform != "linux",
    reason="the recorder is compiled with gcc, on Linux",
)


def test_no_cut_of_a_sample_loses_a_result_or_damages_the_database() -> None:
    rows = cuts.run(50, lives=1)
    assert sum(row.states for row in rows) > 30
    assert [(row.states_with_a_loss, row.damaged_or_unusable) for row in rows] == [(0, 0)] * len(WAYS)


@pytest.mark.parametrize("defect", ["synchronous-off", "no-fsync-of-trials"])
def test_a_station_with_a_defect_is_caught(defect: str) -> None:
    rows = cuts.run(200, lives=1, defect=defect, stop_at_first=True)
    assert any(row.states_with_a_loss or row.damaged_or_unusable for row in rows)


def test_only_what_was_synced_is_sure_to_be_there() -> None:
    disk = Disk()
    for step in (
        Step("D", 1, 0, "/d", b""),
        Step("C", 2, 0, "/d/a", b""),
        Step("W", 2, 0, "", b"first"),
        Step("S", 2, 0, "", b""),
        Step("W", 2, 0, "", b"SECOND"),
    ):
        disk.take(step)
    assert disk.after_cut("none there", 1) == {}  # its name was never synced
    assert disk.after_cut("all there", 1) == {"/d/a": b"SECOND"}
    disk.take(Step("S", 1, 0, "", b""))
    assert disk.after_cut("none there", 1) == {"/d/a": b"first"}
    disk.take(Step("U", 0, 0, "/d/a", b""))
    assert disk.after_cut("all there", 1) == {}
    assert disk.after_cut("none there", 1) == {"/d/a": b"first"}
