"""`balance-care certify`: a certificate for what is no station: a broker, a recorder, a reader, a console."""

import argparse
import sys
from pathlib import Path

from django.db import transaction

from station.errors import ConfigError, StoreError
from station.link.identity import certificate_pem, fingerprint, identity_of, key_pem, new_key
from station.link.whole_file import PRIVATE, PUBLIC, write_whole
from ui.care.installation.folder import data_folder
from ui.care.installation.own_names import CLIENTS, SERVERS
from ui.care.installation.ready import require_database
from ui.care.rights.audit import note_command
from ui.care.trust.authority import Authority


def run(arguments: argparse.Namespace) -> int:
    """Certify. Returns 0. Raises StationError for a name that is none of the care side's own."""
    name, hosts, out = arguments.name, arguments.host, arguments.out
    server = SERVERS.fullmatch(name) is not None
    if not server and not CLIENTS.fullmatch(name):
        raise ConfigError(
            f"{name!r}: certify is for broker, broker-NAME, and recorder, reader, console or bridge-NUMBER; "
            "a station is enrolled: balance-care enrol"
        )
    if server != bool(hosts):
        raise ConfigError(
            f"{name}: name every host it is reached by, with --host" if server else "--host is for a broker"
        )
    require_database()
    authority = Authority(data_folder().authority)
    key = new_key()
    with transaction.atomic():
        note_command("certified", name)
        certificate = authority.certify(name, key.public_key(), hosts=hosts)
    _make(out)
    write_whole(out / f"{name}.key", key_pem(key), mode=PRIVATE)
    write_whole(out / f"{name}.pem", certificate_pem(certificate), mode=PUBLIC)
    write_whole(out / "ca.pem", certificate_pem(authority.certificate), mode=PUBLIC)
    if server:
        write_whole(out / "crl.pem", authority.crl_file.read_bytes(), mode=PUBLIC)
    sys.stdout.write(
        f"{out}: {name}, valid until {identity_of(certificate).ends:%Y-%m-%d}, "
        f"authority {fingerprint(authority.certificate)}\n"
    )
    return 0


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder}: cannot be made ({error.strerror}); name another with --out") from error
