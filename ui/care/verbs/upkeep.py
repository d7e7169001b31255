"""`balance-care upkeep`: what is to be done every hour or so, by a timer: certificates, keys, lists."""

import argparse
import sys
from datetime import UTC, datetime

from ui.care.installation.folder import data_folder
from ui.care.installation.ready import require_database
from ui.care.trust.authority import Authority
from ui.care.trust.crl import WARN_DAYS, CrlFile, days_left, said_of
from ui.care.trust.policy import policy
from ui.care.trust.renewals import answer_all
from ui.care.trust.signing import announce, sign_again


def run(_arguments: argparse.Namespace) -> int:
    """Do it, and say what was done; nothing is said where there was nothing to do. Returns 0.

    This process, and no other that runs all the time, reads the authority's key.
    """
    require_database()
    folder, now = data_folder(), datetime.now(UTC)
    authority = Authority(folder.authority)
    lines = [f"{answered.station}: {answered.words}" for answered in answer_all(authority, policy(), now=now)]
    lines += [
        f"{sid}: holds none of the keys that sign now; enrol it again by a file" for sid in announce(folder)
    ]
    lines += [f"{sid}: its programme is signed with its newest key now" for sid in sign_again(folder)]
    crl = CrlFile.read(authority.crl_file)
    if days_left(crl, now) <= WARN_DAYS:
        lines.append(f"{authority.crl_file}: {said_of(crl, now)}")
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0
