"""What a command costs: processor seconds, wall seconds and peak memory of its whole process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.places import PROJECT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_KIB_PER_MB = 1e6 / 1024


@dataclass(frozen=True)
class Cost:
    """What one run of a command cost.

    Attributes
    ----------
    cpu_seconds
        User and system time of the process and its children.
    wall_seconds
        From start to end.
    peak_mb
        Largest resident memory, MB.
    """

    cpu_seconds: float
    wall_seconds: float
    peak_mb: float


def cost_of(command: Sequence[str], data: Path, **environment: str) -> Cost:
    """Run a command of this project with its data in ``data`` and return what it cost.

    Raises
    ------
    subprocess.CalledProcessError
        If the command fails; its output is shown before.
    """
    before = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=PROJECT,
        env={**os.environ, "CASPERS_DATA": str(data), "DO_NOT_TRACK": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None  # noqa: S101  # it was asked for
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall_seconds = time.perf_counter() - before
    code = os.waitstatus_to_exitcode(status)
    if code:
        sys.stderr.write(output)
        raise subprocess.CalledProcessError(code, list(command))
    return Cost(usage.ru_utime + usage.ru_stime, wall_seconds, usage.ru_maxrss / _KIB_PER_MB)
