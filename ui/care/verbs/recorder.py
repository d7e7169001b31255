"""`balance-care recorder`: what stations send goes into the database, until SIGINT or SIGTERM."""

import argparse
import faulthandler
import os
import signal
import sys
import threading
import time

from station.notify import Watchdog
from station.starts import wait_for_turn
from ui.care.installation.broker import broker
from ui.care.installation.folder import data_folder
from ui.care.installation.ready import require_database
from ui.care.recording.pulse import Pulse
from ui.care.recording.recorder import Recorder
from ui.care.serving.vital import say


def run(arguments: argparse.Namespace) -> int:
    """Record. Returns 0."""
    faulthandler.enable(sys.__stderr__ or 2)
    wait_for_turn(say=say)
    signs = Watchdog.of(os.environ)
    require_database()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    group = data_folder().recorders_group()
    with signs, Recorder(broker(), group=group, name=arguments.name) as recorder:
        pulse = Pulse(arguments.name, recorder, stopped.is_set)
        while not pulse():
            recorder.turn()
            status = "connected to the broker" if recorder.is_connected else "the broker is away"
            signs.turned(time.monotonic_ns(), status)
        signs.stopping()
    return 0
