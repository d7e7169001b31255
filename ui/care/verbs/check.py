"""`balance-care check`: whether this care side is in order."""

import argparse
import json
import sys

from django.core.checks import CheckMessage, run_checks

from ui.care.installation.folder import data_folder
from ui.care.keeping.checkup import BAD, LOOK, OK, Finding, check_all, worst


def run(arguments: argparse.Namespace) -> int:
    """Look at everything. Returns 1 where something is bad."""
    findings = list(check_all(data_folder()))
    said = [m for m in run_checks(include_deployment_checks=arguments.deploy) if not m.is_silenced()]
    findings += [_of(message) for message in said]
    if not said:
        which = "Django's list for a public site" if arguments.deploy else "Django"
        findings.append(Finding("settings", OK, f"{which} has no complaint"))
    state = worst(findings)
    if arguments.json:
        checks = [finding._asdict() for finding in findings]
        sys.stdout.write(json.dumps({"state": state, "checks": checks}, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(f"{each.state:<5} {each.what:<13} {each.words}\n" for each in findings)
    return 1 if state == BAD else 0


def _of(message: CheckMessage) -> Finding:
    words = " ".join(str(message.msg).split())
    return Finding("settings", BAD if message.is_serious() else LOOK, f"{words} ({message.id})")
