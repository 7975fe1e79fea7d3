"""What a user installs: built from a clean copy, installed elsewhere, run from there.

Installed code runs under ``python -S``: the checkout's own editable installation is then
out of reach and can't fill in for a file the wheel lacks.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.source import ROOT, SHIPPED

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = PYPROJECT["tool"]["setuptools"]


@dataclass(frozen=True)
class Installed:
    """A wheel, and the folder it was installed into."""

    wheel: Path
    target: Path

    def python(self, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
        """Python run in *folder* with the installed slaflow and the libraries, nothing else."""
        libraries = dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib"))
        path = ":".join([str(self.target), *libraries])
        return subprocess.run(
            [sys.executable, "-S", *arguments],
            cwd=folder,
            env={"PYTHONPATH": path, "PATH": "/usr/bin:/bin", "HOME": str(folder)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def slaflow(self, *arguments: str, folder: Path) -> str:
        """What the command prints; fails the test if it does not end with 0."""
        done = self.python("-m", "slaflow", *arguments, folder=folder)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel made from the sdist made from a copy of the checkout."""
    checkout = copy_of_the_checkout(tmp_path_factory.mktemp("checkout"))
    built, target = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("target")
    run("-m", "build", "--no-isolation", "--outdir", str(built), str(checkout))
    (wheel,) = built.glob("*.whl")
    how = ("--no-deps", "--no-index", "--no-compile")
    run("-m", "pip", "install", *how, "--target", str(target), str(wheel))
    return Installed(wheel, target)


def copy_of_the_checkout(folder: Path) -> Path:
    for name in SHIPPED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    return folder


def run(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def package_name(folder: Path) -> str:
    parts = folder.relative_to(ROOT).parts
    return ".".join(parts if parts[0] == "slaflow" else ("slaflow", *parts))


def data_files() -> set[str]:
    """Shipped files that are no Python, by their path inside the wheel."""
    return {
        f"{package_name(file.parent).replace('.', '/')}/{file.name}"
        for folder in SHIPPED
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and file.suffix not in {".py", ".pyc"}
    }


def test_pyproject_lists_every_package_and_no_other() -> None:
    folders = {file.parent for folder in SHIPPED for file in (ROOT / folder).rglob("*.py")}
    assert sorted(SETUPTOOLS["packages"]) == sorted(package_name(folder) for folder in folders)


def test_every_package_has_an_init_file() -> None:
    """Without it an editable installation loses the folder."""
    folders = {file.parent for folder in SHIPPED for file in (ROOT / folder).rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_constraints_pin_each_declared_dependency_to_one_version() -> None:
    project = PYPROJECT["project"]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(
        line.lower().replace("_", "-").split("==") for line in lines if line and not line.startswith("#")
    )
    wanted = [*project["dependencies"], *PYPROJECT["build-system"]["requires"]]
    for name, extra in project["optional-dependencies"].items():
        wanted += extra if name != "all" else []
    names = {re.split(r"[^\w.-]", text)[0].lower() for text in wanted}
    assert {name for name in names if name not in pins} == set()


def test_the_change_log_speaks_of_this_version() -> None:
    assert f"\n## {PYPROJECT['project']['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_wheel_holds_every_shipped_file_and_only_slaflow(installed: Installed) -> None:
    held = set(zipfile.ZipFile(installed.wheel).namelist())
    assert data_files() - held == set()
    assert {name.split("/")[0].partition("-")[0] for name in held} == {"slaflow"}


@pytest.mark.parametrize("folder", ["cli", "migrations", "workflows"])
def test_folders_of_the_checkout_are_importable_under_slaflow_only(
    installed: Installed, tmp_path: Path, folder: str
) -> None:
    assert installed.python("-c", f"import slaflow.{folder}", folder=tmp_path).returncode == 0
    bare = installed.python("-c", f"import {folder}", folder=tmp_path)
    assert f"No module named '{folder}'" in bare.stderr


def test_the_command_is_declared_and_says_its_version(installed: Installed, tmp_path: Path) -> None:
    load = "from importlib.metadata import distribution as d; d('slaflow').entry_points['slaflow'].load()"
    declared = installed.python("-c", load, folder=tmp_path)
    assert declared.returncode == 0, declared.stderr
    assert PYPROJECT["project"]["version"] in installed.slaflow("--version", folder=tmp_path)


def test_an_installed_slaflow_makes_and_checks_its_database(installed: Installed, tmp_path: Path) -> None:
    """The migrations are found in the wheel, and in no checkout."""
    installed.slaflow("--db", "sqlite:///leads.db", "db", "upgrade", folder=tmp_path)
    assert (tmp_path / "leads.db").is_file()
    installed.slaflow("--db", "sqlite:///leads.db", "db", "check", folder=tmp_path)
