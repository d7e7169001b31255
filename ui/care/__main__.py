"""`balance-care`: the care side's commands."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from station.arguments import port, seconds
from station.errors import StationError
from ui.care.roles import PERMISSIONS

COMMANDS = ("start", "pause", "stop", "mark", "identify", "live", "raw")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="balance-care",
        description="The care side of the balance stations: results in, programmes out.",
        epilog="Data folder: BALANCE_CARE_DATA. Broker: BALANCE_CARE_MQTT=host:port, and for TLS the files "
        "BALANCE_CARE_MQTT_CA, BALANCE_CARE_MQTT_CERT, BALANCE_CARE_MQTT_KEY; for `command` the folder "
        "BALANCE_CARE_CONSOLE.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    verbs.add_parser("migrate", help="make or update the database")
    check = verbs.add_parser("check", help="whether this care side is in order, a line a thing")
    check.add_argument("--deploy", action="store_true", help="hold the settings against Django's list too")
    check.add_argument("--json", action="store_true")

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

    _add_people(verbs.add_parser("user", help="people who may log in, and whom they see"))
    _add_records(verbs)

    results = verbs.add_parser("results", help="print a session as the database holds it")
    results.add_argument("station")
    results.add_argument("--session", metavar="ID", help="default: the newest")
    results.add_argument("--wait", type=float, metavar="SECONDS", help="until all of the session has arrived")
    results.add_argument("--json", action="store_true", required=True)

    _add_command(verbs.add_parser("command", help="say something to a station now, or look on (live)"))

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
    certify = verbs.add_parser(
        "certify", help="a certificate for a broker, a recorder, a reader, a console or a bridge"
    )
    certify.add_argument("name", help="broker, broker-NAME, or recorder-, reader-, console- or bridge-NUMBER")
    certify.add_argument("--host", action="append", default=[], help="of a broker; repeat it for each")
    certify.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    revoke = verbs.add_parser("revoke", help="take back every certificate of this name")
    revoke.add_argument("name")
    revoke.add_argument("--crl", type=Path, metavar="FILE", help="where the broker reads the list")
    verbs.add_parser("certificates", help="list the certificates that were given")


def _add_command(command: argparse.ArgumentParser) -> None:
    command.add_argument("station")
    command.add_argument("kind", choices=COMMANDS)
    command.add_argument("--by", metavar="ACCOUNT", help="who gives it (default: whoever runs this)")
    command.add_argument("--trial", metavar="ID", help="whose trace `raw` asks for")
    command.add_argument(
        "--wait", type=seconds, default=10.0, metavar="SECONDS", help="for the answer (default 10)"
    )
    command.add_argument(
        "--seconds", type=seconds, default=float("inf"), help="of `live` (default: until Ctrl-C)"
    )
    command.add_argument("--json", action="store_true", help="print one JSON document; `live` one a look")


def _add_people(user: argparse.ArgumentParser) -> None:
    actions = user.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="add a person, or give one a new password and role")
    add.add_argument("name")
    add.add_argument("--role", choices=PERMISSIONS, required=True)
    add.add_argument("--password-stdin", action="store_true", help="read the password (default: make one)")
    add.add_argument("--all-patients", action="store_true", help="sees every patient, as in a small practice")
    add.add_argument("--sees", action="append", default=[], metavar="PSEUDONYM", help="repeat it for each")
    actions.add_parser("list", help="everybody who may log in").add_argument("--json", action="store_true")
    role = actions.add_parser("role", help="give another role")
    role.add_argument("name")
    role.add_argument("role", choices=PERMISSIONS)
    for action, words in (
        ("lock", "no log-in any more, sessions end"),
        ("unlock", "may log in again, also after too many refused log-ins"),
        ("reset-factor", "take the second factor away"),
    ):
        actions.add_parser(action, help=words).add_argument("name")
    password = actions.add_parser("password", help="a new password")
    password.add_argument("name")
    password.add_argument("--password-stdin", action="store_true", help="read it (default: make one)")
    for action, words in (("assign", "let somebody see a patient"), ("unassign", "no longer")):
        parser = actions.add_parser(action, help=words)
        parser.add_argument("name")
        parser.add_argument("pseudonym")


def _add_records(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    audit = verbs.add_parser("audit", help="the newest lines of the audit, or whether it is whole")
    audit.add_argument("--verify", action="store_true", help="follow the chain; names the first broken line")
    audit.add_argument("--seen", metavar="NUMBER:DIGEST", help="as --verify printed it before")
    audit.add_argument("--json", action="store_true", help="of --verify, as one JSON document")
    export = verbs.add_parser("export", help="a copy of all data of one patient")
    export.add_argument("pseudonym")
    export.add_argument("--out", type=Path, required=True, metavar="FILE.zip")
    forget = verbs.add_parser("forget", help="delete name and results of one patient for good")
    forget.add_argument("pseudonym")


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
