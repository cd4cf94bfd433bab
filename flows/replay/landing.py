"""The folder of landed windows: the only state that says how far the replay has come.

::

    <landing>/window-<first>-<last>.jsonl    one file per window, positions in its name
    <landing>/_replay/settings.json          what was fixed at the first run
    <landing>/_replay/lock                   held while a replay works
    <landing>/_replay/staging/               windows in the making; swept by the next run

On a volume of Databricks there is no lock and no staging but::

    <landing>/_window-….jsonl.upload         while that window is on its way: it is not there yet
    <landing>/_replay/lock.leases/           who is at work; what is left there runs out

Readers take ``*.jsonl`` and skip names that begin with an underscore. Other ``*.jsonl`` files
in the folder belong to somebody else and are left alone.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from common.errors import BusyError, UserError
from common.storage import LockedError, storage_of
from flows.replay.window import NOTHING_LANDED, Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from common.storage import Lock

_PREFIX = "window-"
_SUFFIX = ".jsonl"
# Microseconds in 18 digits last for 31,000 years, and names of one width sort as numbers do.
_DIGITS = 18
_NAME = re.compile(rf"window-(\d{{{_DIGITS}}})-(\d{{{_DIGITS}}})\.jsonl", re.ASCII)

LATEST_POSITION = 10**_DIGITS - 1
"""The last position that a file name can carry."""


def window_name(window: Window) -> str:
    """Return the file name of a window; names sort in landing order."""
    return f"{_PREFIX}{window.first:0{_DIGITS}}-{window.last:0{_DIGITS}}{_SUFFIX}"


def state_folder(landing: Path) -> Path:
    """Return the folder in which the replay keeps what readers must not see."""
    return landing / "_replay"


def staging_folder(landing: Path) -> Path:
    """Return the folder in which windows are written before they become visible."""
    return state_folder(landing) / "staging"


@contextmanager
def lock_landing(landing: Path) -> Iterator[Lock]:
    """Be the only replay of a landing folder, and make the folder where there is none.

    Raises
    ------
    BusyError
        If another replay holds it; the message says which.
    """
    state = state_folder(landing)
    state.mkdir(parents=True, exist_ok=True)
    host = socket.gethostname()
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    owner = f"process {os.getpid()} on {host}, since {since} UTC"
    try:
        with storage_of(landing).lock(state / "lock", owner) as lock:
            yield lock
    except LockedError as error:
        named = f" ({error})" if str(error) else ""
        raise BusyError(
            f"Another replay is at work on {landing}{named}: "
            "nothing was written; wait until it has ended, or stop it."
        ) from None


def landed_windows(landing: Path) -> list[Window]:
    """Return the windows that have landed, in order, from the names of their files.

    Raises
    ------
    UserError
        If a name looks like a window's and is none, a window was cut short, or the windows leave
        a gap or overlap.
    """
    if not landing.is_dir():
        return []
    storage = storage_of(landing)
    unfinished = storage.unfinished(landing)
    windows: list[Window] = []
    with os.scandir(landing) as entries:
        for entry in entries:
            if entry.name.startswith(_PREFIX) and entry.name not in unfinished:
                windows.append(_parse(landing, entry.name))
                if storage.opens_cheaply:
                    _check_complete(landing / entry.name)
    windows.sort()
    _check_continuous(landing, windows)
    if windows and not storage.opens_cheaply:
        _check_complete(landing / window_name(windows[-1]))
    return windows


def watermark(windows: Sequence[Window]) -> int:
    """Return the last position that has landed, or `NOTHING_LANDED`."""
    return windows[-1].last if windows else NOTHING_LANDED


def window_files(landing: Path) -> list[Path]:
    """Return every file that bears a window's name, in landing order, whatever is in it."""
    if not landing.is_dir():
        return []
    return sorted(path for path in landing.iterdir() if _NAME.fullmatch(path.name))


def sweep(landing: Path) -> None:
    """Remove what a run that was killed has left behind. Only while holding the landing."""
    shutil.rmtree(staging_folder(landing), ignore_errors=True)
    for leftover in state_folder(landing).glob("*.partial"):
        leftover.unlink()
    for folder in (state_folder(landing), landing):
        storage_of(landing).recover(folder)


def publish(staged: Path, landing: Path, window: Window) -> Path:
    """Make a finished window visible in one step and return its file."""
    final = landing / window_name(window)
    storage_of(landing).publish(staged, final)
    return final


def remove_windows(landing: Path) -> int:
    """Remove the landed windows, newest first, and return how many there were.

    Killed half-way, what is left is a shorter history without a gap.
    """
    files = window_files(landing)
    for file in reversed(files):
        file.unlink()
    if files:
        storage_of(landing).flush_names(landing)
    return len(files)


def _parse(landing: Path, name: str) -> Window:
    match = _NAME.fullmatch(name)
    window = Window(int(match[1]), int(match[2])) if match else None
    if window is None or window.last < window.first:
        raise UserError(
            f"{landing / name} looks like a landed window, but its name is not one "
            f"({_PREFIX}<{_DIGITS} digits>-<{_DIGITS} digits>{_SUFFIX}): rename it or move it away."
        )
    return window


def _check_complete(path: Path) -> None:
    if not path.is_file():
        raise UserError(f"{path} has the name of a landed window but is no file: move it away.")
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(-1, os.SEEK_END)
        if size and file.read(1) == b"\n":
            return
    raise UserError(
        f"{path} was cut short ({'it is empty' if not size else 'its last line does not end'}): "
        "put back a whole copy; if it is the newest window, deleting it is enough, "
        "the next run lands it again."
    )


def _check_continuous(landing: Path, windows: Sequence[Window]) -> None:
    if windows and windows[0].first != 0:
        raise UserError(
            f"{landing / window_name(windows[0])} is the oldest landed window, but the beginning "
            "of the replay is missing before it: put the missing windows back, or start again "
            "with `python -m flows.replay reset`."
        )
    for earlier, later in pairwise(windows):
        if later.first == earlier.last + 1:
            continue
        fault = "A gap lies between" if later.first > earlier.last else "There is an overlap of"
        raise UserError(
            f"{fault} the landed windows {landing / window_name(earlier)} and "
            f"{window_name(later)}: put back what was there, or start again with "
            "`python -m flows.replay reset`."
        )
