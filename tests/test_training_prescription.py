"""A prescription is accepted whole or refused with its reason; never changed to fit."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.errors import MessageError, PrescriptionError
from station.link.messages import decode_prescription
from station.training.prescription import Bounds, Exercise, Limits, Prescription, check_prescription
from station.training.routine import shipped_routines

NOW = datetime(2026, 5, 1, tzinfo=UTC)
BOUNDS = Bounds("station-1", "p-1", Limits(), shipped_routines())
STANDING = Exercise(routine="supported-standing", rung=2)
GOOD = Prescription(
    version=5,
    station="station-1",
    subj="p-1",
    issued="2026-04-01T08:00:00Z",
    expires="2026-07-01T08:00:00Z",
    exercises=(STANDING, Exercise(routine="single-leg", rung=1, side="left")),
)


def refusal(rx: Prescription, *, applied_version: int = 4, bounds: Bounds = BOUNDS) -> str:
    with pytest.raises(PrescriptionError) as refused:
        check_prescription(rx, bounds, applied_version=applied_version, now=NOW)
    return str(refused.value)


def changed(**fields: Any) -> Prescription:
    return msgspec.structs.replace(GOOD, **fields)


def with_exercise(**fields: Any) -> Prescription:
    return changed(exercises=(msgspec.structs.replace(STANDING, **fields),))


def test_a_good_prescription_is_accepted() -> None:
    check_prescription(GOOD, BOUNDS, applied_version=4, now=NOW)


@pytest.mark.parametrize(
    ("rx", "reason"),
    [
        (changed(station="station-2"), "for station station-2"),
        (changed(subj="p-2"), "for patient p-2"),
        (changed(version=4), "not newer"),
        (changed(version=3), "not newer"),
        (changed(expires="2026-04-30T00:00:00Z"), "expired"),
        (changed(expires="2026-03-01T00:00:00Z"), "before it is issued"),
        (changed(expires="next year"), "expires is 'next year'"),
        (changed(issued="2026-04-01T08:00:00"), "with a zone"),
        (with_exercise(routine="juggling"), "unknown routine 'juggling'"),
        (with_exercise(rung=99), "has rungs 1 to"),
        (with_exercise(hold_s=120.0), "beyond this device's limit of 60 s"),
        (with_exercise(side="left"), "has no sides"),
        (changed(exercises=(Exercise(routine="single-leg", rung=1),)), "needs a side"),
        (
            changed(exercises=(Exercise(routine="supported-standing", rung=1, attempts=10, rest_s=600),)),
            "minutes",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_its_reason(rx: Prescription, reason: str) -> None:
    assert reason in refusal(rx)


def test_a_rung_beyond_the_device_is_refused_not_clamped() -> None:
    bounds = Bounds("station-1", "p-1", Limits(hardest_rung={"supported-standing": 1}), shipped_routines())
    assert "beyond this device's limit of 1" in refusal(with_exercise(rung=2), bounds=bounds)


def test_a_routine_the_limits_do_not_name_allows_its_first_rung_only() -> None:
    bounds = Bounds("station-1", "p-1", Limits(hardest_rung={}), shipped_routines())
    assert "limit of 1" in refusal(with_exercise(rung=2), bounds=bounds)
    check_prescription(with_exercise(rung=1), bounds, applied_version=4, now=NOW)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*GOOD.__struct_fields__, "more"]), json_values, max_size=4))
def test_hostile_documents_are_refused_in_words(spoiled: dict[str, Any]) -> None:
    document = msgspec.json.encode({**msgspec.to_builtins(GOOD), **spoiled})
    accepted: Prescription | None = None
    with suppress(MessageError, PrescriptionError):  # any other error fails the test
        rx = decode_prescription(document)
        check_prescription(rx, BOUNDS, applied_version=4, now=NOW)
        accepted = rx
    if accepted is not None:
        assert accepted.station == "station-1"
        assert accepted.version > 4
