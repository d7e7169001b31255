"""The PIN of the service area: how it is kept, and how long a wrong one makes wait."""

import hashlib
import hmac
from typing import Final

SHORTEST: Final = 4
LONGEST: Final = 8
FREE_TRIES: Final = 5
FIRST_WAIT_S: Final = 60
LONGEST_WAIT_S: Final = 3600
S: Final = 1_000_000_000
SALT_BYTES: Final = 16
# RFC 7914, section 2: 16 MiB for one try, about a tenth of a second on a Raspberry Pi 4.
COST, BLOCK, PARALLEL = 1 << 14, 8, 1


def hashed(pin: str, salt: bytes) -> str:
    """Return what is kept of a PIN: salt and scrypt hash, never the PIN."""
    key = hashlib.scrypt(pin.encode(), salt=salt, n=COST, r=BLOCK, p=PARALLEL)
    return f"{salt.hex()}:{key.hex()}"


def matches(pin: str, kept: str) -> bool:
    """Return whether this is the PIN that was kept; False for a hash that is none."""
    salt, _, _key = kept.partition(":")
    try:
        return hmac.compare_digest(hashed(pin, bytes.fromhex(salt)), kept)
    except (ValueError, TypeError):
        return False


def wait_after_s(wrong: int) -> int:
    """Return how long to wait after so many wrong PINs in a row: 60 s after the fifth, then twice as long."""
    if wrong < FREE_TRIES:
        return 0
    return min(LONGEST_WAIT_S, FIRST_WAIT_S << min(16, wrong - FREE_TRIES))
