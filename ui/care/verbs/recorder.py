"""`balance-care recorder`: what stations send goes into the database, until SIGINT or SIGTERM."""

import argparse
import signal
import threading

from ui.care.broker import broker
from ui.care.folder import data_folder
from ui.care.pulse import Pulse
from ui.care.ready import require_database
from ui.care.recorder import Recorder


def run(arguments: argparse.Namespace) -> int:
    """Record. Returns 0."""
    require_database()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    group = data_folder().recorders_group()
    with Recorder(broker(), group=group, name=arguments.name) as recorder:
        recorder.run(Pulse(arguments.name, recorder, stopped.is_set))
    return 0
