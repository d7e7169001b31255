"""The Debian package, without building it (`make deb` and scripts/deb/userland.sh do the rest)."""

import re
import runpy
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
DEB = ROOT / "scripts/deb"
BUILD = runpy.run_path(str(DEB / "build.py"))


def _locked() -> str:
    return (DEB / "requirements.lock").read_text()


def test_the_lock_holds_every_package_that_the_program_asks_for_in_a_version_that_fits() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = list(project["dependencies"])
    for extra in BUILD["EXTRAS"]:
        asked += project["optional-dependencies"][extra]
    locked = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", _locked(), re.MULTILINE))
    for line in asked:
        wanted = Requirement(line)
        assert wanted.name in locked, f"{wanted.name}: run make lock"
        assert wanted.specifier.contains(locked[wanted.name]), f"{wanted.name}: run make lock"


def test_every_package_of_the_lock_is_named_by_hash() -> None:
    for block in re.split(r"^(?=[\w.-]+==)", _locked(), flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in block, block.splitlines()[0]


@pytest.mark.parametrize("script", ["preinst", "postinst", "prerm", "postrm"])
def test_the_packages_scripts_are_sound_and_have_every_word_filled_in(script: str, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    BUILD["control"](tree, BUILD["RELEASES"]["trixie"], "arm64")
    written = tree / "DEBIAN" / script
    assert not re.search(r"@\w+@", written.read_text())
    assert subprocess.run(["sh", "-n", str(written)], check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize(("release", "python"), [("bookworm", "3.11"), ("trixie", "3.13")])
def test_a_release_gets_a_package_for_its_own_python_only(release: str, python: str, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    BUILD["control"](tree, BUILD["RELEASES"][release], "arm64")
    major, minor = python.split(".")
    after = f"{major}.{int(minor) + 1}"
    control = (tree / "DEBIAN/control").read_text()
    assert f"Depends: python3 (>= {python}), python3 (<< {after})" in control


def test_a_package_of_the_next_release_is_newer_than_that_of_the_one_before(tmp_path: Path) -> None:
    versions = []
    for name in ("bookworm", "trixie"):
        tree = tmp_path / name
        tree.mkdir()
        versions.append(BUILD["control"](tree, BUILD["RELEASES"][name], "arm64"))
    assert (
        subprocess.run(["dpkg", "--compare-versions", versions[0], "lt", versions[1]], check=False).returncode
        == 0
    )


def test_purge_never_deletes_a_clinics_records() -> None:
    script = (DEB / "debian/postrm").read_text()
    deleted = re.search(r"^rm -rf (.+)$", script, re.MULTILINE)
    assert deleted is not None
    assert "/var/lib/balance-care" not in deleted[1].split()


def test_an_upgrade_does_not_end_the_update_that_makes_it_and_its_watch_is_there_to_take_it_back() -> None:
    script = (DEB / "debian/postinst").read_text()
    restarted = re.search(r"for unit in (.+); do\n\s+systemctl try-restart", script)
    assert restarted is not None
    assert not [unit for unit in restarted[1].split() if fnmatch("balance-update-watch", unit.strip("'"))]
    assert "systemctl enable --quiet balance-update-watch.timer" in script


@pytest.mark.parametrize(("arch", "whole"), [("arm64", True), ("amd64", False)])
def test_what_concerns_the_whole_computer_is_for_a_pi_only(arch: str, *, whole: bool, tmp_path: Path) -> None:
    BUILD["system"](tmp_path, arch)
    systemd = tmp_path / "usr/lib/systemd"
    for folder in ("system.conf.d", "journald.conf.d"):
        assert (systemd / folder / "balance-station.conf").exists() is whole
    units = {unit.name for unit in (ROOT / "systemd").iterdir() if unit.is_file()}
    assert units == {unit.name for unit in (systemd / "system").iterdir()}


def test_a_package_to_try_an_upgrade_with_says_its_own_version_everywhere(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    assert BUILD["control"](tree, BUILD["RELEASES"]["trixie"], "amd64", "9.8.7") == "9.8.7-1~deb13"
    project = BUILD["source"](tmp_path / "source", "9.8.7")
    assert tomllib.loads((project / "pyproject.toml").read_text())["project"]["version"] == "9.8.7"
    assert '__version__ = "9.8.7"' in (project / "station/__init__.py").read_text()
    assert not list(project.glob("build*")), "what an earlier build left behind would be packed"


def test_the_brokers_examples_come_with_the_package_and_the_guide_takes_them_from_there(
    tmp_path: Path,
) -> None:
    BUILD["system"](tmp_path, "amd64")
    examples = {file.name for file in (tmp_path / "usr/share/balance-station/mosquitto").iterdir()}
    assert examples == {file.name for file in (ROOT / "firmware_config/mosquitto").iterdir()}
    guide = (ROOT / "docs/link-security.md").read_text()
    assert "examples=/usr/share/balance-station/mosquitto" in guide
    assert set(re.findall(r"\$examples/([\w.]+)", guide)) <= examples


def test_what_the_configuration_names_to_read_comes_with_the_package(tmp_path: Path) -> None:
    BUILD["papers"](tmp_path, tmp_path / "none")
    BUILD["system"](tmp_path, "arm64")
    read = tmp_path / "usr/share/doc/balance-station"
    text = (tmp_path / "usr/share/balance-station/station.toml").read_text()
    assert "README.md and docs/ of\n# /usr/share/doc/balance-station." in text
    assert (read / "README.md").exists()
    for name in ("install", "setup", "check", "link-security"):
        assert (read / f"docs/{name}.md").exists()
    # Pictures of screens are too large for a card; what the guide shows of the wiring is there.
    assert (read / "docs/images/wiring.svg").exists()
    assert not list(read.rglob("*.png"))


@pytest.mark.parametrize("target", ["deb", "lock"])
def test_a_package_is_built_without_what_the_tests_need(target: str, tmp_path: Path) -> None:
    """Whoever only wants a package fetches a builder, and no browser, no site, no test runner."""
    fresh = (f"VENV={tmp_path}/tests", f"DEB_VENV={tmp_path}/deb")
    done = subprocess.run(
        ("make", "-n", *fresh, target), cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert f"{tmp_path}/tests" not in done.stdout
    assert "--requirement scripts/deb/tools.txt" in done.stdout
    tools = [
        line.partition(" ")[0] for line in (DEB / "tools.txt").read_text().splitlines() if line[0] != "#"
    ]
    assert [Requirement(tool).name for tool in tools] == ["uv"]
