"""Prescriptions a station must refuse, sent through a real broker, and what the care team then reads."""

import importlib
import os
from contextlib import ExitStack
from pathlib import Path

from benchmarks.hostile_recorder import use_database_in
from benchmarks.prescriptions import folder_in_memory
from benchmarks.soak import Victim
from benchmarks.table import show
from station.demo.run import free_port, mosquitto
from ui.care.installation.folder import data_folder


def main(*, full: bool = False) -> None:  # noqa: ARG001 (there is one length only)
    """Print the table of docs/prescriptions.md."""
    port = free_port()
    with folder_in_memory() as folder, ExitStack() as stack:
        conf = folder / "mosquitto.conf"
        conf.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nlog_type none\n")
        broker = Victim((mosquitto(), "-c", str(conf)), folder / "log", dict(os.environ))
        stack.callback(broker.close)
        broker.look()
        os.environ["BALANCE_CARE_DATA"] = str(folder / "care")
        data_folder().create()  # with the site's secret, before Django reads it
        use_database_in(folder / "care")
        way = importlib.import_module("benchmarks.refused_way")  # models can be imported only now
        show(
            "Prescriptions through the broker to a station that has version 5",
            way.send_all(Path(folder), port),
        )


if __name__ == "__main__":
    main()
