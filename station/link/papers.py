"""What passes over the link about keys and certificates: which keys may sign, and renewals.

Nothing here is secret: private keys stay where they were made.
"""

from typing import Annotated, Final, Literal, TypeVar

import msgspec

from station.errors import MessageError

MOST_KEYS: Final = 8
T = TypeVar("T")

_Key = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]  # Ed25519, base64 in JSON
_Pem = Annotated[str, msgspec.Meta(max_length=8_000)]


class SigningKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key that may sign prescriptions; after `until` (RFC 3339) it signs nothing new."""

    public: _Key
    until: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class Keyring(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All the keys that may sign from now on, the newest first; one that is not in it is retired."""

    kind: Literal["keyring"] = "keyring"
    version: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    station: Annotated[str, msgspec.Meta(max_length=64)]
    keys: Annotated[tuple[SigningKey, ...], msgspec.Meta(min_length=1, max_length=MOST_KEYS)]


class SignedKeyring(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A keyring and its Ed25519 signature over the RFC 8785 form of `keyring` (down/keys, retained).

    It must be signed with a key that the station trusts already.
    """

    keyring: msgspec.Raw
    key: Annotated[str, msgspec.Meta(max_length=64)]  # id of the signing key
    sig: bytes  # base64 in JSON


class RenewalRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A station asks for its next certificate (up/renewal), before the one of this serial number ends.

    `csr` is a PKCS 10 request (PEM) of a new key. `sig` is an ECDSA signature (SHA-256, DER) by the key of
    the certificate in use over "balance renewal", a zero byte and `csr`: nobody but its holder can ask,
    whatever a broker lets through.
    """

    csr: _Pem
    serial: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{1,40}$")]
    sig: Annotated[bytes, msgspec.Meta(max_length=200)]


class NextCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a request (down/certificate, retained): a certificate (PEM), or why there is none."""

    certificate: _Pem | None = None
    reason: Annotated[str, msgspec.Meta(max_length=400)] = ""


class PaperReply(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a keyring or a certificate (up/reply/papers).

    `name` is the version of the keyring, or the serial number of the certificate.
    """

    about: Literal["keys", "certificate"]
    name: str
    state: Literal["applied", "rejected"]
    reason: str = ""


def decode_keyring(document: bytes | msgspec.Raw) -> Keyring:
    """Return a keyring. Raises MessageError naming the field that is wrong."""
    return _decoded(document, Keyring, "keyring")


def decode_signed_keyring(document: bytes | msgspec.Raw) -> SignedKeyring:
    """Return a keyring as it was signed. Raises MessageError."""
    return _decoded(document, SignedKeyring, "signed keyring")


def decode_certificate(document: bytes) -> NextCertificate:
    """Return the answer to a request. Raises MessageError."""
    return _decoded(document, NextCertificate, "answer to the request for a certificate")


def _decoded(document: bytes | msgspec.Raw, kind: type[T], what: str) -> T:
    try:
        return msgspec.json.decode(document, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageError(f"{what} not understood: {error}") from None
