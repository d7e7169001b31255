"""A Debian root with the package installed, or the units as it installs them, for `benchmarks.appliance`."""

import filecmp
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from station.errors import StationError

PROJECT: Final = Path(__file__).parent.parent
CACHE: Final = PROJECT / "build/appliance"
RELEASE: Final = "bookworm"
RELEASES: Final = {"12": "bookworm", "13": "trixie"}
PACKAGES: Final = "dbus,systemd,systemd-sysv,udev,python3,procps,mosquitto"
PROGRAMS: Final = {"balance-station": "station", "balance-ui": "ui.patient", "balance-care": "ui.care"}
INSIDE: Final = "/usr/lib/balance-station"
STATION: Final = "rig-1"
PATIENT: Final = "Rig (simulated)"
ENABLED: Final = (
    "balance-station", "balance-uplink", "balance-ui", "balance-care@recorder", "balance-care@serve",
)  # fmt: skip
BROKER: Final = "listener 1883 127.0.0.1\nallow_anonymous true\n"

# What differs from a Pi, and nothing else: there is no screen and no console in a container.
KIOSK: Final = """[Unit]
ConditionPathExists=
[Service]
ExecStart=
ExecStart=/usr/bin/balance-ui --offscreen
TTYPath=
StandardInput=null
TTYReset=no
TTYVHangup=no
TTYVTDisallocate=no
"""
# A loop that turns for ever and does nothing: what SIGSTOP is not.
HANG: Final = """import signal
def _hang(*_):
    while True:
        pass
signal.signal(signal.SIGUSR2, _hang)
"""


@contextmanager
def installed_root(base: Path | None, folder: Path, package: Path | None) -> Iterator[Path]:
    """Give a root with everything installed and enrolled; what is written into it goes with `folder`.

    `base` is a Debian of the package's release, or without a package one of this machine's Python; it is made
    with debootstrap when there is none. Raises StationError.
    """
    for name in ("debootstrap", "systemd-nspawn", "nsenter"):
        if shutil.which(name) is None:
            raise StationError(f"{name} is missing: apt-get install debootstrap systemd-container util-linux")
    base = base or debian(_release(package) if package else RELEASE)
    with ExitStack() as mounted:
        root = folder / "root"
        for part in ("upper", "work", "root"):
            (folder / part).mkdir()
        layers = f"lowerdir={base},upperdir={folder / 'upper'},workdir={folder / 'work'}"
        _run("mount", "-t", "overlay", "overlay", "-o", layers, str(root))
        mounted.callback(subprocess.run, ("umount", str(root)), check=False)
        if package:
            _install_package(root, package)
        else:
            _install(root)
        _enable(root)
        yield root


def _release(package: Path) -> str:
    """Return the Debian release that a package of ours is for."""
    version = _run("dpkg-deb", "--field", str(package), "Version").strip()
    found = re.search(r"~deb(\d+)$", version)
    if found is None or found[1] not in RELEASES:
        raise StationError(f"{package.name} is of version {version}; it must end in ~deb12 or ~deb13")
    return RELEASES[found[1]]


def debian(release: str = RELEASE) -> Path:
    """Return the root of a Debian, made at the first time. Raises StationError."""
    root = CACHE / release
    if not (root / "usr/bin/python3").exists():
        root.parent.mkdir(parents=True, exist_ok=True)
        _run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", release, str(root))
    return root


def bindings(package: Path | None) -> tuple[str, ...]:
    """Return what of this machine stands in the container, read-only: nothing when it has the package."""
    if package:
        return ()
    libraries = next(Path(at) for at in sys.path if at.endswith("site-packages"))
    return (f"--bind-ro={PROJECT}:{INSIDE}/program", f"--bind-ro={libraries}:{INSIDE}/libraries")


def _install_package(root: Path, package: Path) -> None:
    """Install it as a person does, without a network; the one thing added is the hang that is asked for."""
    (root / "opt").mkdir(exist_ok=True)
    copy = root / "opt/package.deb"
    if not (
        copy.exists() and filecmp.cmp(copy, package, shallow=False)
    ):  # else it was installed there before
        shutil.copy(package, copy)
        inside = ("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "--pipe",
                  f"--directory={root}")  # fmt: skip
        _run(*inside, "dpkg", "-i", "/opt/package.deb")
    for packages in (root / INSIDE[1:]).glob("lib/python3*/site-packages"):
        (packages / "balance_rig.pth").write_text("import balance_rig_hang\n")
        (packages / "balance_rig_hang.py").write_text(HANG)


def _install(root: Path) -> None:
    """Install what the package does, but run the program from this folder with this machine's libraries."""
    packages = root / "usr/lib/python3/dist-packages"
    (packages / "balance.pth").write_text(f"{INSIDE}/program\n{INSIDE}/libraries\nimport balance_rig_hang\n")
    (packages / "balance_rig_hang.py").write_text(HANG)
    for part in ("program", "libraries"):
        (root / INSIDE[1:] / part).mkdir(parents=True)
    for name, package in PROGRAMS.items():
        program = root / "usr/bin" / name
        program.unlink(missing_ok=True)
        program.write_text(
            f"#!/usr/bin/python3\nimport sys\nfrom {package}.__main__ import main\nsys.exit(main())\n"
        )
        program.chmod(0o755)
    units = root / "usr/lib/systemd/system"
    for file in (*PROJECT.glob("systemd/*.service"), *PROJECT.glob("systemd/*.timer")):
        shutil.copy(file, units)
    for kind in ("sysusers.d", "tmpfiles.d"):
        shutil.copy(PROJECT / f"systemd/{kind}/balance-station.conf", root / "usr/lib" / kind)


def _enable(root: Path) -> None:
    _write(root / "etc/systemd/system/balance-ui.service.d/rig.conf", KIOSK)
    _write(root / "etc/mosquitto/conf.d/rig.conf", BROKER)
    wants = root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True, exist_ok=True)
    for name in ENABLED:
        template = name.partition("@")[0] + "@" * ("@" in name)
        link = wants / f"{name}.service"
        link.unlink(missing_ok=True)
        link.symlink_to(f"/usr/lib/systemd/system/{template}.service")


def configure(root: Path, enrolled: dict[str, str]) -> None:
    """Write the station's configuration; it simulates its board."""
    text = (
        f'[station]\nid = "{STATION}"\nsubj = "{enrolled["subj"]}"\n'
        '[source]\nsource = "simulate"\nrested = true\n'
        f'[care]\nhost = "127.0.0.1"\nkeys = ["{enrolled["public_key"]}"]\n'
    )
    _write(root / "etc/balance-station/station.toml", text)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise StationError(f"{command[0]} failed: {said[-1] if said else done.returncode}")
    return done.stdout
