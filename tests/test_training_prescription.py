"""A prescription is accepted whole or refused with its reason; never changed to fit."""

from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.errors import MessageError, PrescriptionError
from station.link.messages import decode_prescription
from station.training.fitting import Bounds, check_prescription
from station.training.prescription import HARDEST_RUNG, Exercise, Limits, Prescription
from station.training.routine import shipped_routines

NOW = datetime(2026, 5, 1, tzinfo=UTC)
LIMITS = Limits(most_attempts=3, fewest_rest_days=1, hardest_rung={**HARDEST_RUNG, "supported-standing": 7})
BOUNDS = Bounds("station-1", "p-1", LIMITS, shipped_routines())
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
        (with_exercise(attempts=4), "exercise 1: attempts: 4 is above this device's limit of 3"),
        (with_exercise(alone_up_to=9), "exercise 1: alone_up_to: supported-standing has rungs 1 to 8"),
        (with_exercise(alone_up_to=8), "alone_up_to: rung 8 of supported-standing is beyond"),
        (with_exercise(alone_up_to=1), "easier than the prescribed rung 2"),
        (with_exercise(support_limit_percent=1.0), "support_limit_percent: 1 % is less than the 5 %"),
        (with_exercise(routine="walk", support_limit_percent=50.0), "off the plate"),
        (with_exercise(routine="calf-raises", rung=1, hold_s=5.0), "calf-raises is not held"),
        (with_exercise(routine="quiet-standing", rung=1, alone_up_to=2), "is an assessment"),
        (changed(pain_limit=9), "pain_limit: 9 is above this device's limit of 7"),
        (changed(sessions_a_day=4), "sessions_a_day: 4 is above this device's limit of 3"),
        (changed(minutes_a_day=90.0), "minutes_a_day: 90 is above this device's limit of 60"),
        (changed(minutes_a_day=1.0), "minutes_a_day: it plans"),
        (changed(least_gap_h=0.5), "least_gap_h: 0.5 is below this device's limit of 1"),
        (changed(rest_days_a_week=0), "rest_days_a_week: 0 is below this device's limit of 1"),
        (changed(expires="2028-04-01T08:00:00Z"), "expires: it would hold for 731 days"),
        (changed(surgery_date=date(2026, 4, 3)), "surgery_date: 2026-04-03 comes after it is issued"),
        (changed(issued="9999-12-31T23:59:59-23:59"), "issued is '9999-12-31T23:59:59-23:59'"),
        (changed(exercises=(Exercise(routine="single-leg", rung=1),)), "needs a side"),
        (
            changed(exercises=(Exercise(routine="supported-standing", rung=1, attempts=3, rest_s=600),)),
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


def test_every_field_comes_back_from_json_as_it_was_sent() -> None:
    full = msgspec.structs.replace(
        GOOD,
        exercises=(
            Exercise(
                routine="supported-standing",
                rung=2,
                hold_s=25.0,
                days_a_week=5,
                alone_up_to=4,
                support_limit_percent=20.0,
            ),
        ),
        surgery="fusion",
        surgery_date=date(2026, 3, 2),
        weaker_leg="left",
        somebody_near=True,
        sessions_a_day=1,
        minutes_a_day=20.0,
        least_gap_h=4.0,
        rest_days_a_week=2,
    )
    assert decode_prescription(msgspec.json.encode(full)) == full
    check_prescription(full, BOUNDS, applied_version=4, now=NOW)


def test_a_document_from_before_there_were_more_fields_is_still_read() -> None:
    old = (
        b'{"version":5,"station":"station-1","subj":"p-1","issued":"2026-04-01T08:00:00Z",'
        b'"expires":"2026-07-01T08:00:00Z","exercises":[{"routine":"supported-standing","rung":2}],'
        b'"device":"cane","pain_limit":4,"note":"Good."}'
    )
    rx = decode_prescription(old)
    check_prescription(rx, BOUNDS, applied_version=4, now=NOW)
    assert (rx.sessions_a_day, rx.minutes_a_day, rx.least_gap_h, rx.rest_days_a_week) == (2, 30, 2, 1)
    assert rx.exercises[0].alone_up_to is None


def test_a_session_that_may_grow_too_long_by_steps_of_the_station_is_refused() -> None:
    rising = Exercise(routine="supported-standing", rung=1, alone_up_to=7, attempts=3, rest_s=600)
    standing = msgspec.structs.replace(rising, alone_up_to=None, attempts=2)
    assert "minutes a session" in refusal(changed(exercises=(rising,)))
    check_prescription(changed(exercises=(standing,)), BOUNDS, applied_version=4, now=NOW)
