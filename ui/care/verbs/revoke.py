"""`balance-care revoke`: take back every certificate of a station, recorder or broker."""

import argparse
import sys

from station.link.whole_file import PUBLIC, write_whole
from ui.care.authority import Authority
from ui.care.folder import data_folder


def run(arguments: argparse.Namespace) -> int:
    """Revoke. Returns 0. Raises StationError for a name that never had a certificate."""
    folder = data_folder()
    folder.create()
    authority = Authority(folder.authority)
    count = authority.revoke(arguments.name)
    list_ = authority.crl_file
    if arguments.crl is not None:
        write_whole(arguments.crl, list_.read_bytes(), mode=PUBLIC)
        list_ = arguments.crl
    sys.stdout.write(
        f"{arguments.name}: certificates taken back: {count}; the list for the broker is {list_}\n"
        "Restart the broker (systemctl restart mosquitto): a reload keeps out who comes, not who is there.\n"
    )
    return 0
