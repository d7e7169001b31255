"""`balance-care audit`: whether the audit is as it was written, and its newest lines."""

import argparse
import json
import sys

from station.errors import ConfigError
from ui.care.installation.ready import require_database
from ui.care.models import Audit
from ui.care.models.audit import verify_audit
from ui.care.models.chain import End
from ui.care.rights.audit import write
from ui.care.rights.operator import operator

NEWEST = 20


def run(arguments: argparse.Namespace) -> int:
    """Verify the chain, or print the newest lines. Returns 1 for a chain that is broken."""
    require_database()
    if not arguments.verify:
        write(None, "looked at the audit", "", by=operator())
        sys.stdout.writelines(
            f"{line.number}\t{line.when:%Y-%m-%d %H:%M:%S}\t{line.by or '-'}\t{line.action}\t{line.subject}\n"
            for line in reversed(Audit.objects.all()[:NEWEST])
        )
        return 0
    verdict = verify_audit(_seen(arguments.seen))
    if arguments.json:
        facts = {"whole": verdict.broken is None, "broken": verdict.broken}
        sys.stdout.write(json.dumps({**facts, "lines": verdict.lines, "digest": verdict.digest}) + "\n")
    elif verdict.broken is None:
        sys.stdout.write(
            f"the audit is whole: {verdict.lines} lines, ends with {verdict.lines}:{verdict.digest}\n"
        )
    else:
        sys.stderr.write(f"balance-care audit: {verdict.broken}; up to line {verdict.lines} it is whole\n")
    return 0 if verdict.broken is None else 1


def _seen(text: str | None) -> End | None:
    if text is None:
        return None
    number, _, digest = text.partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise ConfigError("--seen is NUMBER:DIGEST, as --verify printed it before")
    return End(int(number), digest)
