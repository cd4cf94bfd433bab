"""The layout of a landing: how files and folders in it are called, and what their names say.

::

    <landing>/window-<first>-<last>.jsonl    one window of the replay, positions in its name
    <landing>/_replay/                       what the replay keeps for itself
    <landing>/_faults/                       the ledger of injected faults, in a damaged copy

Readers take ``*.jsonl`` (and ``*.jsonl.gz``) and skip names that begin with an underscore or a
dot. The macro ``window_minutes`` reads the positions in SQL; a test compares the two.
"""

from __future__ import annotations

import re
from typing import NamedTuple

POSITION_DIGITS = 18
"""Microseconds in 18 digits last for 31,000 years, and names of one width sort as numbers do."""

LATEST_POSITION = 10**POSITION_DIGITS - 1
"""The last position that a file name can carry."""

WINDOW_PREFIX = "window-"
WINDOW_NAME_FORM = f"{WINDOW_PREFIX}<{POSITION_DIGITS} digits>-<{POSITION_DIGITS} digits>.jsonl"
"""The form of a window's file name, for messages."""

REPLAY_FOLDER = "_replay"
FAULTS_FOLDER = "_faults"

_HIDDEN = ("_", ".")
_WINDOW_NAME = re.compile(
    rf"{WINDOW_PREFIX}(\d{{{POSITION_DIGITS}}})-(\d{{{POSITION_DIGITS}}})\.jsonl", re.ASCII
)


class Positions(NamedTuple):
    """First and last position of a window, both included, microseconds of virtual time."""

    first: int
    last: int


def window_name(first: int, last: int) -> str:
    """Return the name of a window; names sort in landing order."""
    return f"{WINDOW_PREFIX}{first:0{POSITION_DIGITS}}-{last:0{POSITION_DIGITS}}"


def window_file_name(first: int, last: int) -> str:
    """Return the file name of a window; names sort in landing order."""
    return f"{window_name(first, last)}.jsonl"


def parse_window_file_name(name: str) -> Positions | None:
    """Return the positions in a window's file name, or ``None`` for another name."""
    match = _WINDOW_NAME.fullmatch(name)
    return Positions(int(match[1]), int(match[2])) if match else None


def is_hidden(name: str) -> bool:
    """Say whether readers of a landing skip a file or folder of this name."""
    return name.startswith(_HIDDEN)


def is_landed_file(name: str) -> bool:
    """Say whether readers of a landing read a file of this name."""
    return name.endswith((".jsonl", ".jsonl.gz")) and not is_hidden(name)
