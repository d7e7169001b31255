"""What the wiring asks of the system for a station that is about to run."""

from pathlib import Path

import pytest

from station import wiring


@pytest.mark.parametrize(("source", "asks"), [("simulate", 0), ("gpio", 1)])
def test_only_a_real_board_takes_the_processor_from_others(
    source: str, asks: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(wiring, "check_source", lambda *_args, **_keys: None)
    monkeypatch.setattr(wiring, "ask_for_turns", lambda: "asked")
    file = tmp_path / "station.toml"
    file.write_text(f'[station]\nstate = "{tmp_path}"\n')
    said: list[str] = []
    wiring.make_service(str(file), log=said.append, source=source).close()
    assert said.count("asked") == asks
