"""Sends one question to a worker of this folder, which runs in its own process."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.engines.text.golden_files import PROJECT


def answer_of(worker: str, folder: Path, question: object = None) -> dict[str, Any]:
    """Return what ``python -m tests.engines.text.WORKER FOLDER`` answers to a question in JSON."""
    outcome = subprocess.run(
        [sys.executable, "-m", f"tests.engines.text.{worker}", str(folder)],
        cwd=PROJECT,
        # A fixed hash seed, because dbt-databricks lists schemas in the order of a set.
        env={**os.environ, "PYTHONHASHSEED": "0"},
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr[-5000:]
    answer: dict[str, Any] = json.loads(outcome.stdout)
    return answer
