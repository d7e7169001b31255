"""Only the enrolled care side can sign, and nothing can be changed after signing."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.errors import PrescriptionError
from station.link.signature import key_id, sign_prescription, verify_prescription
from station.training.prescription import Exercise, Prescription

SEED = bytes(range(32))
PUBLIC = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
KEYS = {key_id(PUBLIC): PUBLIC}
RX = Prescription(
    version=1,
    station="station-1",
    subj="p-1",
    issued="2026-04-01T08:00:00Z",
    expires="2026-07-01T08:00:00Z",
    exercises=(Exercise(routine="supported-standing", rung=1),),
    note="Schön langsam.",
)


def test_what_was_signed_comes_back() -> None:
    assert verify_prescription(sign_prescription(RX, SEED), KEYS) == RX


def test_the_signature_does_not_depend_on_spaces_or_the_order_of_keys() -> None:
    signed = json.loads(sign_prescription(RX, SEED))
    signed["rx"] = dict(sorted(signed["rx"].items(), reverse=True))
    assert verify_prescription(json.dumps(signed, indent=3).encode(), KEYS) == RX


def test_a_change_after_signing_is_seen() -> None:
    signed = json.loads(sign_prescription(RX, SEED))
    signed["rx"]["exercises"][0]["rung"] = 5
    with pytest.raises(PrescriptionError, match="changed after it was signed"):
        verify_prescription(json.dumps(signed).encode(), KEYS)


def test_a_stranger_is_refused() -> None:
    with pytest.raises(PrescriptionError, match="not enrolled"):
        verify_prescription(sign_prescription(RX, bytes(32)), KEYS)


def test_a_stranger_who_names_the_enrolled_key_is_refused() -> None:
    signed = json.loads(sign_prescription(RX, bytes(32)))
    signed["key"] = key_id(PUBLIC)
    with pytest.raises(PrescriptionError, match="signature does not fit"):
        verify_prescription(json.dumps(signed).encode(), KEYS)


@pytest.mark.parametrize("document", [b"", b"{}", b"[1]", b'{"rx": 1, "key": "a"}', b"\xff", b"[" * 5000])
def test_what_is_no_signed_prescription_is_refused_in_words(document: bytes) -> None:
    with pytest.raises(PrescriptionError, match="not a signed prescription"):
        verify_prescription(document, KEYS)
