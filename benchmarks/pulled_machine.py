"""One emulated machine that is pulled: QEMU, its serial lines, and the disk it loses its power with."""

import json
import random
import select
import socket
import subprocess
import time
from collections import deque
from pathlib import Path
from typing import Any, Final, Literal

from benchmarks.pulled_disk import Cut, Export, VolatileDisk
from benchmarks.pulled_image import Image
from benchmarks.stage import cpu_s
from station.errors import StationError

MEMORY_MB: Final = 640
CONNECT_S: Final = 30.0
SAVE_S: Final = 300.0
WARM_S: Final = 600.0
PROMPT: Final = b"(qemu) "
Mode = Literal["train", "drain"]
Told = dict[str, Any]


class Machine:
    """A running machine; `next_told` gives what it says, `pull` takes its power."""

    def __init__(self, image: Image, folder: Path, saved: Path | None = None) -> None:
        """Start it without a data disk, from its beginning or a saved state. Raises StationError."""
        self._folder = folder
        self._disk: VolatileDisk | None = None
        self._export: Export | None = None
        self._log = (folder / "qemu.log").open("wb")
        self.began_s = time.monotonic()
        listeners = [_listen(folder / name) for name in ("line.sock", "monitor.sock")]
        self._qemu = subprocess.Popen(
            _command(image, folder, saved),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        try:
            self._line, self._monitor = (listener.accept()[0] for listener in listeners)
        except TimeoutError:
            self._end()
            raise StationError(f"QEMU did not start; see {self._log.name}") from None
        finally:
            for listener in listeners:
                listener.close()
        self._unread = b""
        self._told: deque[Told] = deque()
        self._until_prompt()
        if saved is not None:
            self._continue()

    def _continue(self) -> None:
        """Go on where the machine was stopped when it was saved."""
        end_s = time.monotonic() + SAVE_S
        while "inmigrate" in self.monitor("info status"):
            if time.monotonic() > end_s:
                raise StationError(f"the saved machine does not load; see {self._log.name}")
            time.sleep(0.05)
        self.monitor("cont")

    @property
    def cpu_s(self) -> float:
        """The processor time it has had, s: a clock that a busy host does not hurry."""
        return cpu_s(self._qemu.pid)

    def next_told(self, within_s: float) -> Told | None:
        """Return the next thing it says; None when it says nothing for so long, or is gone."""
        end_s = time.monotonic() + within_s
        while not self._told:
            left_s = end_s - time.monotonic()
            if left_s <= 0 or not select.select([self._line], [], [], left_s)[0]:
                return None
            data = self._line.recv(65536)
            if not data:
                return None
            self._parse(data)
        return self._told.popleft()

    def _parse(self, data: bytes) -> None:
        *lines, self._unread = (self._unread + data).split(b"\n")
        self._told += [json.loads(line) for line in lines]
        with (self._folder / "line.log").open("ab") as log:
            log.writelines(line + b"\n" for line in lines)

    def monitor(self, words: str) -> str:
        """Return what QEMU's monitor says to a command."""
        self._monitor.sendall(words.encode() + b"\n")
        return self._until_prompt()

    def _until_prompt(self) -> str:
        said = b""
        while not said.endswith(PROMPT):
            part = self._monitor.recv(65536)
            if not part:
                raise StationError(f"QEMU is gone; see {self._log.name}")
            said += part
        return said.decode(errors="replace")

    def save(self, saved: Path) -> None:
        """Wait until the program is loaded, keep the machine as it is then, end it. Raises StationError."""
        told = self.next_told(WARM_S)
        if told is None or told["kind"] != "warm":
            self._end()
            raise StationError(f"the machine did not start; see {self._folder / 'console.log'}")
        partial = saved.with_suffix(".new")
        self.monitor("stop")
        self.monitor(f'migrate "exec:cat > {partial}"')
        end_s = time.monotonic() + SAVE_S
        while "completed" not in self.monitor("info migrate"):
            if time.monotonic() > end_s:
                raise StationError("QEMU did not save the machine")
            time.sleep(0.2)
        self._end()
        partial.rename(saved)

    def go(self, disk: VolatileDisk, mode: Mode, entropy: bytes) -> None:
        """Plug the data disk in and let it start the station."""
        self._disk = disk
        plug = self._folder / "disk.sock"
        self._export = Export(disk, plug)
        drive = f"if=none,id=data,format=raw,cache=writeback,file=nbd+unix:///?socket={plug}"
        self.monitor(f"drive_add 0 {drive}")
        self.monitor("device_add virtio-blk-pci,drive=data")
        told = {"mode": mode, "time_s": str(time.time()), "entropy": entropy.hex()}
        self._line.sendall(json.dumps(told).encode() + b"\n")

    def pull(self, way: str, chance: random.Random) -> Cut:
        """Kill it, and let its disk keep of what was not flushed what the way says."""
        self._end()
        assert self._disk is not None
        return self._disk.cut(way, chance)

    def _end(self) -> None:
        self._qemu.kill()
        self._qemu.wait()
        if self._export is not None:
            self._export.close()
        self._log.close()

    def last_words(self) -> list[Told]:
        """Return what had been said before the pull and was not taken in; a line that was cut off is none."""
        while data := self._line.recv(65536):
            self._parse(data)
        self._line.close()
        self._monitor.close()
        return list(self._told)


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    path.unlink(missing_ok=True)
    listener.bind(str(path))
    listener.listen(1)
    listener.settimeout(CONNECT_S)
    return listener


def _command(image: Image, folder: Path, saved: Path | None) -> tuple[str, ...]:
    incoming = () if saved is None else ("-incoming", f"exec:cat {saved}")
    return (
        "setpriv", "--pdeathsig", "KILL",
        "qemu-system-x86_64", "-nodefaults", "-no-reboot", "-display", "none", "-m", str(MEMORY_MB),
        "-smp", "1", "-accel", "tcg", "-cpu", "Nehalem",
        "-kernel", str(image.kernel), "-initrd", str(image.first),
        "-append", "console=ttyS0 quiet panic=-1 mitigations=off no_timer_check",
        "-serial", f"file:{folder / 'console.log'}",
        "-serial", f"unix:{folder / 'line.sock'}", "-monitor", f"unix:{folder / 'monitor.sock'}",
        "-drive", f"if=virtio,format=raw,readonly=on,file={image.root}",
        "-drive", f"if=virtio,format=raw,readonly=on,file={image.program}",
        "-nic", "user,model=virtio-net-pci", *incoming,
    )  # fmt: skip
