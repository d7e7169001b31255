"""The care side's data folder: its database, the site's secret and the keys that sign prescriptions."""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.errors import ConfigError, StoreError
from station.link.papers import SigningKey
from station.link.signature import key_id
from station.link.tls import check_private, credential
from station.link.whole_file import PRIVATE, write_whole

INSTALLED = Path("/var/lib/balance-care")  # of the package
AS_CARE = "run it as the care side's user, with the package: sudo -u balance-care balance-care …"
SEED_BYTES = 32  # of an Ed25519 private key (RFC 8032, section 5.1.5)


class Ring(msgspec.Struct, frozen=True, kw_only=True):
    """The keys that may sign, the newest first. Version 0: there was never another than the first."""

    version: int = 0
    keys: tuple[SigningKey, ...]

    def ids(self) -> list[str]:
        """Return the ids of the keys, the newest first."""
        return [key_id(key.public) for key in self.keys]


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Where the care side keeps what must survive a restart. Secrets are readable by their owner only.

    A `secret-key` that systemd gave to the unit (LoadCredential=) goes before the folder's.
    """

    path: Path

    @property
    def database(self) -> Path:
        """The SQLite database."""
        return self.path / "care.sqlite3"

    @property
    def _secret_file(self) -> Path:
        return credential("secret-key") or self.path / "secret-key"

    @property
    def _signing_file(self) -> Path:
        return self.path / "signing-key"

    def create(self) -> None:
        """Make the folder and the site's secret where they are missing. Raises StoreError."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            message = (
                f"{self.path}: the care data folder cannot be made ({error.strerror}); set BALANCE_CARE_DATA"
            )
            raise StoreError(message) from error
        if not _is_there(self._secret_file):
            _write_secret(self._secret_file, secrets.token_urlsafe(48).encode())

    def secret(self) -> str:
        """Return the secret of sessions and tokens, or "" before `create`: Django then refuses to serve."""
        return _read_secret(self._secret_file).decode() if _is_there(self._secret_file) else ""

    @property
    def authority(self) -> Path:
        """The folder of the care side's certificate authority."""
        return self.path / "authority"

    def recorders_group(self) -> str:
        """Return the name under which this site's recorders share their work; nobody else can guess it."""
        self.create()
        return hmac.new(_read_secret(self._secret_file), b"recorders", hashlib.sha256).hexdigest()[:24]

    def slot(self, station: str, subj: str) -> str:
        """Return the name of a person's topic at a station that several share; it says nothing of them."""
        self.create()
        person = f"slot\0{station}\0{subj}".encode()
        return hmac.new(_read_secret(self._secret_file), person, hashlib.sha256).hexdigest()[:24]

    @property
    def signing_keys(self) -> Path:
        """The folder of the signing keys, once the first one was replaced."""
        return self.path / "signing-keys"

    def ring(self) -> Ring:
        """Return the keys that may sign, the first one made on first use. Raises StoreError."""
        file = self.signing_keys / "ring.json"
        if not file.exists():
            return Ring(keys=(SigningKey(public=_public(self._first_seed())),))
        try:
            return msgspec.json.decode(_read_secret(file), type=Ring)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise StoreError(f"{file}: it is damaged; restore it from a backup") from None

    def write_ring(self, ring: Ring) -> None:
        """Put these keys into force; their private keys must be there already. Raises StoreError."""
        write_whole(self.signing_keys / "ring.json", msgspec.json.encode(ring), mode=PRIVATE)

    def seed_file(self, id_: str) -> Path:
        """Return where the private key of this id is."""
        return self.first_seed_file(id_) or self.signing_keys / id_

    def first_seed_file(self, id_: str) -> Path | None:
        """Return the file of the first key of all, where this is its id and it is still there."""
        there = self._signing_file.exists() and key_id(_public(self._seed(self._signing_file))) == id_
        return self._signing_file if there else None

    def signing_key(self, id_: str | None = None) -> bytes:
        """Return an Ed25519 private key (32 bytes), the newest where none is named. Raises StoreError."""
        ring = self.ring()
        return self._seed(self.seed_file(id_ or ring.ids()[0]))

    def public_key(self) -> bytes:
        """Return the newest public key (32 bytes). Raises StoreError."""
        return _public(self.signing_key())

    def _first_seed(self) -> bytes:
        self.create()
        if not self._signing_file.exists():
            _write_secret(self._signing_file, Ed25519PrivateKey.generate().private_bytes_raw())
        return self._seed(self._signing_file)

    def _seed(self, file: Path) -> bytes:
        seed = _read_secret(file)
        if len(seed) != SEED_BYTES:
            message = (
                f"{file} holds {len(seed)} bytes, a signing key has {SEED_BYTES}; "
                "restore it from a backup, or remove it and enrol every station again"
            )
            raise StoreError(message)
        return seed


def _public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def data_folder() -> DataFolder:
    """Return the folder named by BALANCE_CARE_DATA, else the package's, else one in the user's data folder.

    Raises StoreError for root, whose files in the package's folder the care side could not use.
    """
    named = os.environ.get("BALANCE_CARE_DATA")
    if named:
        return DataFolder(Path(named).expanduser().absolute())
    if INSTALLED.exists():  # a second care side beside it is what nobody wants who forgot to name it
        if os.geteuid() == 0 and INSTALLED.stat().st_uid != 0:
            raise StoreError(f"{INSTALLED} is not root's; {AS_CARE}")
        return DataFolder(INSTALLED)
    shared = os.environ.get("XDG_DATA_HOME")
    return DataFolder((Path(shared) if shared else Path.home() / ".local" / "share") / "balance-care")


def _is_there(file: Path) -> bool:
    try:
        return file.exists()
    except OSError as error:
        raise StoreError(f"{file}: cannot be read ({error.strerror}); {AS_CARE}") from error


def _write_secret(file: Path, content: bytes) -> None:
    """Write a file only its owner can read, whole or not at all; one that is there already stays."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # A link, not a rename: of two processes starting at once, both go on with the first one's key.
        try:
            file.hardlink_to(draft)
        except FileExistsError:
            return
        finally:
            draft.unlink()
    except OSError as error:
        raise StoreError(
            f"{file}: cannot be written ({error.strerror}); see its folder's owner and space"
        ) from error


def _read_secret(file: Path) -> bytes:
    try:
        check_private(file)
        return file.read_bytes()
    except ConfigError as error:
        raise StoreError(str(error)) from None
    except OSError as error:
        raise StoreError(f"{file}: cannot be read ({error.strerror}); see its owner and mode") from error
