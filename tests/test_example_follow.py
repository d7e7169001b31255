"""The worked example of the docs: it runs, alone, and says what stations say."""

import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.conftest import Mosquitto
from tests.home import Home, live
from ui.care.recording.examples import new_id

EXAMPLE = Path(__file__).parents[1] / "docs/examples/follow_results.py"


def test_the_example_follows_stations_and_loads_no_django(broker: Mosquitto) -> None:
    with closing(Home(broker.port)) as home:
        home.say(home.birth(), retain=True)
        program = f"import runpy, sys; sys.argv = ['x', '127.0.0.1:{broker.port}']\n"
        program += f"try: runpy.run_path({str(EXAMPLE)!r}, run_name='__main__')\n"
        program += "finally: print('django' in sys.modules)"
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout
            assert running.stdout.readline() == "-- connected\n"
            assert "version 0.1.0, plate nominal" in running.stdout.readline()
            home.say(home.trial(new_id()), home.message(live(), "dance"), home.event("step_off"))
            assert [running.stdout.readline() for _ in range(3)] == [
                "home-1: supported-standing, rung 1: done, 20.0 s, 12.3 mm/s (simulated)\n",
                "home-1: dance, which this version does not know; kept as it came (simulated)\n",
                "home-1: event step_off (simulated)\n",
            ]
            running.send_signal(signal.SIGINT)
            assert running.stdout.read() == "False\n"
