"""Which keys a station trusts: only what a trusted key has signed changes it, and only forwards."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.spoiling import spoil
from station.errors import MessageError, PaperError, PrescriptionError
from station.link.keyring import KEYRINGS, KeyKeeper
from station.link.papers import Keyring, SigningKey
from station.link.signature import key_id, sign_keyring, sign_prescription
from station.session.clock import WallClock
from station.session.prescriptions import Prescriptions
from station.session.store import Store
from station.training.fitting import Bounds
from station.training.prescription import Limits
from station.training.routine import shipped_routines
from tests.test_link_signature import RX

SEEDS = [bytes([number] * 32) for number in range(1, 5)]
OLD, NEW, NEXT, STRANGER = SEEDS
BEFORE, AFTER = "2026-05-01T00:00:00Z", "2026-07-01T00:00:00Z"
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def name(seed: bytes) -> str:
    return key_id(public(seed))


def ring(version: int, *seeds: bytes, until: str | None = AFTER, signer: bytes = OLD, **more: Any) -> bytes:
    """Return a keyring whose keys after the first end at `until`."""
    keys = (
        SigningKey(public=public(seeds[0])),
        *(SigningKey(public=public(seed), until=until) for seed in seeds[1:]),
    )
    fields = {"version": version, "station": "home-1", "keys": keys, **more}
    return sign_keyring(Keyring(**fields), signer)


@pytest.fixture
def keeper(tmp_path: Path) -> KeyKeeper:
    return KeyKeeper([public(OLD)], tmp_path / "enrolment", station="home-1", now=lambda: NOW)


def test_a_new_key_signed_with_the_old_one_is_trusted_beside_it(keeper: KeyKeeper) -> None:
    assert keeper.take(ring(1, NEW, OLD))
    assert keeper.trust().in_force(NOW) == (name(NEW), name(OLD))
    for seed in (NEW, OLD):
        assert keeper.verify(sign_prescription(RX, seed)) == RX


def test_after_the_overlap_the_old_key_signs_nothing_new_and_what_is_kept_stands(keeper: KeyKeeper) -> None:
    keeper.take(ring(1, NEW, OLD, until=BEFORE))
    document = sign_prescription(RX, OLD)
    with pytest.raises(PrescriptionError, match=f"key {name(OLD)}, which was retired on 2026-05-01"):
        keeper.verify(document)
    assert keeper.verify(document, kept=True) == RX
    keeper.take(ring(2, NEW, signer=NEW))
    with pytest.raises(PrescriptionError, match=f"key {name(OLD)}, which the care team has retired"):
        keeper.verify(document)
    assert keeper.verify(document, kept=True) == RX


def test_training_goes_on_after_a_rotation_and_a_new_start(keeper: KeyKeeper, tmp_path: Path) -> None:
    keeper.take(ring(1, NEW, OLD, until=BEFORE))
    bounds = Bounds(RX.station, RX.subj, Limits(), shipped_routines())
    wall = WallClock(lambda: NOW, synced=lambda: True)
    with Store(tmp_path / "station.sqlite3") as store:
        store.keep_prescription(1, sign_prescription(RX, OLD), received="2026-04-02T00:00:00Z", subj=RX.subj)
        started = Prescriptions(store, bounds, verify=keeper.verify, wall=wall, log=print)
        assert started.in_force().rx_version == RX.version


def test_keys_pass_on_over_several_keyrings_and_a_new_start(keeper: KeyKeeper, tmp_path: Path) -> None:
    keeper.take(ring(1, NEW, OLD))
    keeper.take(ring(2, NEXT, NEW, signer=NEW))
    anew = KeyKeeper([public(OLD)], tmp_path / "enrolment", station="home-1", now=lambda: NOW)
    assert (anew.trust().version, anew.trust().in_force(NOW)) == (2, (name(NEXT), name(NEW)))


def test_the_same_keyring_again_changes_nothing(keeper: KeyKeeper) -> None:
    document = ring(1, NEW, OLD)
    assert keeper.take(document)
    assert keeper.take(document) is None


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (ring(2, NEXT, signer=STRANGER), f"key {name(STRANGER)}, which this station was not enrolled with"),
        (ring(2, NEXT, signer=NEXT), "which this station was not enrolled with"),
        (ring(1, NEXT, OLD), "version 1 is not newer than version 1, in force: it was sent before"),
        (ring(2, NEXT, station="home-2"), "it is the keyring of station home-2, and this one is home-1"),
        (ring(2, NEXT, OLD, until="soon"), "until is 'soon'"),
        (ring(2, NEXT).replace(b'"version":2', b'"version":3'), "it was changed after it was signed"),
        (b"x" * 10_000, "too large"),
    ],
)
def test_another_keyring_is_refused_with_its_reason(keeper: KeyKeeper, document: bytes, reason: str) -> None:
    keeper.take(ring(1, NEW, OLD))
    before = keeper.trust()
    with pytest.raises(PaperError, match=reason):
        keeper.take(document)
    assert keeper.trust() == before


def test_a_retired_key_passes_on_nothing(keeper: KeyKeeper) -> None:
    keeper.take(ring(1, NEW, OLD, until=BEFORE))
    with pytest.raises(PaperError, match="which was retired on 2026-05-01"):
        keeper.take(ring(2, NEXT, signer=OLD))


def test_a_station_is_never_left_without_a_key(keeper: KeyKeeper) -> None:
    ended = (SigningKey(public=public(NEW), until=AFTER),)
    with pytest.raises(PaperError, match="must not be left without a key"):
        keeper.take(ring(1, NEW, keys=ended))


@pytest.mark.parametrize("document", [b"", b"[", b"{}", b'{"keyring": 1, "key": "k", "sig": ""}', b"\xff"])
def test_what_is_no_keyring_is_refused(keeper: KeyKeeper, document: bytes) -> None:
    with pytest.raises((MessageError, PaperError)):
        keeper.take(document)


def test_no_spoiled_keyring_is_taken_in_part_or_raises_anything_else(keeper: KeyKeeper) -> None:
    rng = random.Random(20260502)
    document = ring(1, NEW, OLD)
    before, refused = keeper.trust(), 0
    for _ in range(300):
        try:
            keeper.take(spoil(rng, document))
        except (MessageError, PaperError):
            refused += 1
        assert keeper.trust().version in {0, 1}
        if keeper.trust().version == 0:
            assert keeper.trust() == before
        else:
            assert keeper.trust().in_force(NOW) == (name(NEW), name(OLD))
    assert refused > 250


def test_a_file_written_by_hand_makes_nothing_easier(keeper: KeyKeeper, tmp_path: Path) -> None:
    keeper.take(ring(1, NEW, OLD))
    file = tmp_path / "enrolment" / KEYRINGS
    kept = json.loads(file.read_bytes())
    kept["keyrings"].append(json.loads(ring(2, STRANGER, signer=STRANGER)))
    kept["keyrings"].append(json.loads(ring(3, NEXT, signer=NEW)))
    file.write_text(json.dumps(kept))
    assert keeper.trust().in_force(NOW) == (name(NEW), name(OLD)), "it counts up to where the row breaks"
    file.write_text("{")
    assert keeper.trust().in_force(NOW) == (name(OLD),)


def test_a_prescription_is_no_keyring_and_a_keyring_no_prescription(keeper: KeyKeeper) -> None:
    with pytest.raises((MessageError, PaperError)):
        keeper.take(sign_prescription(RX, OLD))
    with pytest.raises((MessageError, PrescriptionError)):
        keeper.verify(ring(1, NEW, OLD))
