"""`balance-station`: one program, verbs inside; the only place that wires the rooms together."""

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from station import __version__
from station.arguments import (
    add_analysis,
    add_bench_pi,
    add_check,
    add_config,
    add_demo,
    add_enrolment,
    add_export,
    add_fault,
    add_patient,
    add_report,
    add_setup,
    add_source,
    add_update,
    add_wipe,
)
from station.errors import BoardError, StationError
from station.rehearse.arguments import add_rehearsal

if TYPE_CHECKING:
    from station.notify import Watchdog


def log(line: str) -> None:
    """Write one line to stderr, where the journal reads it."""
    print(line, file=sys.stderr, flush=True)


def _run(args: argparse.Namespace) -> int:
    signs = _signs()  # before a child is started, which must not sign
    from station.wiring import make_service

    service = make_service(args.config, log=log, source=args.source, faults=args.fault)
    _on_signals(service.stop)
    with signs:
        service.run(signs)
    return 0


def _signs() -> "Watchdog":
    """Return what the service manager hears of this program, once it is its turn to start."""
    import faulthandler
    import os

    from station.notify import Watchdog
    from station.starts import wait_for_turn

    faulthandler.enable(sys.__stderr__ or 2)  # whoever ends a frozen one with SIGABRT sees where it stood
    wait_for_turn(say=log)
    return Watchdog.of(os.environ)


def _acquire(args: argparse.Namespace) -> int:
    from station.wiring import run_acquisition

    return run_acquisition(args.config, args.source)


def _uplink(args: argparse.Namespace) -> int:
    signs = _signs()
    from station.linking import make_unlinked, make_uplink

    if (unlinked := make_unlinked(args.config, log=log)) is not None:
        _on_signals(unlinked.stop)
        with signs:
            unlinked.run(signs)
        return 0
    uplink, broker = make_uplink(args.config, log=log)
    _on_signals(uplink.stop)
    with signs:
        uplink.run(broker, signs)
    return 0


def _check(args: argparse.Namespace) -> int:
    import time

    import msgspec
    from rich.console import Console

    from station.check.run import ACQUIRE, Check
    from station.check.table import print_report
    from station.wiring import check_board, check_through_station, configured, make_acquisition

    said: list[str] = []

    def hear(line: str) -> None:
        said.append(line)
        if not line.startswith(ACQUIRE):  # the reason it ended is our own last line
            log(line)

    board = check_board(configured(args.config, args.source), tried=args.source is not None)
    # A source or a fault named here is not what the running station has.
    running = None if args.source or args.fault else check_through_station(args.config)
    if running is not None:
        log("The station is running: its board is checked through it, and nobody can train meanwhile.")
    source = running or make_acquisition(args.config, log=hear, source=args.source, faults=args.fault)
    try:
        check = Check(source, board, now_ns=time.monotonic_ns, said=said, say=log)
        report = check.run(args.seconds, corners=args.corners)
    finally:
        source.close()
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(report)).decode())
    else:
        print_report(report, Console())
    return 0 if report.fit else 1


def _panel(args: argparse.Namespace) -> int:
    signs = _signs()
    import time

    from station.config import load_config, socket_path
    from station.session.panel import Panel
    from station.session.panel_gpio import GpioHardware

    config = load_config(args.config)
    try:
        hardware = GpioHardware(config.panel)
    except BoardError as error:
        log(f"balance-station panel: {error}")
        return 0  # a station without a panel is complete: there is nothing to start again
    stopped: list[bool] = []
    _on_signals(lambda *_: stopped.append(True))
    panel = Panel(socket_path(config), hardware)
    try:
        while not stopped:
            panel.step(0.25)
            signs.turned(time.monotonic_ns(), "")
    finally:
        signs.close()
        panel.close()
    return 0


def _patient(args: argparse.Namespace) -> int:
    import time

    from station.demo.patient import Patient

    stopped: list[bool] = []
    _on_signals(lambda *_: stopped.append(True))
    tell = args.tell.write_text if args.tell else lambda _session: None
    patient = Patient(
        args.socket,
        alone=args.alone,
        recorded=args.recorded,
        now_s=time.monotonic,
        tell=tell,
        again=args.again,
    )
    try:
        while not stopped and not patient.finished:
            patient.step(0.05)
    finally:
        patient.close()
    return 0


def _demo(args: argparse.Namespace) -> int:
    from station.board.breakdown import parse_spec
    from station.demo.run import Demo, Options

    if args.once and not args.headless:
        log("demo: --once plays unattended; add --headless")
        return 2
    if args.json and not args.once:
        log("demo: --json prints the result of one session; add --once")
        return 2

    for fault in args.fault:
        parse_spec(fault)  # refused before anything starts

    def in_folder(folder: Path) -> int:
        options = Options(
            folder=folder.absolute(),
            recording=args.recording,
            headless=args.headless,
            once=args.once,
            site_port=args.port,
            seed=args.seed,
            faults=tuple(args.fault),
        )
        with Demo(options) as demo:
            return demo.run()

    if args.data is not None:
        return in_folder(args.data)
    with tempfile.TemporaryDirectory(prefix="balance-demo-") as folder:
        return in_folder(Path(folder))


