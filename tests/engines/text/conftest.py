"""What dbt would send to a SQL warehouse, recorded once for all tests of its text."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.engines.text.golden_files import PROJECT, Recorded


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Statements and jobs of every scenario."""
    folder = tmp_path_factory.mktemp("trace")
    outcome = subprocess.run(
        [sys.executable, "-m", "tests.engines.text.trace_worker", str(folder)],
        cwd=PROJECT,
        # One seed, because dbt-databricks looks into schemas in the order of a set.
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr[-5000:]
    found: dict[str, Any] = json.loads(outcome.stdout)
    return found
