"""Spoiled prescriptions are refused whole with a reason, or applied whole; nothing in between."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.prescriptions import SEED, Device, folder_in_memory, fuzz
from benchmarks.spoiling import key_twice, sign, valid
from station.session.prescriptions import LONGEST_REASON


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_in_memory() as folder:
        yield folder


def test_no_spoiled_prescription_is_applied_in_part_or_raises(folder: Path) -> None:
    rows = fuzz(900, seed=SEED + 1, folder=folder)
    for row in rows:
        assert (row.applied_in_part, row.without_a_reason, row.other_errors) == (0, 0, 0), row.spoiled_by
    assert rows[-1].documents == 900
    assert rows[-1].beyond_limits > 30


def test_what_is_said_twice_is_read_the_same_by_signature_and_programme(folder: Path) -> None:
    rng = random.Random(SEED)
    with Device(folder) as device:
        for _ in range(60):
            assert device.take(key_twice(rng, valid(rng, device.version + 1))) != "applied_in_part"


def test_a_programme_signed_again_keeps_the_newer_signature_and_changes_nothing_else(folder: Path) -> None:
    with Device(folder) as device:
        document = sign({**valid(random.Random(1), 1)})
        assert device.take(document) == "applied_whole"
        again = json.dumps(json.loads(document), indent=1).encode()  # another signature looks no different
        device.take(again)
        assert device.store.newest_prescription() == (1, again)
        assert device.store.newest_prescription_number() == 1


@pytest.mark.parametrize("version", [10**30, 2**64, 2**53, -1, True, None, "1", 1.5, []])
def test_a_version_that_is_none_is_refused_and_answered(folder: Path, version: object) -> None:
    with Device(folder) as device:
        assert device.take(sign({**valid(random.Random(1), 1), "version": version})) == "not_understood"


def test_a_reason_is_one_short_line_whatever_the_document_says(folder: Path) -> None:
    document = sign(valid(random.Random(1), 1)).replace(
        b'"key": "', b'"key": "\\n\\u001b[2J' + b"k" * 100_000
    )
    with Device(folder) as device:
        device.prescriptions.prescribe(document, device.course)
        ((state, reason),) = device.replies()
    assert state == "rejected"
    assert len(reason) <= LONGEST_REASON
    assert reason.isprintable()
