"""Imports between the rooms of the project run one way, and tests do not import each other."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from common.paths import PROJECT

ROOMS = ("analyses", "apps", "bench", "common", "flows", "generator", "reports")
UPWARD = {
    "common/time_units.py": "from generator.catalogue import seed_files",
    "generator/catalogue/records.py": "import generator.simulation.orders.order_ids",
    "generator/roads/synthetic/__init__.py": "from generator.dataset import event_file",
    "flows/faults/settings.py": "from flows.replay import replay",
    "flows/replay/replay.py": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from flows import build"
    ),
}


def check_imports(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run import-linter on the rooms in a folder."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copied_rooms(tmp_path: Path) -> Path:
    """A copy of the project's packages, to be broken."""
    for room in ROOMS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / room, tmp_path / room, ignore=ignored)
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    return tmp_path


def test_no_import_runs_back_up() -> None:
    checked = check_imports(PROJECT)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(("module", "line"), UPWARD.items(), ids=list(UPWARD))
def test_an_upward_import_is_found(copied_rooms: Path, module: str, line: str) -> None:
    with (copied_rooms / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    checked = check_imports(copied_rooms)
    assert checked.returncode == 1, checked.stdout
    assert f"{module.removesuffix('.py').removesuffix('/__init__').replace('/', '.')} -> " in (
        checked.stdout
    )


def test_no_test_module_imports_another() -> None:
    imported = {
        (file.relative_to(PROJECT).as_posix(), module)
        for file in (PROJECT / "tests").rglob("*.py")
        for module in _imports(file)
        if module.startswith("tests.") and module.rpartition(".")[2].startswith("test_")
    }
    assert imported == set()


def _imports(file: Path) -> set[str]:
    modules = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return modules
