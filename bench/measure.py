"""What a command costs: CPU seconds, wall seconds and peak memory of its process."""

from __future__ import annotations

import ctypes
import os
import re
import resource
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from common.paths import PROJECT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


@dataclass(frozen=True)
class ProcessTree:
    """The processes of a running business, by what they are: ``loop``, ``dbt``, ``server``.

    Attributes
    ----------
    cpu_seconds
        User and system time, with that of children that have ended.
    peak_mb
        Largest resident memory so far, MB.
    resident_mb
        Resident memory now, MB.
    pids
        Ids of the processes.
    """

    cpu_seconds: dict[str, float]
    peak_mb: dict[str, float]
    resident_mb: dict[str, float]
    pids: dict[str, list[int]]


def process_tree(root: int) -> ProcessTree:
    """Return what a process and those that it has started have used until now. On Linux only."""
    cpu_seconds: dict[str, float] = {}
    peak_mb: dict[str, float] = {}
    resident_mb: dict[str, float] = {}
    pids: dict[str, list[int]] = {}
    for pid in (root, *_children_of(root)):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
            fields = _stat_fields(pid)
            status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        except OSError:  # it has ended
            continue
        name = next((name for word, name in _NAMES.items() if word in words), "loop")
        ticks = sum(map(int, fields[11:15]))
        cpu_seconds[name] = cpu_seconds.get(name, 0) + ticks / os.sysconf("SC_CLK_TCK")
        peak_mb[name] = max(peak_mb.get(name, 0), _memory_mb("VmHWM", status))
        resident_mb[name] = resident_mb.get(name, 0) + _memory_mb("VmRSS", status)
        pids.setdefault(name, []).append(pid)
    return ProcessTree(cpu_seconds, peak_mb, resident_mb, pids)


def _stat_fields(pid: int) -> list[str]:
    """Return what the system says of a process, from its state on."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    # The name of the program, in brackets, may hold blanks.
    return stat.rpartition(")")[2].split()


def _memory_mb(name: str, status: str) -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", status)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


_NAMES = {"flows.dbt.warm_process": "dbt", "prefect": "server"}


def _children_of(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with suppress(OSError):
                pid = int(folder.name)
                parents.setdefault(int(_stat_fields(pid)[1]), []).append(pid)
    found, waiting = [], [root]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


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
