"""Ed25519 signatures of prescriptions and keyrings over RFC 8785 canonical JSON (RFC 8032, RFC 8785)."""

import hashlib
import json
from collections.abc import Mapping

import msgspec
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from station.errors import PrescriptionError
from station.link.messages import SignedPrescription, decode_prescription
from station.link.papers import Keyring, SignedKeyring
from station.training.prescription import Prescription


def key_id(public_key: bytes) -> str:
    """Return the short name of a public key (32 bytes): the start of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def _canonical(rx: bytes) -> bytes:
    try:
        return rfc8785.dumps(json.loads(rx))
    except (ValueError, RecursionError) as error:
        raise PrescriptionError(f"it is not plain JSON: {error}") from None


def sign_prescription(rx: Prescription, private_key: bytes) -> bytes:
    """Return the signed document for down/rx; `private_key` is the 32-byte Ed25519 seed."""
    body = msgspec.json.encode(rx)
    key, sig = signed(body, private_key)
    return msgspec.json.encode(SignedPrescription(rx=msgspec.Raw(body), key=key, sig=sig))


def sign_keyring(keyring: Keyring, private_key: bytes) -> bytes:
    """Return the signed document for down/keys; `private_key` is the 32-byte Ed25519 seed."""
    body = msgspec.json.encode(keyring)
    key, sig = signed(body, private_key)
    return msgspec.json.encode(SignedKeyring(keyring=msgspec.Raw(body), key=key, sig=sig))


def signed(body: bytes, private_key: bytes) -> tuple[str, bytes]:
    """Return the id of this key (32-byte Ed25519 seed) and its signature of a JSON document."""
    key = Ed25519PrivateKey.from_private_bytes(private_key)
    return key_id(key.public_key().public_bytes_raw()), key.sign(_canonical(body))


def fits(body: bytes | msgspec.Raw, sig: bytes, public_key: bytes) -> bool:
    """Return whether this key (32 bytes) has signed this body. Raises PrescriptionError: no plain JSON."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(sig, _canonical(bytes(body)))
    except InvalidSignature:
        return False
    return True


def verify_prescription(document: bytes, public_keys: Mapping[str, bytes]) -> Prescription:
    """Return the prescription of a signed document.

    `public_keys` maps `key_id` to the 32-byte public key of a care side this device was enrolled with.
    Raises PrescriptionError (signed by a stranger, changed after signing) or MessageError (not understood).
    """
    try:
        said = msgspec.json.decode(document, type=SignedPrescription)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PrescriptionError(f"it is not a signed prescription: {error}") from None
    public_key = public_keys.get(said.key)
    if public_key is None:
        raise PrescriptionError(f"it is signed with key {said.key}, which this station was not enrolled with")
    if not fits(said.rx, said.sig, public_key):
        raise PrescriptionError("its signature does not fit: it was changed after it was signed")
    return decode_prescription(said.rx)
