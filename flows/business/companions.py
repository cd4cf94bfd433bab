"""Processes beside the business, which end with it: also if it is killed."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from common.paths import PROJECT
from common.standard_input import UNTIL_INPUT_ENDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@contextmanager
def companion(arguments: Sequence[str], seconds_to_end: float) -> Iterator[subprocess.Popen[bytes]]:
    """Have a command of the project run in a process of its own.

    Parameters
    ----------
    arguments
        The module and its arguments; it knows the option ``--until-input-ends``.
    seconds_to_end
        How long it may take to end when it is asked to.
    """
    command = [sys.executable, "-m", *arguments, UNTIL_INPUT_ENDS]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(seconds_to_end)
            except subprocess.TimeoutExpired:
                process.kill()
