"""`balance-care crl`: the list of certificates taken back, for every broker."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from station.errors import ConfigError
from station.link.whole_file import PUBLIC, write_whole
from ui.care.installation.folder import data_folder
from ui.care.trust.authority import Authority
from ui.care.trust.crl import CrlFile, said_of


def run(arguments: argparse.Namespace) -> int:
    """Print or write the list, or hold copies against it. Returns 0, 1 for a copy that is not the newest."""
    folder = data_folder()
    folder.create()
    newest = CrlFile.read(Authority(folder.authority).crl_file)
    if arguments.check:
        return _check(newest, arguments.check)
    for file in arguments.out or ():
        write_whole(file, newest.pem, mode=PUBLIC)
    if not arguments.out:
        sys.stdout.write(newest.pem.decode())
    sys.stderr.write(f"{said_of(newest, datetime.now(UTC))}\n")
    return 0


def _check(newest: CrlFile, copies: list[Path]) -> int:
    code = 0
    for file in copies:
        try:
            lacks = newest.lacking(CrlFile.read(file))
        except ConfigError as error:
            lacks = str(error)
        words = lacks or f"is the newest; {said_of(newest, datetime.now(UTC))}"
        sys.stdout.write(f"{file}: {words}\n")
        code = code or int(bool(lacks))
    return code
