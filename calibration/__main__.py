"""`balance-calibrate`: makes the plate of this board out of known masses, and says how good it is."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station.errors import StationError

if TYPE_CHECKING:
    from calibration.bench import Bench
    from calibration.ends import Screen
    from calibration.spoken import Result


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _fit(args: argparse.Namespace) -> int:
    from calibration.document import Circumstances, as_json, in_words, plate_file
    from calibration.error_map import draw_error_map
    from calibration.outcome import calibrate
    from calibration.points import read_points
    from station.config import load_config
    from station.errors import CalibrationError
    from station.session.plates import write_atomically
    from station.sway.plate_file import encode_plate_file
    from station.weighing import nominal_plate

    config = load_config(args.config)
    points = read_points(args.file)
    outcome = calibrate(points, nominal_plate(config))
    how = Circumstances(args.who, _now(), args.station, sim=False, temperature_c=args.temperature)
    named, refused = None, None
    try:
        named, data = encode_plate_file(plate_file(outcome, points, how))
        write_atomically(args.out, data)
    except CalibrationError as error:
        refused = str(error)
    if args.plot is not None:
        draw_error_map(outcome, args.plot)
    if args.json:
        print(json.dumps(as_json(outcome, named, refused), indent=1))
    else:
        print("\n".join(in_words(outcome)))
    if refused is not None:
        _say(f"balance-calibrate fit: {refused}")
        return 1
    if not args.json:
        print(f"plate {named} written to {args.out}")
    return 0


def _on_board(args: argparse.Namespace) -> int:
    from calibration import bench as procedures
    from calibration.ends import Unattended
    from calibration.terminal import open_terminal
    from calibration.told import told
    from calibration.verdict import verdict_of

    run: Callable[[procedures.Bench], dict[str, Any]] = getattr(procedures, f"run_{args.verb}")
    if args.dialogue:
        return _spoken(args, run)
    terminal = None if args.answers else open_terminal(sys.stdin.fileno())
    end = terminal or Unattended(args.answers, log=_say)
    options = procedures.Options(
        args.config, args.seed, hand=args.verb, paced=terminal is not None and sys.stdin.isatty()
    )
    bench = procedures.Bench(options, end)
    try:
        result = run(bench)
    finally:
        bench.close()
        if terminal is not None:
            terminal.close()
    if args.json:
        print(json.dumps(result, indent=1))
    else:
        print("\n".join(told(verdict_of(args.verb, result))))
    return 1 if result.get("light") == "red" else 0


def _spoken(args: argparse.Namespace, run: "Callable[[Bench], dict[str, Any]]") -> int:
    from calibration.bench import Bench, Options
    from calibration.verdict import verdict_of

    def result(screen: "Screen") -> "Result":
        bench = Bench(Options(args.config, args.seed, hand=args.verb, paced=True), screen)
        try:
            return verdict_of(args.verb, run(bench))
        finally:
            bench.close()

    return _with_screen(result)


def _with_screen(run: "Callable[[Screen], Result]") -> int:
    """Say the result, or why there is none, as the last line of a dialogue."""
    from calibration.conversation import values_of
    from calibration.ends import Screen
    from calibration.refusal import RefusedError
    from calibration.spoken import Failed
    from station.errors import BoardError

    screen = Screen(sys.stdin.fileno(), sys.stdout.fileno(), log=_say)
    try:
        result = run(screen)
    except RefusedError as error:
        screen.say(Failed(key=error.refusal.key, text=str(error), values=values_of(error.refusal)))
        return 1
    except StationError as error:
        screen.say(Failed(key="board" if isinstance(error, BoardError) else "failed", text=str(error)))
        return 1
    screen.say(result)
    return 1 if result.light == "red" else 0


def _restore(args: argparse.Namespace) -> int:
    from calibration.restore import restore
    from calibration.told import told
    from calibration.verdict import verdict_of
    from station.config import load_config

    if args.dialogue:
        return _with_screen(lambda _screen: verdict_of("restore", restore(load_config(args.config))))
    restored = restore(load_config(args.config))
    if args.json:
        print(json.dumps(restored, indent=1))
    else:
        print("\n".join(told(verdict_of("restore", restored))))
    return 0


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="balance-calibrate", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, run: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=about, description=about)
        added.set_defaults(run=run)
        added.add_argument("--config", metavar="FILE", help="configuration (TOML)")
        added.add_argument("--json", action="store_true", help="print one JSON document")
        return added

    fit = verb("fit", _fit, "make a plate file from a CSV of points")
    fit.add_argument("file", type=Path, metavar="FILE", help="x_mm,y_mm,force_n,fl_counts,…,rr_counts[,use]")
    fit.add_argument("--out", type=Path, metavar="PLATE", required=True, help="where to write the plate file")
    fit.add_argument("--plot", type=Path, metavar="PNG", help="draw the error map over the plate")
    fit.add_argument("--who", default="", help="who measured")
    fit.add_argument("--station", default="", metavar="ID", help="the only station this plate is for")
    fit.add_argument("--temperature", type=float, metavar="C", help="of the room, in °C")
    for name, about in (
        ("tare", "take the zero of the empty plate and tell how far it walked"),
        ("corners", "find which chip is at which corner, by pressing them"),
        ("cells", "find the span of each cell from masses right above it"),
        ("plate", "fit the plate from masses at known places and take it into use"),
        ("verify", "check the plate in use at places its fit has not seen"),
        ("daily", "check the plate in use with one known mass"),
    ):
        on_board = verb(name, _on_board, about)
        on_board.add_argument("--answers", type=Path, metavar="FILE", help="answers (TOML); nobody is asked")
        _with_seed_and_dialogue(on_board)
    back = verb("restore", _restore, "take the plate before the present one into use again")
    _with_seed_and_dialogue(back)
    return parser


def _with_seed_and_dialogue(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--dialogue", action="store_true", help="speak JSON lines with a screen (calibration/spoken.py)"
    )
    verb.add_argument("--seed", type=int, default=1, help="of the simulated board")


def _run(args: argparse.Namespace) -> int:
    run: Callable[[argparse.Namespace], int] = args.run
    code = run(args)
    sys.stdout.flush()  # here, where its failure is still told
    return code


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; return 0 when it went well, 1 after one line on stderr, 2 for wrong usage.

    Ctrl-C returns 130, but in a procedure 1, whose reason says what is kept.
    """
    args = _parser().parse_args(argv)
    try:
        return _run(args)
    except StationError as error:
        _say(f"balance-calibrate {args.verb}: {error}")
        return 1
    except KeyboardInterrupt:
        rest = "the plate in use stays, and so do steps kept before; the same command begins again"
        _say(f"\nbalance-calibrate {args.verb}: stopped; {rest}")
        return 130
    except (
        OSError
    ) as error:  # nobody reads the result, or there is no room for it; what was to be done is done
        _say(f"balance-calibrate {args.verb}: the result cannot be written: {error.strerror}")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
