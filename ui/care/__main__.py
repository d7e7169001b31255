"""`balance-care`: the care side's commands."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from station.arguments import port
from station.errors import StationError
from ui.care.roles import PERMISSIONS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="balance-care",
        description="The care side of the balance stations: results in, programmes out.",
        epilog="Data folder: BALANCE_CARE_DATA. Broker: BALANCE_CARE_MQTT=host:port, and for TLS the files "
        "BALANCE_CARE_MQTT_CA, BALANCE_CARE_MQTT_CERT, BALANCE_CARE_MQTT_KEY.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    verbs.add_parser("migrate", help="make or update the database")

    serve = verbs.add_parser("serve", help="serve the site")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=port, default=8000)

    recorder = verbs.add_parser("recorder", help="write what stations send into the database")
    recorder.add_argument("--name", default="1", help="of this recorder, where several run (default 1)")

    enrol = verbs.add_parser("enrol", help="make a station known and give it to a patient")
    enrol.add_argument("station")
    enrol.add_argument(
        "--patient", required=True, metavar="NAME", help="kept here only; the station gets a pseudonym"
    )
    enrol.add_argument("--json", action="store_true")
    _add_bundle(enrol)
    renew = verbs.add_parser("renew", help="give an enrolled station a new certificate")
    renew.add_argument("station")
    _add_bundle(renew)
    _add_authority(verbs)

    _add_people(verbs.add_parser("user", help="people who may log in"))

    results = verbs.add_parser("results", help="print a session as the database holds it")
    results.add_argument("station")
    results.add_argument("--session", metavar="ID", help="default: the newest")
    results.add_argument("--wait", type=float, metavar="SECONDS", help="until all of the session has arrived")
    results.add_argument("--json", action="store_true", required=True)

    _add_taking(verbs)
    _add_tokens(verbs.add_parser("token", help="keys by which programs read the API"))

    prescribe = verbs.add_parser("prescribe", help="send a programme from a JSON file")
    prescribe.add_argument("station")
    prescribe.add_argument("file", type=Path)
    return parser


def _add_bundle(verb: argparse.ArgumentParser) -> None:
    how = verb.add_mutually_exclusive_group()
    how.add_argument("--request", type=Path, metavar="FILE", help="of the station: balance-station enrol")
    how.add_argument(
        "--with-key", action="store_true", help="make the station's key here; keep the file safe"
    )
    verb.add_argument(
        "--broker", metavar="HOST:PORT", help="as the station reaches it (default: as certified)"
    )
    verb.add_argument("--out", type=Path, metavar="FILE", help="the bundle (default STATION.bundle.json)")


def _add_authority(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    certify = verbs.add_parser("certify", help="a certificate for a broker, a recorder or a bridge")
    certify.add_argument("name", help="broker, broker-NAME, recorder-NUMBER or bridge-NUMBER")
    certify.add_argument("--host", action="append", default=[], help="of a broker; repeat it for each")
    certify.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    revoke = verbs.add_parser("revoke", help="take back every certificate of this name")
    revoke.add_argument("name")
    revoke.add_argument("--crl", type=Path, metavar="FILE", help="where the broker reads the list")
    verbs.add_parser("certificates", help="list the certificates that were given")


def _add_taking(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    report = verbs.add_parser("report", help="one page of PDF on one patient")
    report.add_argument("pseudonym")
    report.add_argument("--language", default="en", metavar="en|tr|de|es")
    report.add_argument("--paper", choices=("A4", "Letter"), default="A4")
    tables = verbs.add_parser("tables", help="sessions, trials, events and journal as CSV in a ZIP")
    tables.add_argument("pseudonym", nargs="?", help="default: everybody")
    fhir = verbs.add_parser("fhir", help="a FHIR R4 bundle of one patient")
    fhir.add_argument("pseudonym")
    monitoring = verbs.add_parser("monitoring", help="days with data in each 30 days, as CSV on stdout")
    for verb in (report, tables, fhir):
        verb.add_argument("--out", type=Path, required=True, metavar="FILE")
    for verb in (tables, fhir, monitoring):
        verb.add_argument("--names", action="store_true", help="with the names of patients")
    for verb in (report, tables, fhir, monitoring):
        verb.add_argument("--from", dest="first", metavar="DAY", help="like 2026-05-04")
        verb.add_argument("--to", dest="last", metavar="DAY", help="default: today")


def _add_tokens(token: argparse.ArgumentParser) -> None:
    actions = token.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="print a new key, once")
    add.add_argument("name")
    add.add_argument("--as", dest="user", required=True, metavar="USER", help="whose patients it reads")
    add.add_argument("--expires", metavar="DAY", help="the last day on which it works")
    revoke = actions.add_parser("revoke", help="take a key back, for good")
    revoke.add_argument("name")
    actions.add_parser("list", help="all keys, and when they were used last")


def _add_people(user: argparse.ArgumentParser) -> None:
    actions = user.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="add a person, or give one a new password and role")
    add.add_argument("name")
    add.add_argument("--role", choices=PERMISSIONS, required=True)
    add.add_argument(
        "--password-stdin", action="store_true", required=True, help="read the password from stdin"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb. Returns 0, or 1 with one line on stderr; wrong usage exits with 2."""
    arguments = _parser().parse_args(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ui.care.settings")
    try:
        return _run(arguments)
    except StationError as error:
        sys.stderr.write(f"balance-care {arguments.verb}: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _run(arguments: argparse.Namespace) -> int:
    import django
    from django.db import DatabaseError

    django.setup()
    verb = importlib.import_module(f"ui.care.verbs.{arguments.verb}")
    try:
        code: int = verb.run(arguments)
    except DatabaseError as error:
        sys.stderr.write(f"balance-care {arguments.verb}: the care database cannot be used: {error}\n")
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
