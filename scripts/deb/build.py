"""Builds the Debian package of one release and architecture, on any machine with dpkg-deb.

    .venv-deb/bin/python scripts/deb/build.py --release trixie --arch arm64 [--version 0.2.0] [--quick]

The package brings every Python package along, as the files that `requirements.lock` names by their hash, in
an environment of its own under /usr/lib/balance-station that uses the release's Python. So it installs
offline, and nothing of the system's Python packages is touched. Wheels are taken for the target; nothing is
compiled here.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
HOME = "usr/lib/balance-station"
EXTRAS = ("kiosk", "care", "panel")
# What is read on a station without a network; its links lead from one to the other.
READ = ("CHANGELOG.md", "README.md", "CONTRIBUTING.md", "docs/*.md", "docs/images/*.svg", "docs/examples/*")
COMMANDS = {
    "balance-station": "station",
    "balance-ui": "ui.patient",
    "balance-care": "ui.care",
    "balance-calibrate": "calibration",
}


@dataclass(frozen=True, slots=True)
class Release:
    """What differs between Debian releases: their number, their Python, their C library."""

    name: str
    number: int
    python: str
    glibc: str

    @property
    def after(self) -> str:
        """The first Python that is not this release's."""
        major, minor = self.python.split(".")
        return f"{major}.{int(minor) + 1}"


RELEASES = {
    "bookworm": Release("bookworm", 12, "3.11", "2_36"),
    "trixie": Release("trixie", 13, "3.13", "2_40"),
}
MACHINES = {"arm64": "aarch64", "amd64": "x86_64"}
# What has no wheel for a release comes from its own packages, through a link in our environment.
FROM_SYSTEM = {
    "lgpio": ("lgpio.py", "_lgpio.cpython-{tag}-{machine}-linux-gnu.so"),
    "evdev": ("evdev",),
}


def _run(*command: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"deb: {' '.join(command[:4])} … failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def written_version() -> str:
    """Return the version that the project says it has."""
    found = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    return found[1] if found else "0"


def source(folder: Path, version: str) -> Path:
    """Copy what git knows of the project, with this version; a build of before cannot leak into the wheel."""
    for name in _run("git", "ls-files", "-z", "--cached").split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    for name, form in (("pyproject.toml", 'version = "{}"'), ("station/__init__.py", '__version__ = "{}"')):
        text = (folder / name).read_text()
        (folder / name).write_text(text.replace(form.format(written_version()), form.format(version), 1))
    return folder


def packages(tree: Path, release: Release, arch: str, version: str) -> Path:
    """Put the locked packages and the project itself below `tree`; return where they are."""
    target = tree / HOME / f"lib/python{release.python}/site-packages"
    target.mkdir(parents=True)
    of_target = (
        *(
            "--python-version",
            release.python,
            "--python-platform",
            f"{MACHINES[arch]}-manylinux_{release.glibc}",
        ),
        *("--target", str(target), "--quiet", "--no-deps", "--link-mode", "copy"),
    )
    uv = (sys.executable, "-m", "uv", "pip", "install", *of_target)
    _run(*uv, "--require-hashes", "--only-binary", ":all:", "-r", str(HERE / "requirements.lock"))
    wheels = tree.parent / "wheel"
    at = source(tree.parent / "source", version)
    _run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(wheels), str(at))
    _run(*uv, *map(str, wheels.glob("balance_station-*.whl")))
    shutil.rmtree(target / "bin", ignore_errors=True)
    for needless in ("numpy/**/tests", "scipy/**/tests", "pygame/tests", "pygame/docs", "pygame/examples"):
        for folder in list(target.glob(needless)):
            shutil.rmtree(folder, ignore_errors=True)
    _of_system(target, release, arch)
    return target


def _of_system(target: Path, release: Release, arch: str) -> None:
    tag = release.python.replace(".", "")
    for name, files in FROM_SYSTEM.items():
        if (target / f"{name}.py").exists():
            continue  # its wheel came with the lock
        for pattern in files:
            file = pattern.format(tag=tag, machine=MACHINES[arch])
            (target / file).symlink_to(Path("/usr/lib/python3/dist-packages") / file)


def environment(tree: Path, release: Release) -> None:
    """Make the environment and the commands in /usr/bin that start in it, whatever PYTHON… variables say."""
    (tree / HOME / "bin").mkdir()
    (tree / HOME / "bin/python3").symlink_to(f"/usr/bin/python{release.python}")
    (tree / HOME / "bin/python").symlink_to("python3")
    settings = f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {release.python}\n"
    (tree / HOME / "pyvenv.cfg").write_text(settings)
    (tree / "usr/bin").mkdir(parents=True)
    for command, package in COMMANDS.items():
        script = tree / "usr/bin" / command
        lines = ("import sys", "", f"from {package}.__main__ import main", "", "sys.exit(main())", "")
        script.write_text(f"#!/{HOME}/bin/python3 -I\n" + "\n".join(lines))
        script.chmod(0o755)


