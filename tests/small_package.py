"""A real Debian package of the station's name that holds nothing but its version."""

import subprocess
from pathlib import Path


def made_package(folder: Path, version: str, *, name: str = "balance-station", arch: str = "arm64") -> Path:
    """Build it in `folder` and return its file."""
    root = folder / f"tree-{name}-{version}"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN/control").write_text(
        f"Package: {name}\nVersion: {version}\nArchitecture: {arch}\n"
        "Maintainer: nobody <nobody@example.invalid>\nDescription: of a test\n"
    )
    (root / "usr/share/balance-station").mkdir(parents=True)
    (root / "usr/share/balance-station/version").write_text(version)
    package = folder / f"{name}_{version}.deb"
    subprocess.run(
        ["dpkg-deb", "--build", "--root-owner-group", root, package], check=True, capture_output=True
    )
    return package
