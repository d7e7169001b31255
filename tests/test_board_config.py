"""The board's section of the configuration."""

from typing import Any

import msgspec
import pytest

from station.board.config import BoardConfig


def test_the_defaults_are_the_documented_wiring() -> None:
    config = BoardConfig()
    assert config.data_pins == (5, 13, 16, 21)
    assert config.clock_pins == (6, 19, 20, 26)
    assert (config.gain, config.rate_hz) == (128, 80)
    assert config.plate == (400.0, 400.0)


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"data_pins": [5, 13, 16, 6]}, "GPIO 6 is both data_pins of RR and clock_pins of FL"),
        ({"clock_pins": [6, 19, 19, 26]}, "GPIO 19 is both clock_pins of FR and clock_pins of RL"),
        ({"data_pins": [5, 13, 16, 28]}, "<= 27"),
        ({"data_pins": [5, 13, 16]}, "data_pins"),
        ({"gain": 32}, "gain"),
        ({"rate_hz": 40}, "rate_hz"),
        ({"width_mm": 0}, "width_mm"),
        ({"clok_pins": [6, 19, 20, 26]}, "clok_pins"),
    ],
)
def test_what_cannot_be_wired_is_refused_by_name(keys: dict[str, Any], says: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(keys, BoardConfig)
    assert says in str(caught.value)
