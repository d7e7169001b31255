"""What a machine that will be pulled boots: Debian's kernel, a first file system, a root only read."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.appliance_root import PROJECT, debian
from station.errors import StationError

CACHE: Final = PROJECT / "build/pulled"
KERNEL: Final = "linux-image-cloud-amd64"
BUSYBOX: Final = "busybox-static"
# In the order in which they need each other; ext4 and the serial lines are in the kernel itself.
MODULES: Final = (
    "virtio_ring", "virtio", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci", "virtio_blk",
    "failover", "net_failover", "virtio_net",
)  # fmt: skip
PROGRAM: Final = ("station", "benchmarks")
# Of this machine's libraries those a station never loads stay away: the image is read through an emulator.
LEFT_OUT: Final = (
    "playwright*", "mypy*", "*mypyc*", "scipy-stubs", "django*", "babel*", "matplotlib*", "fontTools*",
    "fhir*", "pygame*", "pip*", "setuptools*", "hypothesis*", "ninja*", "*.pth", "__editable__*", "_pytest",
    "pydantic*",
)  # fmt: skip
SPARE_MB: Final = 64
ADDRESS: Final = "10.0.2.15/24"  # in QEMU's user network, where the host is 10.0.2.2
INIT: Final = """#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /root
/bin/busybox mount -t proc none /proc
/bin/busybox mount -t sysfs none /sys
/bin/busybox mount -t devtmpfs none /dev
for module in {modules}; do /bin/busybox insmod /$module.ko; done
/bin/busybox ip link set lo up
/bin/busybox ip link set eth0 up
/bin/busybox ip addr add {address} dev eth0
/bin/busybox ip route add default via 10.0.2.2
/bin/busybox mount -o ro /dev/vda /root || exec /bin/busybox poweroff -f
for kept in proc sys dev; do /bin/busybox mount --move /$kept /root/$kept; done
exec /bin/busybox switch_root /root /sbin/rig
"""
# Process number one: folders that are written are in memory, but for the data partition.
RIG: Final = """#!/bin/sh
mount -t tmpfs none /tmp
mount -t tmpfs none /run
mount -o ro /dev/vdb {inside}/program
mkdir -p /dev/shm && mount -t tmpfs none /dev/shm
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp PYTHONPATH={inside}/program:{inside}/libraries
export PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
exec /usr/bin/python3 -m benchmarks.pulled_guest
"""
INSIDE: Final = "/usr/lib/balance-station"


class Image(NamedTuple):
    """The files QEMU is given."""

    kernel: Path
    first: Path
    root: Path
    program: Path


def built(program: Path, folder: Path = CACHE) -> Image:
    """Return what was built before, or build it; `program` is made of what is here now when it is not there.

    Raises StationError where a tool or the network is missing.
    """
    for name in ("debootstrap", "mke2fs", "dpkg-deb", "apt-get", "qemu-system-x86_64"):
        if shutil.which(name) is None:
            raise StationError(f"{name} is missing: apt-get install debootstrap e2fsprogs qemu-system-x86")
    folder.mkdir(parents=True, exist_ok=True)
    image = Image(folder / "vmlinuz", folder / "first.cpio", folder / "root.img", program)
    if not image.first.exists():
        _boot_files(folder, image)
    if not image.root.exists():
        _root(image.root)
    if not image.program.exists():
        program.parent.mkdir(parents=True, exist_ok=True)
        _program(image.program)
    return image


def _boot_files(folder: Path, image: Image) -> None:
    unpacked = folder / "unpacked"
    with tempfile.TemporaryDirectory() as name:
        wanted = (_newest(KERNEL), BUSYBOX)
        _run("apt-get", "download", *wanted, within=Path(name))
        for package in Path(name).glob("*.deb"):
            _run("dpkg-deb", "-x", str(package), str(unpacked))
    kernel = next(unpacked.glob("boot/vmlinuz-*"))
    shutil.copy(kernel, image.kernel)
    files = {"bin/busybox": next(unpacked.glob("bin/busybox")).read_bytes()}
    for module in MODULES:
        files[f"{module}.ko"] = next(unpacked.rglob(f"{module}.ko")).read_bytes()
    files["init"] = INIT.format(modules=" ".join(MODULES), address=ADDRESS).encode()
    image.first.write_bytes(b"".join(_cpio(files)))
    shutil.rmtree(unpacked)


def _newest(package: str) -> str:
    """Return the package the empty one of this name depends on."""
    said = _run("apt-cache", "depends", package)
    found = [line.split()[-1] for line in said.splitlines() if "Depends: linux-image-" in line]
    if not found:
        raise StationError(f"apt knows no {package}; run apt-get update on a Debian for amd64")
    return found[0]


def _cpio(files: dict[str, bytes]) -> Iterator[bytes]:
    """Yield an archive the kernel unpacks (newc, its Documentation/driver-api/early-userspace)."""
    console = [("dev", 0o40755, b""), ("bin", 0o40755, b"")]
    entries = console + [(name, 0o100755, data) for name, data in files.items()]
    for number, (name, mode, data) in enumerate([*entries, ("TRAILER!!!", 0, b"")], start=1):
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        head = b"070701" + b"".join(b"%08X" % value for value in fields) + name.encode() + b"\0"
        yield head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def _root(image: Path) -> None:
    with tempfile.TemporaryDirectory(dir=image.parent) as name:
        root = Path(name) / "root"
        _run("cp", "-a", "--reflink=auto", str(debian()), str(root))
        for unread in ("usr/share/doc", "usr/share/locale", "usr/share/man", "var/cache", "var/lib/apt"):
            shutil.rmtree(root / unread, ignore_errors=True)
        libraries = next(Path(at) for at in sys.path if at.endswith("site-packages"))
        unwanted = shutil.ignore_patterns(*LEFT_OUT)
        shutil.copytree(libraries, root / INSIDE[1:] / "libraries", ignore=unwanted, symlinks=True)
        for empty in ("data", f"{INSIDE[1:]}/program"):
            (root / empty).mkdir()
        rig = root / "sbin/rig"
        rig.write_text(RIG.format(inside=INSIDE))
        rig.chmod(0o755)
        _compile(root / INSIDE[1:])
        file_system(image, root, _megabytes(root) + SPARE_MB)


def _program(image: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        for part in PROGRAM:
            shutil.copytree(PROJECT / part, Path(name) / part)
        for file in ("__init__.py", "virtual_station.py"):
            (Path(name) / "tests").mkdir(exist_ok=True)
            shutil.copy(PROJECT / "tests" / file, Path(name) / "tests")
        _compile(Path(name))
        file_system(image, Path(name), _megabytes(Path(name)) + SPARE_MB)


def _compile(folder: Path) -> None:
    """Compile now, with this Python, of the version inside: nothing can be written there later."""
    subprocess.run(
        (sys.executable, "-m", "compileall", "-q", str(folder)),
        capture_output=True,
        check=False,  # a library may carry a file of another Python's grammar
    )


def _megabytes(folder: Path) -> int:
    return int(_run("du", "-sm", str(folder)).split()[0]) * 5 // 4


def file_system(image: Path, folder: Path, megabytes: int) -> None:
    """Make an ext4 of this size with what is in the folder. Raises StationError."""
    partial = image.with_suffix(".new")
    partial.unlink(missing_ok=True)
    _run("mke2fs", "-q", "-t", "ext4", "-d", str(folder), str(partial), f"{megabytes}M")
    partial.rename(image)


def _run(*command: str, within: Path | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=within)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise StationError(f"{command[0]} failed: {said[-1] if said else done.returncode}")
    return done.stdout
