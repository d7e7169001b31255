"""What only a Pi can show is measured on a Pi only; its code runs anywhere, and says that it is simulated."""

from pathlib import Path

import pytest

from station.bench_pi import PULSES, bench, lines
from station.errors import StationError


def test_a_computer_that_is_no_pi_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StationError, match="no Raspberry Pi"):
        bench(["pulse"], None, simulate=False, root=tmp_path)


def test_the_code_runs_on_simulated_chips_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BALANCE_CONFIG", str(tmp_path / "station.toml"))
    (tmp_path / "station.toml").touch()
    document = bench(["pulse", "boot", "power"], None, simulate=True, root=tmp_path)
    assert document["sim"]
    assert sum(document["pulse"]["histogram_us"].values()) == document["pulse"]["pulses"] == PULSES
    assert document["power"]["now"] is None  # nothing tells it here, and nothing is invented
    assert next(lines(document)).startswith("SIMULATED")
