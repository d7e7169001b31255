"""What outlives every pull: the machine's data disk, and on the host the care side with its broker."""

import base64
import json
import os
import shutil
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.pulled_image import file_system
from benchmarks.site import Site
from benchmarks.soak import Victim
from benchmarks.tally import Database
from station.demo.run import free_port, mosquitto
from station.link.signature import sign_prescription
from station.training.prescription import Exercise, Prescription

STATION: Final = "pulled-1"
PATIENT: Final = "Pulled (simulated)"
HERE: Final = "127.0.0.1"
HOST: Final = "10.0.2.2"  # the host, as the machine reaches it through QEMU's user network
SEED: Final = bytes(range(32))
DISK_MB: Final = 512
EXERCISES: Final = (Exercise(routine="supported-standing", rung=1, attempts=2, hold_s=4, rest_s=5),)
CONFIG: Final = """[station]
id = "{station}"
subj = "{subj}"
state = "/data/station"
[source]
source = "simulate"
rested = true
[care]
host = "{host}"
port = {port}
keys = ["{key}"]
ca = "/data/ca.pem"
certificate = "/data/{station}.pem"
key = "/data/{station}.key"
[limits]
longest_validity_days = 36500
"""


class Home:
    """A folder; made at the first time, taken up again later."""

    def __init__(self, folder: Path) -> None:
        """Make what is not there yet. Raises StationError."""
        self.folder = folder
        self.disk: Final = folder / "data.img"
        self._site = Site(folder / "site", HERE)
        self._port_file = folder / "port"
        self._parts: dict[str, Victim] = {}
        if not self.disk.exists():
            self._make()
        self._port = int(self._port_file.read_text())
        self.care: Final = Database(self._site.data / "care.sqlite3")

    def _make(self) -> None:
        shutil.rmtree(self._site.folder, ignore_errors=True)
        self._site.folder.mkdir(parents=True)
        port = free_port()
        self._port_file.write_text(str(port))
        self._site.begin()
        self._site.certify("broker", hosts=[HERE, HOST])
        enrolled = json.loads(self._site.care.ask("enrol", STATION, "--patient", PATIENT, "--json"))
        (self.folder / "broker.conf").write_text(self._site.broker_configuration(port).read_text())
        environment = self._site.recorder_env("recorder-1", port)
        (self.folder / "recorder.json").write_text(json.dumps(environment))
        with tempfile.TemporaryDirectory() as name:
            data = Path(name)
            for file in self._site.certify(STATION):
                shutil.copy(file, data)
            (data / "station.toml").write_text(_configuration(enrolled["subj"], port))
            (data / "prescription.json").write_bytes(_prescription(enrolled["subj"]))
            file_system(self.disk, data, DISK_MB)

    def start(self, stack: ExitStack) -> None:
        """Start broker and recorder; they end with the stack."""
        environment = os.environ | json.loads((self.folder / "recorder.json").read_text())
        commands = {
            "broker": (mosquitto(), "-c", str(self.folder / "broker.conf")),
            "recorder": (*self._site.care.command, "recorder"),
        }
        for name, command in commands.items():
            ending = ("setpriv", "--pdeathsig", "TERM", *command)  # nobody is left when the rig is killed
            part = self._parts[name] = Victim(ending, self.folder / f"{name}.log", environment)
            stack.callback(part.close)
            part.look()
            time.sleep(0.5)

    def look(self) -> None:
        """Start again what has died."""
        for part in self._parts.values():
            part.look()


def _configuration(subj: str, port: int) -> str:
    public = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
    key = base64.b64encode(public).decode()
    return CONFIG.format(station=STATION, subj=subj, host=HOST, port=port, key=key)


def _prescription(subj: str) -> bytes:
    rx = Prescription(
        version=1,
        station=STATION,
        subj=subj,
        issued="2020-01-01T00:00:00Z",
        expires="2099-01-01T00:00:00Z",
        exercises=EXERCISES,
    )
    return sign_prescription(rx, SEED)
