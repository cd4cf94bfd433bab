"""The desk beside the business: a process of its own, which ends with this one."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from common.paths import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

MANAGERS_VARIABLE = "CASPERS_MANAGERS"
"""``1`` for simulated managers at the desk."""

_MODULE = "apps.desk"
_SECONDS_TO_END = 5.0


@contextmanager
def started_desk() -> Iterator[None]:
    """Have the desk served; it says itself where, or why not. Windows never wait for it."""
    command = [sys.executable, "-m", _MODULE, "--until-input-ends"]
    if os.environ.get(MANAGERS_VARIABLE) == "1":
        command.append("--managers")
    # It ends when its standard input does: also if this process is killed.
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE) as process:
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(_SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
