"""What LED and buzzer say stands in the documentation as the code has it."""

import re
from pathlib import Path
from typing import get_args

from station.session.panel import Beep, Lamp
from station.session.panel_gpio import BEEPS, BLINK_S

TEXT = (Path(__file__).parents[1] / "docs/setup.md").read_text("utf-8")


def test_every_signal_of_the_buzzer_is_documented_with_its_count_and_length() -> None:
    rows = re.findall(r"^\| (\d+) × ([\d.]+) s \| (\w+): ", TEXT, re.MULTILINE)
    documented = {name: (int(times), float(on_s)) for times, on_s, name in rows}
    assert documented == {name: (times, on_s) for name, (times, on_s, _) in BEEPS.items()}
    assert set(documented) == set(get_args(Beep))


def test_every_light_of_the_led_is_documented() -> None:
    table = TEXT.partition("| LED |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (off|on|blink)", table, re.MULTILINE)
    assert sorted(rows) == sorted(get_args(Lamp))
    assert "blinks, once a second" in table
    assert BLINK_S * 2 == 1.0
