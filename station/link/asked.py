"""What passes over the link about updates: that a station may take one now, and what became of it.

The care side only says when. What may be installed is said by the key of whoever makes packages
(`station.update.release`), and from where by the station's own configuration.
"""

from typing import Annotated, Any, Final, Literal

import msgspec

from station.errors import MessageError

MAX_REQUEST_BYTES: Final = 20_000
LONGEST_REASON: Final = 400  # characters

AskedState = Literal[
    "received",
    "waiting",
    "fetching",
    "fetched",
    "installing",
    "running",
    "taken-back",
    "refused",
    "withdrawn",
]
ENDED: Final = frozenset({"running", "taken-back", "refused", "withdrawn"})


class UpdateRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The care side lets this station take one release until `expires` (RFC 3339), in the place of the last.

    `number` rises with every request to a station: an older one is refused. `release` is the signed release
    as `python -m station.update.sign` writes it, with version, debian, arch, file, size and sha256 of the
    package; None withdraws the request before.
    """

    kind: Literal["update"] = "update"
    number: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    station: Annotated[str, msgspec.Meta(max_length=64)]
    release: dict[str, Any] | None
    expires: Annotated[str, msgspec.Meta(max_length=64)]


class SignedUpdateRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request and its Ed25519 signature over the RFC 8785 form of `request` (down/update, retained).

    It must be signed with a key that may sign prescriptions for the station.
    """

    request: msgspec.Raw
    key: Annotated[str, msgspec.Meta(max_length=64)]  # id of the signing key
    sig: bytes  # base64 in JSON


class UpdateReply(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a request (up/reply/update), said again at every connection.

    `number` is the request's, 0 where it could not be read. `version` is the one asked for, `installed` the
    one that is there now, "" where that is not known. A newer station may know a `state` not known here.
    """

    number: int
    state: AskedState | str
    version: str = ""
    installed: str = ""
    reason: str = ""


class ToldUpdates(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a station takes updates ([updates] take), signed with which keys (ids), and for what system."""

    take: str
    keys: tuple[str, ...] = ()
    debian: str = ""
    arch: str = ""


def decode_signed_request(document: bytes) -> tuple[SignedUpdateRequest, UpdateRequest]:
    """Return a request as it was signed, and what it says. Raises MessageError."""
    if len(document) > MAX_REQUEST_BYTES:
        raise MessageError(f"{len(document)} bytes are too large for a request to update")
    try:
        signed = msgspec.json.decode(document, type=SignedUpdateRequest)
        return signed, msgspec.json.decode(signed.request, type=UpdateRequest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageError(f"request to update not understood: {error}") from None


def readable(reason: str) -> str:
    """Return a reason as it may be sent: printable, and not too long."""
    return "".join(c if c.isprintable() else "?" for c in reason)[:LONGEST_REASON]