def system(tree: Path, arch: str) -> None:
    """Put units, users, folders, rules and the default configuration where they are looked for.

    The bounded log and the hardware watchdog concern the whole computer: a Pi, not a clinic's server.
    """
    places = {
        "systemd/*.service": "usr/lib/systemd/system",
        "systemd/*.socket": "usr/lib/systemd/system",
        "systemd/*.timer": "usr/lib/systemd/system",
        "systemd/*.target": "usr/lib/systemd/system",
        "systemd/*.slice": "usr/lib/systemd/system",
        "systemd/sysusers.d/*.conf": "usr/lib/sysusers.d",
        "systemd/tmpfiles.d/*.conf": "usr/lib/tmpfiles.d",
        "firmware_config/udev/*.rules": "usr/lib/udev/rules.d",
        "firmware_config/mosquitto/*": "usr/share/balance-station/mosquitto",
        "firmware_config/cloud_init/*": "usr/share/balance-station/cloud-init",
        "scripts/deb/etc/*": "usr/share/balance-station",
    }
    if arch == "arm64":
        for kind in ("system.conf.d", "journald.conf.d"):
            places[f"systemd/{kind}/*.conf"] = f"usr/lib/systemd/{kind}"
    for pattern, place in places.items():
        for file in sorted(ROOT.glob(pattern)):
            (tree / place).mkdir(parents=True, exist_ok=True)
            shutil.copy(file, tree / place / file.name)


def papers(tree: Path, packages_at: Path) -> None:
    """Write what Debian wants to find of a package, its licences and ours, and what its people read."""
    folder = tree / "usr/share/doc/balance-station"
    folder.mkdir(parents=True)
    lines = [
        "Balance station: see LICENSE below. Brought along, each with its licence in its dist-info folder:",
        "",
    ]
    for metadata in sorted(packages_at.glob("*.dist-info/METADATA")):
        head = HeaderParser().parsestr(metadata.read_text("utf-8", errors="replace"))
        licence = (
            head.get("License-Expression") or head.get("License") or _classified(head.get_all("Classifier"))
        )
        lines.append(
            f"{head['Name']} {head['Version']}: {licence.splitlines()[0] if licence else 'see its folder'}"
        )
    (folder / "copyright").write_text("\n".join(lines) + "\n\n" + (ROOT / "LICENSE").read_text())
    for name in _run("git", "ls-files", "-z", "--cached", *READ).split("\0"):
        if name:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def _classified(classifiers: list[str] | None) -> str:
    names = [name.rsplit(" :: ", 1)[-1] for name in classifiers or [] if name.startswith("License ::")]
    return ", ".join(names)


def control(tree: Path, release: Release, arch: str, version: str | None = None) -> str:
    """Write the package's head and its scripts; return its version."""
    version = f"{version or written_version()}-1~deb{release.number}"
    size = sum(file.lstat().st_size for file in tree.rglob("*") if not file.is_dir()) // 1024
    (tree / "DEBIAN").mkdir()
    values = {
        "version": version,
        "arch": arch,
        "size": str(size),
        "python": release.python,
        "after": release.after,
        "home": f"/{HOME}",
        "users": " ".join(_names(tree, "usr/lib/sysusers.d")),
        "folders": " ".join(_names(tree, "usr/lib/tmpfiles.d")),
    }
    for name in ("control", "preinst", "postinst", "prerm", "postrm"):
        text = (HERE / "debian" / name).read_text()
        for word, value in values.items():
            text = text.replace(f"@{word}@", value)
        (tree / "DEBIAN" / name).write_text(text)
        (tree / "DEBIAN" / name).chmod(0o644 if name == "control" else 0o755)
    return version


def _names(tree: Path, folder: str) -> list[str]:
    return sorted(file.name for file in (tree / folder).glob("*.conf"))


def tidy(tree: Path) -> None:
    """Give every file plain rights and the time of the last commit: the same source, the same package."""
    moment = os.environ.get("SOURCE_DATE_EPOCH") or _run("git", "log", "-1", "--format=%ct").strip()
    os.environ["SOURCE_DATE_EPOCH"] = moment
    for cache in [*tree.rglob("__pycache__"), *tree.rglob(".lock")]:
        shutil.rmtree(cache) if cache.is_dir() else cache.unlink()
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        os.utime(path, (int(moment), int(moment)), follow_symlinks=False)


def build(release: Release, arch: str, out: Path, *, version: str, quick: bool) -> Path:
    """Build the package; return its file."""
    work = out / f"deb-{release.name}-{arch}"
    shutil.rmtree(work, ignore_errors=True)
    tree = work / "tree"
    tree.mkdir(parents=True)
    at = packages(tree, release, arch, version)
    environment(tree, release)
    system(tree, arch)
    papers(tree, at)
    whole_version = control(tree, release, arch, version)
    tidy(tree)
    file = out / f"balance-station_{whole_version}_{arch}.deb"
    pressed = ("-Zgzip", "-z1") if quick else ("-Zxz", "-z6")
    _run("dpkg-deb", "--root-owner-group", *pressed, "--build", str(tree), str(file))
    shutil.rmtree(work)
    return file


def main() -> int:
    """Read the arguments, build, say where it is."""
    parser = argparse.ArgumentParser(description="Build the Debian package.")
    parser.add_argument("--release", choices=RELEASES, default="trixie")
    parser.add_argument("--arch", choices=MACHINES, default="arm64")
    parser.add_argument("--out", type=Path, default=ROOT / "build")
    parser.add_argument("--version", default=written_version(), help="another one, to try upgrades with")
    parser.add_argument("--quick", action="store_true", help="half as large again, and minutes sooner")
    options = parser.parse_args()
    if not shutil.which("dpkg-deb"):
        sys.exit("deb: dpkg-deb is not on this machine; on Debian and its like it is in the package dpkg.")
    options.out.mkdir(parents=True, exist_ok=True)
    out = options.out.resolve()
    file = build(RELEASES[options.release], options.arch, out, version=options.version, quick=options.quick)
    sys.stdout.write(f"{file} ({file.stat().st_size / 1e6:.0f} MB)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
