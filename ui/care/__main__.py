"""`balance-care`: the care side's commands."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from station.arguments import port, seconds, whole
from station.errors import StationError
from ui.care.rights.roles import PERMISSIONS

COMMANDS = ("start", "pause", "stop", "mark", "identify", "live", "raw")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="balance-care",
        description="The care side of the balance stations: results in, programmes out.",
        epilog="Data folder: BALANCE_CARE_DATA. Broker: BALANCE_CARE_MQTT=host:port, and for TLS the files "
        "BALANCE_CARE_MQTT_CA, BALANCE_CARE_MQTT_CERT, BALANCE_CARE_MQTT_KEY; for `command` the folder "
        "BALANCE_CARE_CONSOLE. Renewal of certificates: BALANCE_CARE_RENEW_DAYS (30), "
        "BALANCE_CARE_RENEW=automatic or confirm.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    verbs.add_parser("migrate", help="make or update the database")
    check = verbs.add_parser("check", help="whether this care side is in order, a line a thing")
    check.add_argument("--deploy", action="store_true", help="hold the settings against Django's list too")
    check.add_argument("--json", action="store_true")

    _add_keeping(verbs)
    serve = verbs.add_parser("serve", help="serve the site")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=port, default=8000)

    recorder = verbs.add_parser("recorder", help="write what stations send into the database")
    recorder.add_argument("--name", default="1", help="of this recorder, where several run (default 1)")

    enrol = verbs.add_parser("enrol", help="make a station known and give it to a patient")
    enrol.add_argument("station")
    whose = enrol.add_mutually_exclusive_group(required=True)
    whose.add_argument("--patient", metavar="NAME", help="kept here only; the station gets a pseudonym")
    whose.add_argument("--shared", action="store_true", help="a clinic's station, which several people share")
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

    demo = verbs.add_parser("demo-data", help="fill an empty database with a simulated clinic")
    demo.add_argument("--patients", type=int, default=40)
    demo.add_argument("--days", type=int, default=120)
    demo.add_argument("--seed", type=int, default=1, help="the same number makes the same people")
    demo.add_argument("--traces", type=int, default=2, help="newest sessions of each with raw traces")
    demo.add_argument("--lean", action="store_true", help="without the messages that results came in")
    _add_taking(verbs)
    _add_tokens(verbs.add_parser("token", help="keys by which programs read the API"))

    prescribe = verbs.add_parser("prescribe", help="send a programme from a JSON file")
    prescribe.add_argument("station")
    prescribe.add_argument("file", type=Path)
    return parser


def _add_keeping(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    backup = verbs.add_parser("backup", help="database, keys and authority as one file")
    backup.add_argument("file", type=Path, metavar="FILE", help="on another disk; made for its owner only")
    backup.add_argument("--check", action="store_true", help="look through one that is there instead")
    restore = verbs.add_parser("restore", help="put a backup back; recorder and site must be stopped")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--over", action="store_true", help="though something is there; it is kept beside")


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
    verb.add_argument(
        "--qr", type=Path, metavar="FILE.svg", help="a page to print, scanned by balance-station enrol -"
    )
    verb.add_argument(
        "--language", choices=("en", "tr", "de", "es"), help="of the page to print (default en)"
    )


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
    crl = verbs.add_parser("crl", help="the list of certificates taken back, for every broker")
    crl.add_argument("--out", type=Path, nargs="+", metavar="FILE", help="write it there (default: print it)")
    crl.add_argument(
        "--check", type=Path, nargs="+", metavar="FILE", help="say whether a broker's copy is the newest"
    )
    acl = verbs.add_parser("acl", help="the broker's list of rights, for more recorders and for clinics")
    acl.add_argument("--number", action="append", default=[], metavar="ROLE=COUNT", help="like recorder=8")
    acl.add_argument(
        "--bridge", action="append", default=[], metavar="BRIDGE=STATION,…", help="the stations of a clinic"
    )
    acl.add_argument("--out", type=Path, metavar="FILE", help="write it there (default: print it)")
    _add_upkeep(verbs)


def _add_upkeep(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verbs.add_parser("upkeep", help="renew certificates, pass on keys: to be run every hour by a timer")
    renewals = verbs.add_parser("renewals", help="list requests for certificates; confirm or refuse one")
    decide = renewals.add_mutually_exclusive_group()
    decide.add_argument("--confirm", metavar="STATION")
    decide.add_argument("--refuse", metavar="STATION")
    _add_update(verbs.add_parser("update", help="releases offered to stations; let a station take one"))
    keys = verbs.add_parser("signing-key", help="the key that signs programmes: show, replace, retire")
    actions = keys.add_subparsers(dest="action", metavar="ACTION")
    actions.add_parser("show", help="show the keys, and which station holds which (default)")
    rotate = actions.add_parser("rotate", help="make a new key, and pass it on signed with the one before")
    how = rotate.add_mutually_exclusive_group()
    how.add_argument(
        "--overlap-days",
        type=whole,
        default=60,
        metavar="DAYS",
        help="for which the one before is good (default 60)",
    )
    how.add_argument("--lost", action="store_true", help="the key is lost or in other hands: enrol all again")
    retire = actions.add_parser("retire", help="destroy keys whose time is over")
    retire.add_argument("--anyway", action="store_true", help="though stations hold nothing newer")


def _add_update(update: argparse.ArgumentParser) -> None:
    actions = update.add_subparsers(dest="action", required=True)
    offer = actions.add_parser("offer", help="offer a signed release; nothing is installed by that")
    offer.add_argument("file", type=Path, metavar="FILE")
    actions.add_parser("list", help="what is offered, and what each station runs")
    ask = actions.add_parser("ask", help="let a station take a release, while nobody trains there")
    ask.add_argument("station")
    ask.add_argument("number", type=whole, help="the release's, as listed")
    actions.add_parser("withdraw", help="take back what a station has not begun").add_argument("station")


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
    for action, words in (("assign", "let a person, or a team, see a patient"), ("unassign", "no longer")):
        parser = actions.add_parser(action, help=words)
        parser.add_argument("name")
        parser.add_argument("pseudonym")
        parser.add_argument("--team", action="store_true", help="NAME is a team")
    team = actions.add_parser("team", help="make a team, or change its people")
    team.add_argument("name")
    team.add_argument("--add", action="append", default=[], metavar="ACCOUNT", help="repeat it for each")
    team.add_argument("--remove", action="append", default=[], metavar="ACCOUNT", help="repeat it for each")
    every = team.add_mutually_exclusive_group()
    every.add_argument("--every-patient", action="store_true", help="it holds every patient, later ones too")
    every.add_argument("--single-patients", action="store_true", help="only those it was given")


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

    from ui.care.installation.folder import data_folder
    from ui.care.installation.running import at_work

    django.setup()
    restores = arguments.verb == "restore"  # it must be the only one
    verb = importlib.import_module(f"ui.care.verbs.{arguments.verb.replace('-', '_')}")
    try:
        with nullcontext() if restores else at_work(data_folder()):
            code: int = verb.run(arguments)
    except DatabaseError as error:
        said = " ".join(str(error).split())
        sys.stderr.write(f"balance-care {arguments.verb}: the care database cannot be used: {said}\n")
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
