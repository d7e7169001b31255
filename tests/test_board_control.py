"""What a simulated board is asked to do, a line at a time."""

import os

import pytest

from station.board.breakdown import Breakdown
from station.board.control import Control, ControlChannel, parse_control
from station.errors import MessageError


def test_a_line_says_what_to_do_how_and_since_when() -> None:
    line = b'{"do":"step_on","hands_percent":25,"stance":"one-leg","since_ns":12}'
    assert parse_control(line) == Control("step_on", 0.25, "one-leg", 12)


def test_a_line_says_how_the_person_stands() -> None:
    line = b'{"do":"stand","stance":"tandem","vision":"closed","surface":"foam","lean":[0.5,-1]}'
    assert parse_control(line) == Control(
        "stand", stance="tandem", vision="closed", surface="foam", lean=(0.5, -1.0)
    )


def test_a_line_says_what_the_body_does() -> None:
    assert parse_control(b'{"do":"raise_calves","count":15}') == Control("raise_calves", raises=15)
    assert parse_control(b'{"do":"touch_down","side":"left"}') == Control("touch_down", side="left")
    assert parse_control(b'{"do":"stand","lean_mm":[30,-20],"sway_factor":1.5}') == Control(
        "stand", lean_mm=(30.0, -20.0), sway_factor=1.5
    )


def test_what_is_null_or_absent_stays_as_it_is() -> None:
    assert parse_control(b'{"do":"stand","hands_percent":null,"stance":null}') == Control("stand")


def test_a_line_says_what_breaks_where_and_when() -> None:
    line = b'{"do":"fault","kind":"swapped","cells":["FL","RR"],"from_ns":5,"to_ns":null}'
    assert parse_control(line) == Breakdown("swapped", (0, 3), 5)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"rubbish", "not understood"),
        (b"\xff\xfe", "not understood"),
        (b"[" * 100_000, "not understood"),
        (b"[]", "it is not an object"),
        (
            b"{}",
            "do is None; it must be step_on, step_off, stand, stumble, fall, press, ",
        ),
        (b'{"do":"jump"}', "do is 'jump'"),
        (b'{"do":["stand"]}', "do is ['stand']"),
        (
            b'{"do":"stand","stance":"head"}',
            "stance is 'head'; it must be both, together, one-leg, ",
        ),
        (b'{"do":"stand","hands_percent":101}', "hands_percent is 101; it must be a number from 0 to 100"),
        (b'{"do":"stand","hands_percent":NaN}', "hands_percent is nan"),
        (b'{"do":"stand","hands_percent":true}', "hands_percent is True"),
        (b'{"do":"stand","since_ns":1.5}', "since_ns is 1.5; it must be a time in ns"),
        (
            b'{"do":"fault","kind":"burnt","cells":["FL"],"from_ns":1}',
            "kind is 'burnt'; it must be unplugged,",
        ),
        (b'{"do":"fault","kind":"slow","cells":"FL","from_ns":1}', "cells is 'FL'; it must be a list"),
        (b'{"do":"fault","kind":"slow","cells":["XX"],"from_ns":1}', "'XX' is no cell"),
        (b'{"do":"fault","kind":"slow","cells":[],"from_ns":1}', "'slow' names one cell"),
        (b'{"do":"fault","kind":"slow","cells":["FL"]}', "from_ns is None; it must be a time in ns"),
        (b'{"do":"fault","kind":"slow","cells":["FL"],"from_ns":1,"hands_percent":1}', "unknown key"),
        (b'{"do":"stand","vision":"half"}', "vision is 'half'; it must be open, closed"),
        (b'{"do":"stand","surface":"ice"}', "surface is 'ice'; it must be firm, foam, "),
        (b'{"do":"stand","lean":[2,0]}', "lean is [2, 0]; it must be two numbers from -1 to 1"),
        (
            b'{"do":"place","force_n":"9","x_mm":0,"y_mm":0}',
            "force_n is '9'; it must be a number from -5000 to 5000",
        ),
        (b'{"do":"place","force_n":9,"x_mm":NaN,"y_mm":0}', "x_mm is nan"),
        (b'{"do":"place","force_n":9,"x_mm":0}', "y_mm is missing; it must be a number"),
        (b'{"do":"place","force_n":9,"x_mm":0,"y_mm":0,"cell":"FL"}', "unknown key 'cell'"),
        (b'{"do":"press"}', "cell is None; it must be FL, FR, RL, RR"),
        (b'{"do":"raise_calves"}', "count is None; it must be a whole number up to 100"),
        (b'{"do":"raise_calves","count":1.5}', "count is 1.5; it must be a whole number"),
        (b'{"do":"raise_calves","count":101}', "count is 101; it must be a number from 0 to 100"),
        (b'{"do":"touch_down"}', "side is None; it must be left, right"),
        (b'{"do":"stand","lean_mm":[0,500]}', "lean_mm is [0, 500]; it must be two numbers from -400 to 400"),
        (b'{"do":"stand","sway_factor":0}', "sway_factor is 0; it must be a number from 0.1 to 10"),
        (b'{"do":"press","cell":"XX"}', "cell is 'XX'"),
        (b'{"do":"stand","hand_percent":1}', "unknown key 'hand_percent'"),
    ],
)
def test_a_malformed_line_is_refused_with_the_field_that_is_wrong(line: bytes, says: str) -> None:
    with pytest.raises(MessageError) as caught:
        parse_control(line)
    assert says in str(caught.value)


def test_lines_arrive_whole_however_they_were_cut() -> None:
    reading, writing = os.pipe()
    channel = ControlChannel(reading)
    assert channel.lines() == []
    os.write(writing, b"one\ntw")
    assert channel.lines() == [b"one"]
    os.write(writing, b"o\n\nthree\n")
    assert channel.lines() == [b"two", b"three"]
    os.close(writing)
    assert channel.lines() == []
    assert channel.lines() == []
    os.close(reading)


def test_a_line_without_end_is_refused_and_not_hoarded() -> None:
    reading, writing = os.pipe()
    channel = ControlChannel(reading)
    lines = []
    for _ in range(4):
        os.write(writing, b"x" * 4000)
        lines += channel.lines()
    os.write(writing, b"\nafter\n")
    lines += channel.lines()
    assert lines[-1] == b"after"
    assert all(len(line) < 9000 for line in lines)
    os.close(writing)
    os.close(reading)
