"""A program beside the kiosk: what it prints is there when it has ended, and it can be ended at any time."""

import os
import signal
import sys

from ui.patient.service.command import ChildCommand, Ended


def python(code: str) -> ChildCommand:
    return ChildCommand([sys.executable, "-c", code], os.environ)


def ended(command: ChildCommand) -> Ended:
    while True:
        found = command.poll()
        if found is not None:
            return found


def test_its_output_is_whole_however_long_and_the_last_line_it_said_is_kept() -> None:
    command = python("import sys; print('x' * 300_000); print('one\\ntwo', file=sys.stderr); sys.exit(3)")
    assert command.start() is None
    found = ended(command)
    assert found.code == 3
    assert found.output == b"x" * 300_000 + b"\n"
    assert found.said == "two"
    assert command.poll() is None


def test_while_it_runs_there_is_nothing_and_nobody_waits() -> None:
    command = python("import signal; signal.pause()")
    command.start()
    assert command.poll() is None
    command.stop()
    command.stop()
    assert command.poll() is None


def test_started_anew_it_begins_with_nothing() -> None:
    command = python("print(1)")
    command.start()
    first = ended(command)
    command.start()
    assert ended(command) == first


def test_one_that_does_not_listen_is_killed() -> None:
    ignoring = f"import signal; signal.signal({int(signal.SIGTERM)}, signal.SIG_IGN); print(1, flush=True)"
    command = python(f"{ignoring}; signal.pause()")
    command.start()
    command.stop()
    assert command.poll() is None


def test_one_that_is_not_there_is_told_in_a_sentence() -> None:
    assert ChildCommand(["/nowhere/python"], {}).start() == "/nowhere/python: No such file or directory"
