"""The care side's data folder: its database, the site's secret and the key that signs prescriptions."""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.errors import StoreError

SEED_BYTES = 32  # of an Ed25519 private key (RFC 8032, section 5.1.5)


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Where the care side keeps what must survive a restart. Secrets are readable by their owner only."""

    path: Path

    @property
    def database(self) -> Path:
        """The SQLite database."""
        return self.path / "care.sqlite3"

    @property
    def _secret_file(self) -> Path:
        return self.path / "secret-key"

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
        if not self._secret_file.exists():
            _write_secret(self._secret_file, secrets.token_urlsafe(48).encode())

    def secret(self) -> str:
        """Return the secret of sessions and tokens, or "" before `create`: Django then refuses to serve."""
        return _read_secret(self._secret_file).decode() if self._secret_file.exists() else ""

    @property
    def authority(self) -> Path:
        """The folder of the care side's certificate authority."""
        return self.path / "authority"

    def recorders_group(self) -> str:
        """Return the name under which this site's recorders share their work; nobody else can guess it."""
        self.create()
        return hmac.new(_read_secret(self._secret_file), b"recorders", hashlib.sha256).hexdigest()[:24]

    def signing_key(self) -> bytes:
        """Return the 32-byte Ed25519 private key, made on first use. Raises StoreError."""
        self.create()
        if not self._signing_file.exists():
            _write_secret(self._signing_file, Ed25519PrivateKey.generate().private_bytes_raw())
        seed = _read_secret(self._signing_file)
        if len(seed) != SEED_BYTES:
            message = (
                f"{self._signing_file} holds {len(seed)} bytes, a signing key has {SEED_BYTES}; "
                "restore it from a backup, or remove it and enrol every station again"
            )
            raise StoreError(message)
        return seed

    def public_key(self) -> bytes:
        """Return the 32-byte public key that stations check prescriptions with. Raises StoreError."""
        return Ed25519PrivateKey.from_private_bytes(self.signing_key()).public_key().public_bytes_raw()


def data_folder() -> DataFolder:
    """Return the folder named by BALANCE_CARE_DATA, else `balance-care` in the user's data folder."""
    named = os.environ.get("BALANCE_CARE_DATA")
    if named:
        return DataFolder(Path(named).expanduser().absolute())
    shared = os.environ.get("XDG_DATA_HOME")
    return DataFolder((Path(shared) if shared else Path.home() / ".local" / "share") / "balance-care")


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
        return file.read_bytes()
    except OSError as error:
        raise StoreError(f"{file}: cannot be read ({error.strerror}); see its owner and mode") from error
