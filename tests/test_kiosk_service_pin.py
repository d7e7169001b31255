"""The PIN is kept as a salted hash, and wrong ones make wait longer and longer."""

import os

from ui.patient.service.pin import hashed, matches, wait_after_s


def test_only_the_same_pin_matches() -> None:
    kept = hashed("2580", b"s" * 16)
    assert matches("2580", kept)
    assert not matches("2581", kept)
    assert not matches("25800", kept)


def test_the_pin_cannot_be_seen_in_what_is_kept_and_two_of_the_same_differ() -> None:
    one, other = hashed("2580", os.urandom(16)), hashed("2580", os.urandom(16))
    assert one != other
    assert hashed("2580", b"s" * 16) != hashed("2580", b"t" * 16)
    assert "2580" not in hashed("2580", b"s" * 16)


def test_a_hash_that_is_none_lets_nobody_in() -> None:
    for kept in ("", ":", "xyz:1", "00:zz", "ä:ö"):
        assert not matches("2580", kept)


def test_five_are_free_then_60_seconds_and_twice_as_long_each_time_up_to_an_hour() -> None:
    assert [wait_after_s(wrong) for wrong in range(9)] == [0, 0, 0, 0, 0, 60, 120, 240, 480]
    assert wait_after_s(1000) == 3600
