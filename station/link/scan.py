"""A bundle as a few short lines that a hand scanner types from printed codes: packed, numbered, checked.

The 32 letters leave out I and O, which look like digits, and Y and Z, which a keyboard of another country
swaps; big and small letters are the same. A line: `B1`, its number, how many there are, four letters that are
the same in all of them, the data, and six letters of its SHA-256.
"""

import base64
import hashlib
import zlib
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from station.errors import ConfigError
from station.link.enrolment import MAX_BUNDLE_BYTES, Bundle
from station.link.identity import certificate_pem, key_pem, parse_certificate, parse_key

LETTERS: Final = "0123456789ABCDEFGHJKLMNPQRSTUVWX"
BEGIN: Final = "B1"
DATA_LETTERS: Final = 560  # a line: one code of 77 × 77 squares, which any scanner reads from paper
MOST_LINES: Final = 9
KEY_BYTES: Final = 32  # P-256
_HEAD: Final = len(BEGIN) + 2 + 4
_CHECK: Final = 6
_TO_OURS: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", LETTERS)
_FROM_OURS: Final = str.maketrans(LETTERS, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


class _Packed(msgspec.Struct, frozen=True, array_like=True):
    v: int
    station: str
    subj: str | None
    host: str
    port: int
    keys: tuple[bytes, ...]
    keys_version: int
    renew_days: int
    ca: bytes
    certificate: bytes
    key: bytes | None


def lines_of(bundle: Bundle) -> list[str]:
    """Return the lines. Raises ConfigError where a bundle is too large for them."""
    letters = _encoded(zlib.compress(msgspec.msgpack.encode(_packed(bundle)), 9))
    size = -(-len(letters) // -(-len(letters) // DATA_LETTERS))  # lines of the same length
    parts = [letters[at : at + size] for at in range(0, len(letters), size)]
    if len(parts) > MOST_LINES:
        raise ConfigError("this bundle is too large to be scanned; carry it as a file")
    same = _digest(letters, 4)
    heads = (f"{BEGIN}{number}{len(parts)}{same}" for number in range(1, len(parts) + 1))
    return [(text := head + part) + _digest(text, _CHECK) for head, part in zip(heads, parts, strict=True)]


class Scan:
    """The lines of one bundle as they come, in any order."""

    def __init__(self) -> None:
        self._same = ""
        self._parts: dict[int, str] = {}
        self.count = 0

    def take(self, line: str) -> int:
        """Take one line; return its number. Raises ConfigError saying what to scan again."""
        text = "".join(line.split()).upper()
        if not text.startswith(BEGIN) or len(text) <= _HEAD + _CHECK or set(text) - set(LETTERS):
            raise ConfigError("that is no code of an enrolment, or not the whole one; scan one of the page")
        body, check = text[:-_CHECK], text[-_CHECK:]
        number, count, same = text[2], text[3], text[4:_HEAD]
        if _digest(body, _CHECK) != check or not "1" <= number <= count <= str(MOST_LINES):
            raise ConfigError("a code was not read whole; scan it again")
        if self._same and (self._same, self.count) != (same, int(count)):
            raise ConfigError("this code is of another page than those before; scan one page only")
        self._same, self.count = same, int(count)
        self._parts[int(number)] = body[_HEAD:]
        return int(number)

    @property
    def missing(self) -> list[int]:
        """The numbers that have not come yet; of nothing scanned, the first."""
        return [number for number in range(1, (self.count or 1) + 1) if number not in self._parts]

    def bundle(self) -> Bundle:
        """Return the bundle. Raises ConfigError for lines that are missing, or do not belong together."""
        if self.missing:
            numbers = " and ".join(str(number) for number in self.missing)
            word = "code" if len(self.missing) == 1 else "codes"
            raise ConfigError(f"{word} {numbers} of {self.count or 'the page'} not scanned; begin again")
        letters = "".join(self._parts[number] for number in sorted(self._parts))
        if _digest(letters, 4) != self._same:
            raise ConfigError("the codes do not belong together; scan all of one page again")
        return _unpacked(letters)


def _packed(bundle: Bundle) -> _Packed:
    def der(pem: str) -> bytes:
        return parse_certificate(pem.encode(), where="bundle").public_bytes(Encoding.DER)

    key = parse_key(bundle.key.encode(), where="bundle") if bundle.key else None
    return _Packed(
        v=bundle.v,
        station=bundle.station,
        subj=bundle.subj,
        host=bundle.host,
        port=bundle.port,
        keys=bundle.keys,
        keys_version=bundle.keys_version,
        renew_days=bundle.renew_days,
        ca=der(bundle.ca),
        certificate=der(bundle.certificate),
        key=key.private_numbers().private_value.to_bytes(KEY_BYTES, "big") if key else None,
    )


def _unpacked(letters: str) -> Bundle:
    try:
        content = zlib.decompressobj().decompress(_decoded(letters), MAX_BUNDLE_BYTES)
        packed = msgspec.msgpack.decode(content, type=_Packed)
        fields = {name: getattr(packed, name) for name in _Packed.__struct_fields__}
        fields |= {what: _pem(fields[what]) for what in ("ca", "certificate")}
        fields["key"] = _key(packed.key) if packed.key else None
        document = msgspec.json.encode(msgspec.to_builtins(fields))
        return msgspec.json.decode(document, type=Bundle)  # checked like one that came as a file
    except (zlib.error, ValueError, msgspec.DecodeError) as error:
        raise ConfigError(f"the codes hold no bundle this station understands ({error})") from None


def _pem(der: bytes) -> str:
    return certificate_pem(x509.load_der_x509_certificate(der)).decode()


def _key(number: bytes) -> str:
    return key_pem(ec.derive_private_key(int.from_bytes(number, "big"), ec.SECP256R1())).decode()


def _encoded(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=").translate(_TO_OURS)


def _decoded(letters: str) -> bytes:
    padded = letters.translate(_FROM_OURS)
    return base64.b32decode(padded + "=" * (-len(padded) % 8))


def _digest(text: str, letters: int) -> str:
    return _encoded(hashlib.sha256(text.encode()).digest())[:letters]