def _analyse(args: argparse.Namespace) -> int:
    from station.analysis.command import Form, Options, run

    form: Form = "json" if args.json else "csv" if args.csv else "table"
    options = Options(tuple(args.files), args.filter, args.plate, form, args.plot, args.html)
    try:
        return run(options, sys.stdout, sys.stderr)
    except BrokenPipeError:
        return _pipe_closed()
    except KeyboardInterrupt:
        return 130


def _rehearse(args: argparse.Namespace) -> int:
    from station.rehearse.arguments import options_of
    from station.rehearse.command import run

    try:
        return run(options_of(args), sys.stdout)
    except BrokenPipeError:
        return _pipe_closed()


def _pipe_closed() -> int:
    """Return what a verb returns whose reader has seen enough (`… | head`)."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _export(args: argparse.Namespace) -> int:
    from station.analysis.export import export_all
    from station.config import DATABASE, load_config, state_folder

    config = load_config(args.config)
    failures: list[str] = []
    database = state_folder(config) / DATABASE
    for folder in export_all(
        database, config.station.id, args.out, beginning=args.session, log=failures.append
    ):
        print(folder)
    for failure in failures:
        log(failure)
    return 1 if failures else 0


def _lsl(args: argparse.Namespace) -> int:
    from station.analysis.lsl import LslOutlet, Stream
    from station.config import load_config, socket_path

    config = load_config(args.config)
    stream = Stream(socket_path(config), LslOutlet(config.station.id), log=log)
    _on_signals(stream.stop)
    stream.run()
    return 0


def _enrol(args: argparse.Namespace) -> int:
    from station.enrol import run

    return run(args)


def _setup(args: argparse.Namespace) -> int:
    from station.setup.command import run

    return run(args)


def _report(args: argparse.Namespace) -> int:
    from station.report.command import run

    return run(args)


def _update(args: argparse.Namespace) -> int:
    from station.update.command import call_off, show, take, watch

    if args.call_off:
        return call_off(args.config, log=log)
    if args.show:
        return show(args.config, log=log)
    if args.watch:
        return watch(args.config, log=log)
    return take(args.config, args.release, check_only=args.check, log=log)


def _wipe(args: argparse.Namespace) -> int:
    from station.wipe import run

    return run(args)


def _bench_pi(args: argparse.Namespace) -> int:
    import json

    from station.bench_pi import BENCHES, bench, lines

    names = list(BENCHES) if args.bench == "all" else [args.bench]
    document = bench(names, args.config, simulate=args.simulate)
    print(json.dumps(document, indent=2) if args.json else "\n".join(lines(document)))
    return 0


def _version(_args: argparse.Namespace) -> int:
    print(f"balance-station {__version__}")
    return 0


def _on_signals(stop: Callable[..., None]) -> None:
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="balance-station", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, run: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=about, description=about)
        added.set_defaults(run=run)
        return added

    for name, run, about in (
        ("run", _run, "run the station: board, training, results, socket for the kiosk"),
        ("acquire", _acquire, "read the board and write packed readings to stdout (started by run)"),
        ("uplink", _uplink, "carry results to the care team and prescriptions back"),
        ("panel", _panel, "serve the buttons, LED and buzzer beside the screen"),
    ):
        added = verb(name, run, about)
        add_config(added)
        if name in {"run", "acquire"}:
            add_source(added)
        if name == "run":
            add_fault(added)
    add_check(verb("check", _check, "check a board: what an installer needs to know, and what to do first"))
    add_demo(verb("demo", _demo, "run the whole system on this machine with a simulated person"))
    add_patient(verb("patient", _patient, "the simulated patient of the demo (started by demo)"))
    add_analysis(verb("analyse", _analyse, "measure recordings: table, JSON, CSV, pictures, page"))
    about = "play a recording or a simulated patient through routine and session, in virtual time"
    add_rehearsal(verb("rehearse", _rehearse, about))
    add_export(verb("export", _export, "write sessions as folders of CSV and JSON for other programs"))
    add_config(verb("lsl", _lsl, "publish the live CoP as a Lab Streaming Layer stream"))
    add_enrolment(verb("enrol", _enrol, "ask the care team for a certificate, and take their answer"))
    add_setup(
        verb("setup", _setup, "finish this station on its Raspberry Pi, step by step; each can be taken back")
    )
    add_report(
        verb("report", _report, "write one file for a helper: versions, check, faults, no patient data")
    )
    add_update(verb("update", _update, "install a signed release, and take it back when it is not healthy"))
    add_wipe(verb("wipe", _wipe, "take a patient's data off this station, for the next one"))
    add_bench_pi(verb("bench-pi", _bench_pi, "measure what only a Raspberry Pi can show"))
    verb("version", _version, "print the version")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; return 0 when it went well, 1 after one line on stderr, 2 for wrong usage."""
    args = _parser().parse_args(argv)
    try:
        run: Callable[[argparse.Namespace], int] = args.run
        return run(args)
    except StationError as error:
        log(f"balance-station {args.verb}: {error}")
    except KeyboardInterrupt:
        log("Stopped.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
