"""`balance-care monitoring`: on how many days of 30 there was data, as CSV."""

import argparse
import sys

from django.utils import timezone

from ui.care.installation.ready import require_database
from ui.care.models import Audit
from ui.care.out.monitoring import USUAL, monitoring_table, needed_days, windows
from ui.care.out.selection import OPERATOR
from ui.care.verbs.taking import period_of


def run(arguments: argparse.Namespace) -> int:
    """Print the table. Returns 0. Raises ConfigError for a bad period or threshold."""
    require_database()
    found = windows(OPERATOR, period_of(arguments, USUAL), needed=needed_days(), today=timezone.localdate())
    Audit.objects.create(who=None, action="command: took monitoring days", subject="")
    monitoring_table(found, names=arguments.names).write(sys.stdout, bom=False)
    return 0
