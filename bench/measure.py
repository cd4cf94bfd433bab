"""What a command costs: CPU seconds, wall seconds and peak memory of its process."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.paths import PROJECT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_KIB_PER_MB = 1e6 / 1024
_PR_SET_CHILD_SUBREAPER = 36


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
    usage = _usage_of(command, data, environment)
    wall_seconds = time.perf_counter() - before
    return Cost(usage.ru_utime + usage.ru_stime, wall_seconds, usage.ru_maxrss / _KIB_PER_MB)


def cpu_seconds_of_tree(command: Sequence[str], data: Path, **environment: str) -> float:
    """Run a command of this project and return the CPU seconds of all processes it starts.

    Unlike `cost_of` it waits for those, too, that outlive the command or that it never waits for:
    a Java machine, and the workers of that. On Linux only.

    Raises
    ------
    subprocess.CalledProcessError
        If the command fails; its output is shown before.
    """
    # An orphan becomes a child of this process, which can then wait for it.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before = _cpu_seconds_of_children()
    try:
        _usage_of(command, data, environment)
    finally:
        _wait_for_orphans()
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    return _cpu_seconds_of_children() - before


def _usage_of(
    command: Sequence[str], data: Path, environment: Mapping[str, str]
) -> resource.struct_rusage:
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=PROJECT,
        env={**os.environ, "CASPERS_DATA": str(data), "DO_NOT_TRACK": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None  # noqa: S101  # it is a pipe
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code:
        sys.stderr.write(output)
        raise subprocess.CalledProcessError(code, list(command))
    return usage


def _wait_for_orphans() -> None:
    with suppress(ChildProcessError):
        while True:
            os.wait()


def _cpu_seconds_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
