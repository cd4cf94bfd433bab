"""A live generator that is killed at any change of its landing goes on as if it had not been."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from common.paths import PROJECT

if TYPE_CHECKING:
    from tests.generator.live.conftest import LiveKitchen


@pytest.mark.thorough
def test_a_live_generator_killed_at_any_change_is_completed_by_the_next(
    kitchen: LiveKitchen, tmp_path: Path
) -> None:
    script = Path(__file__).with_name("kill_sweep.py")
    swept = subprocess.run(
        [sys.executable, str(script), str(kitchen.configuration), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert swept.returncode == 0, swept.stderr
    assert int(swept.stdout) >= 40
