"""Processes that end with the one that has started them: their standard input tells them."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

UNTIL_INPUT_ENDS = "--until-input-ends"
"""The option that asks a command to end when its standard input is closed."""


def when_input_ends(end: Callable[[], None]) -> None:
    """Call ``end`` in a thread when standard input is closed."""

    def wait() -> None:
        # Not through sys.stdin: its lock would be held when the interpreter ends.
        while os.read(0, 1):
            pass
        end()

    threading.Thread(target=wait, daemon=True).start()
