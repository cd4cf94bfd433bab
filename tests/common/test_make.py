"""Every target of the Makefile works from a fresh clone."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from common.paths import PROJECT


def test_what_runs_tests_has_installed_what_they_import() -> None:
    """Collecting the tests imports Spark, Sail and the adapters, whichever tests then run."""
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    rules = re.findall(r"^([a-z-]+):([^#\n]*).*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    running = {target: needed.split() for target, needed, recipe in rules if "-m pytest" in recipe}
    assert set(running) >= {"test", "test-long", "test-spark", "test-cluster"}
    assert [target for target, needed in running.items() if "$(ENGINES)" not in needed] == []


# Stands for Python, and for the uv that pip installs: writes down what it is called with, and fails
# where it is told to.
PROGRAM = """#!/bin/sh
echo "$(basename "$0") $*" >> "$CALLS"
case "$(basename "$0") $*" in
    *"$FAILS"*) exit 1 ;;
    *venv*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    *"install --quiet uv") cp "$0" "$(dirname "$0")/uv" ;;
esac
"""
BY_UV = "uv pip install --quiet --python PYTHON --requirement requirements.lock"
BY_PIP = "python -m pip install --quiet --requirement requirements.lock"


@pytest.mark.parametrize(
    ("fails", "installed_by"),
    [
        ("nothing", [BY_UV]),
        ("install --quiet uv", [BY_PIP]),
        ("uv pip install", [BY_UV, BY_PIP]),
    ],
)
def test_uv_makes_the_environment_and_pip_where_uv_cannot(
    tmp_path: Path, fails: str, installed_by: list[str]
) -> None:
    python, calls, environment = (tmp_path / name for name in ("python", "calls", "environment"))
    python.write_text(PROGRAM)
    python.chmod(0o755)
    subprocess.run(
        ["make", "install", f"PYTHON={python}", f"ENVIRONMENT={environment}"],
        cwd=PROJECT,
        env={**os.environ, "CALLS": str(calls), "FAILS": fails},
        check=True,
        capture_output=True,
    )
    called = calls.read_text().replace(str(environment / "bin" / "python"), "PYTHON").splitlines()
    assert [call for call in called if call.endswith("requirements.lock")] == installed_by
    assert (environment / ".installed").exists()
